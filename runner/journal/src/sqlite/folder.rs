//! The folder of a journal, its file, and the connections to it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::Durability;
use super::failure::Failure;
use crate::error::{Error, Result};

/// How long another process' transaction is waited for.
const BUSY: Duration = Duration::from_secs(10);
/// What is left of the write-ahead log's file once it was emptied.
const LOG_KEPT: u64 = 16 << 20;
/// Statements that stay prepared on each connection.
const STATEMENTS: usize = 64;

/// Keeps what runs and calls hold out of a repository.
const IGNORE: &str = "# What linkwork keeps: runs and calls, with their inputs and outputs.\n*\n";

/// Makes a folder that only this user may look into, and makes that last.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).and_then(|()| sync_parent(folder)).map_err(|error| unusable(folder, &error))?;
    // A journal works without it.
    let _ = open_file(&folder.join(".gitignore")).map(|mut file| file.write_all(IGNORE.as_bytes()));
    Ok(())
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if cfg!(unix) && !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

/// Opens a file that only this user may read, and makes it unless it is there.
pub(super) fn open_file(file: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| unusable(file, &error))
}

/// Which file a path leads to, or none.
#[cfg(unix)]
pub(super) fn identity(file: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(file).ok().map(|found| (found.dev(), found.ino()))
}

/// Where a file that is open cannot be taken away, it stays the same.
#[cfg(not(unix))]
pub(super) fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

/// The connection that writes.
pub(super) fn open_writer(file: &Path, durability: Durability) -> Result<Connection> {
    let open = || -> Result<Connection, Failure> {
        let db = open_with(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let mode: String = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if mode != "wal" {
            let reason = "the file system does not support shared memory".to_owned();
            return Err(Error::Unusable { path: file.to_owned(), reason }.into());
        }
        db.pragma_update(None, "synchronous", durability.pragma())?;
        // Elsewhere than on macOS a sync reaches the disk without being asked twice.
        db.pragma_update(None, "fullfsync", durability == Durability::PowerLoss)?;
        db.pragma_update(None, "journal_size_limit", LOG_KEPT)?;
        // The writer does it, since SQLite would keep it to itself when it fails.
        db.pragma_update(None, "wal_autocheckpoint", 0)?;
        Ok(db)
    };
    open().map_err(|failure| failure.tell(file))
}

/// A connection that only reads.
pub(super) fn open_reader(file: &Path) -> Result<Connection, Failure> {
    let db = open_with(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(db)
}

fn open_with(file: &Path, flags: OpenFlags) -> Result<Connection, Failure> {
    let db = Connection::open_with_flags(file, flags)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.pragma_update(None, "cell_size_check", true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(db)
}

/// The error for a file or a folder that cannot be used.
pub(super) fn unusable(path: &Path, error: &io::Error) -> Error {
    Error::Unusable { path: path.to_owned(), reason: error.to_string() }
}
