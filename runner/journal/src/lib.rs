//! The durable store: of runs, and of what other rooms keep beside them.
//!
//! Of runs it keeps what their driver tells it, as bytes with a kind, and knows neither flows nor steps. Other rooms keep
//! tables of their own in the same file, by a [`Store`].
//! Its promise: what it has acknowledged is there after a kill, a power loss, a full disk and a failed sync;
//! what is damaged is reported, never guessed at.
//! [`SqliteJournal`] keeps that promise; [`MemoryJournal`] has the same face for runs that need not outlive the process.

mod content;
mod error;
pub mod limits;
mod memory;
mod message;
mod run;
mod sqlite;

use async_trait::async_trait;
use bytes::Bytes;

pub use content::content_hash;
pub use error::{Error, Result};
pub use memory::{MemoryJournal, MemoryOptions};
pub use message::{Message, Posted};
pub use run::{Claim, Created, End, Entry, NewRun, Query, RunRow, StoredRun};
pub use sqlite::{Durability, SqliteJournal, SqliteOptions, Store};

/// A store of runs.
///
/// A run has one writer at a time: the process that made it, or that claimed it when the former was gone.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Makes a run known, with what it takes over; durable once this returns. If the tenant has a run with this key
    /// already, that one is told.
    async fn create(&self, run: NewRun) -> Result<Created>;

    /// Adds entries, all or none; durable once this returns.
    ///
    /// `after` is how many entries the run has. Anything else means that somebody else writes it: [`Error::Fenced`].
    async fn append(&self, run: &str, after: u64, entries: Vec<Entry>) -> Result<()>;

    /// Adds entries like [`Journal::append`], and the run is over.
    async fn finish(&self, run: &str, after: u64, entries: Vec<Entry>, end: End) -> Result<()>;

    /// All that is needed to go on with a run, checked. None if there is no such run, or if entries are not kept.
    async fn load(&self, run: &str) -> Result<Option<StoredRun>>;

    /// What a list shows of a run, and its outcome.
    async fn row(&self, run: &str) -> Result<Option<RunRow>>;

    /// The runs that fit, newest first, without their outcomes.
    async fn list(&self, query: Query) -> Result<Vec<RunRow>>;

    /// Takes an unfinished run over for this process, unless a living process holds it.
    async fn claim(&self, run: &str) -> Result<Claim>;

    /// Lets go of a run that this process holds, so that any process may claim it.
    async fn release(&self, run: &str) -> Result<()>;

    /// Whether a living process other than this one holds a run.
    async fn is_held_elsewhere(&self, run: &str) -> Result<bool>;

    /// Unfinished runs in the order of their ids, from after this one on, at most [`limits::LISTED`].
    async fn unfinished(&self, after: Option<&str>, limit: u32) -> Result<Vec<RunRow>>;

    /// Leaves a message for whoever holds a run; durable once this returns, and kept once by its id.
    ///
    /// What nobody has settled takes room, of which each kind has its own: [`Posted::TooMany`] if there is none.
    async fn post(&self, run: &str, message: Message) -> Result<Posted>;

    /// Says that this process is done with the messages of a run up to a number, but for those with the ids in `kept`.
    /// Of what is settled only the id is remembered.
    async fn settle(&self, run: &str, through: u64, kept: Vec<String>) -> Result<()>;

    /// The messages of a run whose number is higher and that are not settled, in order. Numbers rise across all runs.
    async fn inbox(&self, run: &str, after: u64) -> Result<Vec<(u64, Message)>>;

    /// The number and the run of each message with a higher number that is not settled, in order, at most
    /// [`limits::LISTED`]: what tells somebody who holds many runs whose inbox to look into.
    async fn mail(&self, after: u64) -> Result<Vec<(u64, String)>>;

    /// Wakes when somebody may have posted since it last woke. There is one listener.
    async fn posted(&self);

    /// Keeps content for a run, and tells its hash. The same content is stored once.
    async fn put_blob(&self, run: &str, content: Bytes) -> Result<String>;

    /// Content by its hash, if this run refers to it.
    async fn get_blob(&self, run: &str, hash: &str) -> Result<Option<Bytes>>;

    /// Forgets finished runs, and content that nobody refers to any more. Never an unfinished run.
    async fn prune(&self, keep: Retention, now: u64) -> Result<Pruned>;

    /// Whether it can take more.
    fn health(&self) -> Health;

    /// Whether entries are kept: nobody need encode them for a journal that drops them.
    fn keeps_entries(&self) -> bool;
}

/// Which finished runs are kept. A run goes if either says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// For how many milliseconds after its end.
    pub age: Option<u64>,
    /// How many, the last to end before the others.
    pub count: Option<u64>,
}

/// What a prune did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Runs that were forgotten.
    pub runs: u64,
    /// Pieces of content that nobody referred to any more.
    pub blobs: u64,
}

/// Whether a journal can take more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It works.
    Ok,
    /// There is no room: new runs and messages are refused, runs wait.
    Full,
    /// A write failed; it takes nothing more until it is opened anew.
    Poisoned,
}
