//! What can go wrong with a journal, and what to do about it.
//!
//! The texts are for people. They name files and ids of runs, never what a run holds.

use std::path::PathBuf;

/// A result whose error is the journal's.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a journal did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The run was written by somebody else, or is over.
    #[error("run {run:?} is written by somebody else")]
    Fenced {
        /// The run.
        run: String,
    },
    /// There is no such run.
    #[error("there is no run {run:?}")]
    NoSuchRun {
        /// The run.
        run: String,
    },
    /// Another tenant has a run with this id.
    #[error("the id {run:?} is taken")]
    Taken {
        /// The id.
        run: String,
    },
    /// There is no room for more.
    #[error("the journal {} is full", file.display())]
    Full {
        /// The journal.
        file: PathBuf,
    },
    /// A write failed, and nobody can know what the disk holds until the journal is opened anew.
    #[error("a write to the journal {} failed, so it takes nothing more: {reason}", file.display())]
    Poisoned {
        /// The journal.
        file: PathBuf,
        /// What failed.
        reason: String,
    },
    /// What was stored is not what is there now.
    #[error("the journal {} is damaged{}: {reason}", file.display(), place(run.as_deref(), *entry))]
    Damaged {
        /// The journal.
        file: PathBuf,
        /// The run that is damaged, if it is known.
        run: Option<String>,
        /// Its entry that is damaged, counted from 0, if it is known.
        entry: Option<u64>,
        /// What is wrong.
        reason: String,
    },
    /// A later release made the journal.
    #[error("the journal {} has version {found}, and this program knows versions up to {known}", file.display())]
    Newer {
        /// The journal.
        file: PathBuf,
        /// Its version.
        found: i64,
        /// The last version that this program knows.
        known: i64,
    },
    /// The file is something else.
    #[error("{} is not a journal of runs", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// Other processes did not let go of the journal.
    #[error("the journal {} is kept busy by other processes", file.display())]
    Busy {
        /// The journal.
        file: PathBuf,
    },
    /// A bound was met.
    #[error("{what} may take {limit} at most, not {found}")]
    TooMuch {
        /// What is bounded.
        what: &'static str,
        /// How much there is.
        found: usize,
        /// How much there may be.
        limit: usize,
    },
    /// A name says nothing.
    #[error("{what} must not be empty")]
    Empty {
        /// What is empty.
        what: &'static str,
    },
    /// A file or a folder could not be used.
    #[error("cannot use {}: {reason}", path.display())]
    Unusable {
        /// The file or the folder.
        path: PathBuf,
        /// What the operating system, or the database, says.
        reason: String,
    },
    /// The journal was closed meanwhile.
    #[error("the journal is closed")]
    Closed,
}

impl Error {
    /// What to do about it.
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Fenced { .. } => "let the process that holds the run go on with it, and stop this one's copy",
            Self::NoSuchRun { .. } => "check the id, it may have been pruned",
            Self::Taken { .. } => "use an id that nobody else uses, such as a new UUID",
            Self::Full { .. } => "free space, prune finished runs, or raise the limit; runs go on by themselves",
            Self::Poisoned { .. } => "check the disk and the folder, then restart; runs go on from what is stored",
            Self::Damaged { run: Some(_), .. } => {
                "start the run again, or restore the folder from a backup; other runs are not touched by this"
            }
            Self::Damaged { .. } => "keep a copy of the folder, check the disk, then restore it from a backup",
            Self::Newer { .. } => "use the release that made it, or another folder",
            Self::Foreign { .. } => "use another folder",
            Self::Busy { .. } => "try again; if this stays, find the process that keeps the file open for writing",
            Self::TooMuch { .. } => "make it smaller, or keep the content as a blob",
            Self::Empty { .. } => "give it a name",
            Self::Unusable { .. } => "check that the folder exists on a local disk and belongs to this user",
            Self::Closed => "open it again",
        }
    }
}

fn place(run: Option<&str>, entry: Option<u64>) -> String {
    match (run, entry) {
        (Some(run), Some(entry)) => format!(" at entry {entry} of run {run:?}"),
        (Some(run), None) => format!(" at run {run:?}"),
        (None, _) => String::new(),
    }
}
