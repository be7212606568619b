//! Why a gateway's store did not open, and what to do about it.

use std::path::PathBuf;

/// Why a store did not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process serves from this folder.
    #[error("another process serves from {}", folder.display())]
    Served {
        /// The folder.
        folder: PathBuf,
    },
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] runner_journal::Error),
}

impl StoreError {
    /// What to do about it.
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Served { .. } => "stop that process first, or give this one a folder of its own with \"data\"",
            Self::Journal(error) => error.fix(),
        }
    }
}
