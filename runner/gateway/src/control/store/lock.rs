//! The lock of whoever serves from a folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use runner_journal::Error;

use super::error::StoreError;

/// Holds the folder for the one process that serves from it. The lock goes with the process.
pub(super) fn hold(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join("gateway.lock");
    let unusable = |error: std::io::Error| Error::Unusable { path: path.clone(), reason: error.to_string() };
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Served { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(unusable(error).into()),
    }
}
