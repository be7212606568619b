//! Why something that was asked of the control did not come about.

use runner_flow::Diagnostic;

use super::refusal::{Refusal, RefusalKind};
use super::store::StoreError;

/// Why something did not come about.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ControlError {
    /// Whoever asked may not, or it cannot be.
    #[error("{0}")]
    Refused(Refusal),
    /// The file would be wrong: everything that would be wrong with it.
    #[error("the file would have {} errors", .0.len())]
    Invalid(Vec<Diagnostic>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] runner_journal::Error),
}

impl From<Refusal> for ControlError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl ControlError {
    pub(crate) fn unavailable(message: String, fix: &'static str) -> Self {
        Self::Refused(Refusal::new(RefusalKind::Unavailable, message, fix))
    }
}

/// Why a gateway did not open.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OpenError {
    /// The file could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// Something is wrong with the file, or with what it refers to.
    #[error("the file has {} errors", .0.len())]
    Invalid(Vec<Diagnostic>),
    /// The store did not open.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<runner_journal::Error> for OpenError {
    fn from(error: runner_journal::Error) -> Self {
        Self::Store(error.into())
    }
}
