//! A change of one object makes a new text, which is written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What a workspace has many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// Connections.
    Connection,
    /// Models.
    Model,
    /// Principals.
    Principal,
}

/// A change of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where.
    pub workspace: String,
    /// What it is.
    pub object: Object,
    /// Its name.
    pub name: String,
    /// What it is from now on, in the shape of the file; nothing if it is removed.
    pub value: Option<Value>,
}

impl Object {
    /// The word of the file, such as `models`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Connection => "connections",
            Self::Model => "models",
            Self::Principal => "principals",
        }
    }

    /// One of them, such as `model`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Model => "model",
            Self::Principal => "principal",
        }
    }
}

/// The version of a text: its hash.
pub(crate) fn version(text: &str) -> String {
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// An object of the file.
pub(crate) fn find<'a>(file: &'a Value, workspace: &str, object: Object, name: &str) -> Option<&'a Value> {
    file.get("workspaces")?.get(workspace)?.get(object.key())?.get(name)
}

/// The text of the file after a change. The workspace exists.
pub(crate) fn changed(mut file: Value, change: &Change) -> String {
    if let Some(workspace) = file.pointer_mut("/workspaces").and_then(|all| all.get_mut(&change.workspace)) {
        put(workspace, change);
    }
    text(&file)
}

/// The text of a file.
pub(crate) fn text(file: &Value) -> String {
    let mut text = serde_json::to_string_pretty(file).unwrap_or_default();
    text.push('\n');
    text
}

fn put(workspace: &mut Value, change: &Change) {
    let Some(workspace) = workspace.as_object_mut() else { return };
    let all = workspace.entry(change.object.key()).or_insert_with(|| Value::Object(Map::new()));
    let Some(all) = all.as_object_mut() else { return };
    match &change.value {
        Some(value) => drop(all.insert(change.name.clone(), value.clone())),
        None => drop(all.shift_remove(&change.name)),
    }
}

/// Puts a text into the place of a file's, so that a crash leaves the one or the other.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.new"));
    let written = write_beside(path, &beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written?;
    match path.parent() {
        Some(folder) if cfg!(unix) => {
            File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()
        }
        _ => Ok(()),
    }
}

fn write_beside(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(beside)?;
    if let Ok(old) = fs::metadata(path) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
