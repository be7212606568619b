//! What can go wrong with the store, and what to do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room for more.
    #[error("the store {} is full", file.display())]
    Full {
        /// The store.
        file: PathBuf,
    },
    /// A write failed, and nobody can know what the disk holds until the store is opened anew.
    #[error("a write to the store {} failed, so it takes nothing more: {reason}", file.display())]
    Poisoned {
        /// The store.
        file: PathBuf,
        /// What failed.
        reason: String,
    },
    /// What was stored is not what is there now.
    #[error("the store {} is damaged: {reason}", file.display())]
    Damaged {
        /// The store.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A later release made the store.
    #[error("the store {} has version {found}, and this program knows versions up to {known}", file.display())]
    Newer {
        /// The store.
        file: PathBuf,
        /// Its version.
        found: i64,
        /// The last version that this program knows.
        known: i64,
    },
    /// The file is something else.
    #[error("{} is not a gateway's store", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// Another process serves from this folder.
    #[error("another process serves from {}", folder.display())]
    Served {
        /// The folder.
        folder: PathBuf,
    },
    /// Other processes did not let go of the store, or too much waits for it.
    #[error("the store {} is busy", file.display())]
    Busy {
        /// The store.
        file: PathBuf,
    },
    /// A file or a folder could not be used.
    #[error("cannot use {}: {reason}", path.display())]
    Unusable {
        /// The file or the folder.
        path: PathBuf,
        /// What the operating system, or the database, says.
        reason: String,
    },
    /// The store was closed meanwhile.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// What to do about it.
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Full { .. } => "free space, or keep records for a shorter time",
            Self::Poisoned { .. } => "check the disk and the folder, then restart",
            Self::Damaged { .. } => "keep a copy of the folder, check the disk, then restore it from a backup",
            Self::Newer { .. } => "use the release that made it, or another folder",
            Self::Foreign { .. } => "use another folder",
            Self::Served { .. } => "stop that process first, or give this one a folder of its own with \"data\"",
            Self::Busy { .. } => "try again; if this stays, find the process that keeps the file open for writing",
            Self::Unusable { .. } => "check that the folder exists on a local disk and belongs to this user",
            Self::Closed => "open it again",
        }
    }

    /// What a failure of the database means.
    pub(super) fn of_database(error: &rusqlite::Error, file: &Path) -> Self {
        let (file, reason) = (file.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { file },
            Some(ErrorCode::SystemIoFailure) => Self::Poisoned { file, reason },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { file, reason },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { file },
            Some(_) => Self::Unusable { path: file, reason },
            // What is stored cannot be read as what it should be.
            None => Self::Damaged { file, reason },
        }
    }
}
