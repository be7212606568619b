//! The folder of the store, its file, the lock of whoever serves from it, and the connections to it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;

/// How long another process' transaction is waited for.
const BUSY: Duration = Duration::from_secs(10);
/// What is left of the write-ahead log's file once it was emptied.
const LOG_KEPT: u64 = 16 << 20;
/// Statements that stay prepared on each connection.
const STATEMENTS: usize = 64;

/// Makes a folder that only this user may look into.
pub(super) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| unusable(folder, &error))
}

/// Makes the file that only this user may read, unless it is there.
pub(super) fn make_file(file: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| unusable(file, &error))
}

/// Holds the folder for the one process that serves from it. The lock goes with the process.
pub(super) fn hold(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join("gateway.lock");
    let file = make_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Served { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(unusable(&path, &error)),
    }
}

/// The connection that writes.
pub(super) fn open_writer(file: &Path) -> Result<Connection, StoreError> {
    let open = || -> rusqlite::Result<(Connection, String)> {
        let db = open_with(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let mode: String = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "fullfsync", true)?;
        db.pragma_update(None, "journal_size_limit", LOG_KEPT)?;
        Ok((db, mode))
    };
    let (db, mode) = open().map_err(|error| StoreError::of_database(&error, file))?;
    if mode == "wal" {
        return Ok(db);
    }
    let reason = "the file system does not support shared memory".to_owned();
    Err(StoreError::Unusable { path: file.to_owned(), reason })
}

/// A connection that only reads.
pub(super) fn open_reader(file: &Path) -> rusqlite::Result<Connection> {
    open_with(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

fn open_with(file: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(file, flags)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.pragma_update(None, "cell_size_check", true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(db)
}

/// The error for a file or a folder that cannot be used.
pub(super) fn unusable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Unusable { path: path.to_owned(), reason: error.to_string() }
}
