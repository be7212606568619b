//! What is kept of a run.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::limits;

/// A run that is to be known.
#[derive(Clone, PartialEq, Eq)]
pub struct NewRun {
    /// Its id, unique in the store.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// The flow that it runs.
    pub flow: String,
    /// At most one run of a tenant has this key.
    pub key: Option<String>,
    /// What it is found by.
    pub labels: BTreeMap<String, String>,
    /// When, in milliseconds since 1970.
    pub created: u64,
    /// What it starts from.
    pub start: Bytes,
    /// The texts that define it, by name. The same text is stored once.
    pub texts: Vec<(String, String)>,
    /// The run that this one repeats.
    pub parent: Option<String>,
    /// The hashes of what it takes over from its parent: content that both refer to from then on.
    pub taken_over: Vec<String>,
}

impl NewRun {
    /// How many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        let texts: usize = self.texts.iter().map(|(_, text)| text.len()).sum();
        self.start.len() + texts
    }

    pub(crate) fn check(&self) -> Result<()> {
        name("the id of a run", &self.id)?;
        name("the id of a tenant", &self.tenant)?;
        name("the name of a flow", &self.flow)?;
        self.key.as_deref().map_or(Ok(()), |key| name("the key of a run", key))?;
        self.parent.as_deref().map_or(Ok(()), |parent| name("the id of a run", parent))?;
        within("what a run starts from", self.start.len(), limits::START)?;
        within("the labels of a run", self.labels.len(), limits::LABELS)?;
        for (key, value) in &self.labels {
            name("the name of a label", key)?;
            within("the value of a label", value.len(), limits::LABEL)?;
        }
        within("what a run takes over", self.taken_over.len(), limits::TAKEN_OVER)?;
        within("the texts of a run", self.texts.len(), limits::TEXTS)?;
        for (key, text) in &self.texts {
            name("the name of a text", key)?;
            within("a text of a run", text.len(), limits::TEXT)?;
        }
        within("the texts of a run together", self.texts.iter().map(|(_, text)| text.len()).sum(), limits::ALL_TEXTS)
    }
}

/// What became of a request to make a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is known now, and this process holds it.
    New,
    /// The tenant had this run with the same key, or the same id, already.
    Existing(Box<RunRow>),
}

/// Something that happened in a run.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is, in the words of whoever drives runs.
    pub kind: u8,
    /// Where it happened.
    pub step: String,
    /// In which attempt.
    pub attempt: u32,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// What happened.
    pub body: Bytes,
}

/// The bounds of what one call adds.
pub(crate) fn check_entries(entries: &[Entry]) -> Result<()> {
    within("the entries of one call", entries.len(), limits::ENTRIES)?;
    for entry in entries {
        within("the path of a step", entry.step.len(), limits::STEP)?;
        within("the body of an entry", entry.body.len(), limits::BODY)?;
    }
    within("the entries of one call", weight(entries), limits::APPENDED)
}

/// How many bytes the entries take.
pub(crate) fn weight(entries: &[Entry]) -> usize {
    entries.iter().map(|entry| entry.step.len() + entry.body.len()).sum()
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq)]
pub struct End {
    /// The stable word for it.
    pub status: String,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// What came of it.
    pub outcome: Bytes,
}

impl End {
    pub(crate) fn check(&self) -> Result<()> {
        name("a status", &self.status)?;
        within("an outcome", self.outcome.len(), limits::BODY)
    }
}

/// The status of a run that is not over.
pub(crate) const RUNNING: &str = "running";

/// What a list shows of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// The flow that it runs.
    pub flow: String,
    /// At most one run of a tenant has this key.
    pub key: Option<String>,
    /// What it is found by.
    pub labels: BTreeMap<String, String>,
    /// The run that this one repeats.
    pub parent: Option<String>,
    /// When it was made, in milliseconds since 1970.
    pub created: u64,
    /// `running` until it has ended, then what [`End`] says.
    pub status: String,
    /// When it ended, in milliseconds since 1970.
    pub finished: Option<u64>,
    /// How many entries it has.
    pub entries: u64,
    /// What came of it. Lists leave it out.
    pub end: Option<Bytes>,
}

/// All that is needed to go on with a run.
#[derive(Clone)]
pub struct StoredRun {
    /// What a list shows of it, and its outcome.
    pub row: RunRow,
    /// What it starts from.
    pub start: Bytes,
    /// The texts that define it, by name, in the order in which they were given.
    pub texts: Vec<(String, String)>,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

/// Which runs are listed. What is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Runs of this tenant.
    pub tenant: Option<String>,
    /// Runs of this flow.
    pub flow: Option<String>,
    /// The run of each tenant that was made with this key.
    pub key: Option<String>,
    /// Runs with this status.
    pub status: Option<String>,
    /// Runs with this label.
    pub label: Option<(String, String)>,
    /// Runs older than this one.
    pub before: Option<String>,
    /// How many, at most [`limits::LISTED`], which zero stands for.
    pub limit: u32,
}

/// How many a caller gets who asks for so many.
pub(crate) fn listed(limit: u32) -> u32 {
    if limit == 0 { limits::LISTED } else { limit.min(limits::LISTED) }
}

/// Whether this process may go on with a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It holds the run now.
    Mine,
    /// A living process holds it.
    HeldBy {
        /// That process' id.
        process: String,
    },
    /// The run is over.
    Finished,
}

/// A name has to say something, in few words.
pub(crate) fn name(what: &'static str, text: &str) -> Result<()> {
    if text.is_empty() { Err(Error::Empty { what }) } else { within(what, text.len(), limits::NAME) }
}

/// Refuses more than the bound.
pub(crate) fn within(what: &'static str, found: usize, limit: usize) -> Result<()> {
    if found <= limit { Ok(()) } else { Err(Error::TooMuch { what, found, limit }) }
}
