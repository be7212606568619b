//! Files of the person at the command line: read within a bound, and written where they can be found.

use std::collections::HashSet;
use std::fs::{self, DirEntry, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use connector_sdk::{BlobStore, ErrorKind, FileRef, limits};
use serde_json::Value;

use crate::problem::Problem;

/// Where files that a run made are saved.
const OUT: &str = "out";
/// Folders that are looked into for files.
const FOLDERS: usize = 10_000;
/// Folders that programs fill with what is no person's own.
const FILLED: [&str; 2] = ["node_modules", "target"];
/// What is said of a folder in the place of a file.
const FOLDER: &str = "is a folder: name the file in it";
/// What is said of a file that the operating system does not give.
const UNREAD: &str = "cannot be read: ";

/// The content of a file that is text.
pub(crate) fn read_text(path: &Path) -> Result<String, Problem> {
    text(path).map_err(|why| problem(path, &why))
}

/// The same, for a sentence that says itself which file cannot be read: only why.
pub(crate) fn read_named_text(path: &Path) -> Result<String, String> {
    text(path).map_err(|why| match why.strip_prefix(UNREAD) {
        Some(why) => why.to_owned(),
        None => format!("it {why}"),
    })
}

/// Refuses a folder, and what would have to be waited for, such as a pipe.
pub(crate) fn is_regular(path: &Path) -> Result<(), Problem> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(problem(path, FOLDER)),
        Ok(found) if !found.is_file() => Err(problem(path, "is no regular file")),
        _ => Ok(()),
    }
}

/// Refuses a place that nothing could be written to, before anything is done for what is to stand there.
pub(crate) fn is_writable(path: &Path) -> Result<(), Problem> {
    is_regular(path)?;
    if path.file_name().is_none() || path.to_string_lossy().ends_with(std::path::is_separator) {
        return Err(problem(path, "names no file"));
    }
    let beside = beside(path);
    let tried = File::create(&beside).and_then(|_| fs::remove_file(&beside));
    tried.map_err(|error| problem(path, &format!("cannot be written: {error}")))
}

/// What stands on stdin.
pub(crate) fn read_stdin() -> Result<String, Problem> {
    let mut text = String::new();
    let read = std::io::stdin().take(limits::INPUT).read_to_string(&mut text);
    read.map_err(|error| problem(Path::new("stdin"), &format!("cannot be read: {error}")))?;
    Ok(text)
}

/// The content of a file that is to be uploaded.
pub(crate) fn read_upload(path: &Path) -> Result<Vec<u8>, Problem> {
    read(path, limits::UPLOAD).map_err(|why| problem(path, &why))
}

/// Writes a file whole, or leaves the one that is there as it was.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Problem> {
    let beside = beside(path);
    let replaced = fs::write(&beside, text).and_then(|()| {
        if let Ok(old) = fs::metadata(path) {
            fs::set_permissions(&beside, old.permissions())?;
        }
        fs::rename(&beside, path)
    });
    replaced.map_err(|error| {
        drop(fs::remove_file(&beside));
        problem(path, &format!("cannot be written: {error}"))
    })
}

/// What becomes the file once it is whole.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

/// The files of a folder, and of those below it, that end so, in the order of their names. Folders that are hidden, that
/// programs fill or that are only linked to are not looked into.
pub(crate) fn below(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Problem> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let mut looked = 0;
    while let Some(next) = folders.pop() {
        looked += 1;
        if looked > FOLDERS {
            return Err(problem(folder, &format!("has over {FOLDERS} folders below it: name those that are meant")));
        }
        for entry in entries(&next).map_err(|error| problem(&next, &unreadable(&error)))? {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            match is_folder {
                true if name.starts_with('.') || FILLED.contains(&name.as_str()) => {}
                true => folders.push(entry.path()),
                false if name.ends_with(ending) => found.push(entry.path()),
                false => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    fs::read_dir(folder)?.collect()
}

fn text(path: &Path) -> Result<String, String> {
    String::from_utf8(read(path, limits::INPUT)?).map_err(|_| "is not UTF-8 text".to_owned())
}

/// Reads a file, or says what is wrong with it, without ever taking in more than the bound.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > limit {
        return Err(format!("is over {} MiB, the most that is read", limit >> 20));
    }
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::IsADirectory => FOLDER.to_owned(),
        _ => format!("{UNREAD}{error}"),
    }
}

fn problem(path: &Path, message: &str) -> Problem {
    Problem::File { path: path.to_owned(), message: format!("{} {message}", path.display()) }
}

/// Saves every file of the run that an output refers to, once, under a name of its own.
/// What looks like a reference and names no file of the run is somebody's data.
pub(crate) async fn save_all(output: &Value, blobs: &dyn BlobStore) -> Result<Vec<PathBuf>, Problem> {
    let mut seen = HashSet::new();
    let mut saved = Vec::new();
    for file in references(output).into_iter().filter(|file| seen.insert(file.hash.clone())) {
        match blobs.get(&file).await {
            Ok(content) => saved.push(save(&file, &content)?),
            Err(error) if error.kind() == ErrorKind::InvalidInput => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(saved)
}

fn save(file: &FileRef, content: &[u8]) -> Result<PathBuf, Problem> {
    let folder = Path::new(OUT);
    let path = folder.join(local_name(file));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, content));
    written.map_err(|error| problem(&path, &format!("cannot be written: {error}")))?;
    Ok(path)
}

/// The start of the hash and the harmless part of the name: no name from outside decides where a file lands.
fn local_name(file: &FileRef) -> String {
    let hash = file.hash.rsplit(':').next().unwrap_or_default();
    let name: String =
        file.name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_')).take(100).collect();
    format!("{}-{}", hash.get(..8).unwrap_or(hash), name.trim_start_matches('.'))
}

fn references(output: &Value) -> Vec<FileRef> {
    match output {
        Value::Object(map) if map.contains_key("$file") => serde_json::from_value(output.clone()).into_iter().collect(),
        Value::Object(map) => map.values().flat_map(references).collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
