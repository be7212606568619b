//! What references lead to: the environment, files, and the vault.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector_sdk::{Violation, pointer_to};
use runner_journal::Store;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::bounds;
use crate::control::document::{Reference, SecretSource, ServerFile};
use crate::control::vault::{self, Address, MasterKey, MasterKeys, VaultError, check_mode};

/// Tells the value of an environment variable.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Where references lead.
pub(crate) struct Sources {
    pub(crate) environment: Environment,
    /// The folder that files are relative to.
    pub(crate) folder: PathBuf,
}

impl Sources {
    /// The master keys that a file names, if it names any.
    pub(crate) fn master_keys(&self, file: &ServerFile) -> Result<Option<MasterKeys>, Vec<Violation>> {
        let mut found = Vec::new();
        let mut key = |at: &str, source: &SecretSource| match self.master_key(source) {
            Ok(key) => Some(key),
            Err(message) => {
                found.push(Violation::new(at, "master_key", message));
                None
            }
        };
        let current = file.master_key.as_ref().and_then(|source| key("/master_key", source));
        let old = file.old_master_keys.iter().enumerate();
        let old = old.filter_map(|(index, source)| key(&format!("/old_master_keys/{index}"), source)).collect();
        if found.is_empty() { Ok(current.map(|current| MasterKeys { current, old })) } else { Err(found) }
    }

    fn master_key(&self, source: &SecretSource) -> Result<MasterKey, String> {
        MasterKey::parse(&self.secret(source)?).map_err(|problem| source.told(&problem))
    }

    /// A secret, which nobody else can read where it comes from.
    pub(super) fn secret(&self, source: &SecretSource) -> Result<Zeroizing<String>, String> {
        match source {
            SecretSource::Env(variable) => self.variable(variable),
            SecretSource::File(path) => {
                let whole = self.folder.join(path);
                check_mode(&whole).and_then(|()| read(&whole)).map_err(|problem| source.told(&problem))
            }
        }
    }

    fn variable(&self, variable: &str) -> Result<Zeroizing<String>, String> {
        let value = (self.environment)(variable).map(Zeroizing::new);
        value.ok_or_else(|| format!("comes from {variable}, which is not set; use a variable that is"))
    }

    fn file(&self, path: &str) -> Result<Zeroizing<String>, String> {
        read(&self.folder.join(path)).map_err(|problem| {
            format!("comes from the file {path:?}, which {problem}; use one that can be read, relative to this file")
        })
    }
}

impl SecretSource {
    /// What is wrong with a secret, where it comes from.
    pub(super) fn told(&self, problem: &str) -> String {
        match self {
            Self::Env(variable) => format!("comes from {variable}, which {problem}"),
            Self::File(path) => format!("comes from the file {path:?}, which {problem}"),
        }
    }
}

/// The start of a file that has to be small, without the break at its end.
fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::new());
    let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let length = file.take(bounds::SECRET + 1).read_to_string(&mut text);
    if length.map_err(|error| format!("cannot be read: {error}"))? as u64 > bounds::SECRET {
        return Err(format!("is over {} KiB", bounds::SECRET >> 10));
    }
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Fills in what the fields of a connection refer to.
pub(super) struct Filling<'a> {
    pub(super) sources: &'a Sources,
    pub(super) store: Option<&'a Store>,
    pub(super) masters: Option<&'a MasterKeys>,
    pub(super) workspace: &'a str,
    pub(super) connection: &'a str,
}

impl Filling<'_> {
    /// The fields as the connector takes them, or what is wrong with their references.
    pub(super) fn fill(&self, at: &str, fields: &Map<String, Value>) -> Result<Value, Vec<Violation>> {
        let mut found = Vec::new();
        let mut filled = Map::new();
        for (name, value) in fields {
            match self.value(name, value) {
                Ok(value) => drop(filled.insert(name.clone(), value)),
                Err(message) => found.push(Violation::new(pointer_to(at, name), "missing_secret", message)),
            }
        }
        if found.is_empty() { Ok(Value::Object(filled)) } else { Err(found) }
    }

    fn value(&self, field: &str, value: &Value) -> Result<Value, String> {
        let text = match Reference::read(value) {
            None => return Ok(value.clone()),
            Some(Reference::Env(variable)) => self.sources.variable(variable)?,
            Some(Reference::File(path)) => self.sources.file(path)?,
            Some(Reference::Vault(version)) => self.opened(field, version).map_err(|error| error.to_string())?,
        };
        Ok(Value::from(text.as_str()))
    }

    fn opened(&self, field: &str, version: u64) -> Result<Zeroizing<String>, VaultError> {
        let masters = self.masters.ok_or(VaultError::NoKey)?;
        let address = Address {
            workspace: self.workspace.to_owned(),
            connection: self.connection.to_owned(),
            field: field.to_owned(),
            version,
        };
        let store = self.store.ok_or(VaultError::Missing { version })?;
        let found = store.read_now(|db| vault::table::find(db, &address));
        let found = found.map_err(|error| VaultError::Store(error.to_string()))?;
        found.ok_or(VaultError::Missing { version })?.open(masters)
    }
}
