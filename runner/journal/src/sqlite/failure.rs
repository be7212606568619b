//! Why a command failed, before anybody is told.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::error::Error;

/// Why a command failed.
pub(super) enum Failure {
    /// It was refused before it wrote anything; others are not concerned.
    Refused(Error),
    /// What is stored is not what was stored.
    Damaged { run: String, entry: Option<u64>, reason: &'static str },
    /// The database failed.
    Database(rusqlite::Error),
}

/// What the failure of a database asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Wait until there is room.
    Room,
    /// Never write again: nobody knows what the disk holds.
    Stop,
    /// Tell everybody: it has nothing to do with what they asked for.
    TellAll,
    /// Tell whoever asked for it.
    Tell,
}

impl Failure {
    pub(super) fn damaged(run: &str, entry: Option<u64>, reason: &'static str) -> Self {
        Self::Damaged { run: run.to_owned(), entry, reason }
    }

    pub(super) fn asks(&self) -> Ask {
        match self {
            Self::Database(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => Ask::Room,
                Some(ErrorCode::SystemIoFailure) => Ask::Stop,
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Ask::TellAll,
                _ => Ask::Tell,
            },
            Self::Refused(_) | Self::Damaged { .. } => Ask::Tell,
        }
    }

    /// The error that people see.
    pub(super) fn tell(self, file: &Path) -> Error {
        match self {
            Self::Refused(error) => error,
            Self::Damaged { run, entry, reason } => {
                Error::Damaged { file: file.to_owned(), run: Some(run), entry, reason: reason.to_owned() }
            }
            Self::Database(error) => tell_database(&error, file),
        }
    }
}

fn tell_database(error: &rusqlite::Error, file: &Path) -> Error {
    let (file, reason) = (file.to_owned(), error.to_string());
    let damaged = |file, reason| Error::Damaged { file, run: None, entry: None, reason };
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full { file },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(file, reason),
        None if is_misread(error) => damaged(file, reason),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy { file },
        _ => Error::Unusable { path: file, reason },
    }
}

/// Whether something was stored that cannot be read as what it should be.
fn is_misread(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::QueryReturnedNoRows
    )
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}
