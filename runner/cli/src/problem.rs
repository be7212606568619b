//! Why a command could not do what was asked: one type, with its exit code, its words and its JSON.

use std::path::{Path, PathBuf};

use connector_sdk::{Error, ErrorKind};
use runner_flow::Diagnostic;
use serde_json::{Value, json};

use crate::exit::Exit;

/// Why a command could not do what was asked.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The command line asks for something that cannot be.
    Usage { message: String, fix: String },
    /// A file cannot be read.
    File { path: PathBuf, message: String },
    /// A file, or JSON on the command line, is not valid.
    Invalid { source: Source, findings: Vec<Diagnostic> },
    /// The folder that runs or calls are kept in is of no use.
    Journal { message: String, fix: String },
    /// The runtime or a provider refused.
    Error(Error),
}

/// Where a text came from, for pointing into it.
#[derive(Debug)]
pub(crate) struct Source {
    /// The file, or the option of the command line.
    pub(crate) name: String,
    /// The text itself. Empty if nobody may see it.
    pub(crate) text: String,
    /// Whether it is a file.
    pub(crate) is_file: bool,
}

impl Source {
    pub(crate) fn file(path: &Path, text: String) -> Self {
        Self { name: path.display().to_string(), text, is_file: true }
    }

    /// A file that holds credentials: it is pointed into, and never shown.
    pub(crate) fn confidential(path: &Path) -> Self {
        Self::file(path, String::new())
    }

    pub(crate) fn option(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned(), is_file: false }
    }
}

impl Problem {
    pub(crate) fn usage(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), fix: fix.into() }
    }

    /// The folder that runs are kept in failed.
    pub(crate) fn journal(error: &runner_journal::Error) -> Self {
        Self::Journal { message: error.to_string(), fix: error.fix().to_owned() }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage { .. } => Exit::Usage,
            Self::File { .. } | Self::Journal { .. } => Exit::InvalidFile,
            Self::Invalid { source, .. } if source.is_file => Exit::InvalidFile,
            Self::Invalid { .. } => Exit::Usage,
            Self::Error(error) => Exit::of_error(error),
        }
    }

    /// What went wrong, in one sentence.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Usage { message, .. } | Self::File { message, .. } | Self::Journal { message, .. } => message.clone(),
            Self::Invalid { source, .. } => format!("{} is not valid", source.name),
            Self::Error(error) => error.message().to_owned(),
        }
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Usage { message, fix } => json!({ "code": "usage", "message": message, "fix": fix }),
            Self::Journal { message, fix } => json!({ "code": "journal", "message": message, "fix": fix }),
            Self::File { path, message } => {
                json!({ "code": "file", "message": message, "file": path.display().to_string() })
            }
            Self::Invalid { source, findings } => json!({
                "code": "invalid_file",
                "message": self.message(),
                "file": source.name,
                "diagnostics": findings,
            }),
            Self::Error(error) => json!(error),
        }
    }
}

impl From<Error> for Problem {
    /// What only the folder of the runs is to blame for is said of it, wherever it comes to light.
    fn from(error: Error) -> Self {
        match std::error::Error::source(&error).and_then(|source| source.downcast_ref::<runner_journal::Error>()) {
            Some(journal) if error.kind() == ErrorKind::Internal => Self::journal(journal),
            _ => Self::Error(error),
        }
    }
}
