//! Where a run stands in its journal: what has happened and is not written yet, and the writing of it.
//!
//! What has happened is written in one commit before anything is done because of it.

use std::sync::Arc;

use connector_sdk::{Error, ErrorKind, Origin, Result};
use futures_util::future::BoxFuture;
use runner_flow::Timestamp;
use runner_journal::{End, Entry, Health, Journal};
use serde_json::Value;

use crate::entry::{self, APART_OVER, Happened, Kept, Outcome};
use crate::report::RunResult;

/// Where a run stands in its journal.
pub(crate) struct Ledger {
    journal: Arc<dyn Journal>,
    run: Arc<str>,
    written: u64,
    pending: Vec<Entry>,
}

impl Ledger {
    /// Of a run that has so many entries.
    pub(crate) fn new(journal: Arc<dyn Journal>, run: Arc<str>, written: u64) -> Self {
        Self { journal, run, written, pending: Vec::new() }
    }

    /// Whether what is written outlives this process.
    pub(crate) fn keeps(&self) -> bool {
        self.journal.keeps_entries()
    }

    pub(crate) fn has_room(&self) -> bool {
        self.journal.health() != Health::Full
    }

    /// Notes what has happened. It is written with the next commit.
    pub(crate) fn note(&mut self, happened: &Happened, at: Timestamp) -> Result<()> {
        if self.keeps() {
            self.pending.push(entry::encode(happened, at)?);
        }
        Ok(())
    }

    /// Whether something is not written yet that something else waits for.
    pub(crate) fn is_behind(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Writes what has been noted. From now on it counts as written: whoever does not see this end well goes no further.
    pub(crate) fn commit(&mut self) -> BoxFuture<'static, Result<()>> {
        let (journal, run, after) = (Arc::clone(&self.journal), Arc::clone(&self.run), self.written);
        let entries = std::mem::take(&mut self.pending);
        self.written += entries.len() as u64;
        Box::pin(async move {
            let entries = all_small(&*journal, &run, entries).await?;
            journal.append(&run, after, entries).await.map_err(of_journal)
        })
    }

    /// Lets go of the messages up to a number, but for the signals that are kept.
    pub(crate) fn settle(&self, through: u64, kept: Vec<String>) -> BoxFuture<'static, Result<()>> {
        let (journal, run) = (Arc::clone(&self.journal), Arc::clone(&self.run));
        Box::pin(async move { journal.settle(&run, through, kept).await.map_err(of_journal) })
    }

    /// Writes what has been noted, and how the run ended.
    pub(crate) fn finish(&mut self, result: Arc<RunResult>, at: Timestamp) -> BoxFuture<'static, Result<()>> {
        let (journal, run, after) = (Arc::clone(&self.journal), Arc::clone(&self.run), self.written);
        let entries = std::mem::take(&mut self.pending);
        self.written += entries.len() as u64;
        Box::pin(async move {
            let entries = all_small(&*journal, &run, entries).await?;
            let output = kept(&*journal, &run, &result.output).await?;
            let outcome = Outcome { status: result.status, output, error: result.error.clone() };
            let end = End { status: result.status.code().to_owned(), at: at.as_millis(), outcome: outcome.encode()? };
            journal.finish(&run, after, entries, end).await.map_err(of_journal)
        })
    }
}

async fn all_small(journal: &dyn Journal, run: &str, entries: Vec<Entry>) -> Result<Vec<Entry>> {
    let mut small = Vec::with_capacity(entries.len());
    for entry in entries {
        small.push(match entry.body.len() > APART_OVER {
            true => {
                let hash = journal.put_blob(run, entry.body.clone()).await.map_err(of_journal)?;
                entry::put_apart(entry, hash)
            }
            false => entry,
        });
    }
    Ok(small)
}

/// A value as it is kept: apart, if it is large.
async fn kept(journal: &dyn Journal, run: &str, value: &Value) -> Result<Kept> {
    let unwritable = |error| Error::new(ErrorKind::Internal, "the output cannot be written as JSON").with_source(error);
    let text = serde_json::to_vec(value).map_err(unwritable)?;
    if text.len() <= APART_OVER {
        return Ok(Kept::Here(value.clone()));
    }
    Ok(Kept::Apart(journal.put_blob(run, text.into()).await.map_err(of_journal)?))
}

/// A value that was kept.
pub(crate) async fn unkept(journal: &dyn Journal, run: &str, kept: Kept) -> Result<Value> {
    match kept {
        Kept::Here(value) => Ok(value),
        Kept::Apart(hash) => serde_json::from_slice(&content(journal, run, &hash).await?).map_err(|error| {
            Error::new(ErrorKind::Internal, format!("what is kept as {hash} is no JSON"))
                .with_source(error)
                .with_fix("use the release that wrote it, or start the run again")
        }),
    }
}

/// An entry, with its body if that was put apart.
pub(crate) async fn whole(journal: &dyn Journal, run: &str, entry: Entry) -> Result<Entry> {
    match entry::apart(&entry)?.map(str::to_owned) {
        Some(hash) => Ok(entry::fetched(entry, content(journal, run, &hash).await?)),
        None => Ok(entry),
    }
}

async fn content(journal: &dyn Journal, run: &str, hash: &str) -> Result<bytes::Bytes> {
    let content = journal.get_blob(run, hash).await.map_err(of_journal)?;
    content.ok_or_else(|| {
        Error::new(ErrorKind::Internal, format!("the journal has lost {hash} of the run {run}"))
            .with_origin(Origin::Host)
            .with_fix("restore the journal from a backup, or start the run again")
    })
}

/// What a journal says, as an error of the engine. Its source is what the journal said.
pub(crate) fn of_journal(error: runner_journal::Error) -> Error {
    let kind = match &error {
        runner_journal::Error::Full { .. } => ErrorKind::LimitExceeded,
        runner_journal::Error::NoSuchRun { .. } => ErrorKind::NotFound,
        runner_journal::Error::TooMuch { .. }
        | runner_journal::Error::Empty { .. }
        | runner_journal::Error::Taken { .. } => ErrorKind::InvalidInput,
        _ => ErrorKind::Internal,
    };
    Error::new(kind, error.to_string()).with_origin(Origin::Host).with_fix(error.fix()).with_source(error)
}
