//! A journal that counts what it is asked to write.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use runner_journal::{
    Claim, Created, End, Entry, Health, Journal, Message, NewRun, Posted, Pruned, Query, Result, Retention, RunRow,
    StoredRun,
};

use crate::bare::Batch;

/// Counts the writes that each need a sync of their own, if nobody else writes, and what they hold.
pub(crate) struct Counting<J> {
    journal: J,
    writes: AtomicU64,
    entries: AtomicU64,
    bytes: AtomicU64,
}

/// What was written.
#[derive(Clone, Copy)]
pub(crate) struct Written {
    pub(crate) writes: u64,
    pub(crate) entries: u64,
    bytes: u64,
}

impl Written {
    /// What was written since then.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            writes: self.writes - before.writes,
            entries: self.entries - before.entries,
            bytes: self.bytes - before.bytes,
        }
    }

    /// A write like these.
    pub(crate) fn batch(self) -> Batch {
        Batch { records: self.entries.div_ceil(self.writes), bytes: (self.bytes / self.entries) as usize }
    }
}

impl<J> Counting<J> {
    pub(crate) fn new(journal: J) -> Self {
        let zero = AtomicU64::default;
        Self { journal, writes: zero(), entries: zero(), bytes: zero() }
    }

    pub(crate) fn written(&self) -> Written {
        let now = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Written { writes: now(&self.writes), entries: now(&self.entries), bytes: now(&self.bytes) }
    }

    fn count(&self, entries: &[Entry]) {
        let bytes: usize = entries.iter().map(|entry| entry.step.len() + entry.body.len()).sum();
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.entries.fetch_add(entries.len() as u64, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

#[async_trait]
impl<J: Journal> Journal for Counting<J> {
    async fn create(&self, run: NewRun) -> Result<Created> {
        self.count(&[]);
        self.journal.create(run).await
    }

    async fn append(&self, run: &str, after: u64, entries: Vec<Entry>) -> Result<()> {
        self.count(&entries);
        self.journal.append(run, after, entries).await
    }

    async fn finish(&self, run: &str, after: u64, entries: Vec<Entry>, end: End) -> Result<()> {
        self.count(&entries);
        self.journal.finish(run, after, entries, end).await
    }

    async fn load(&self, run: &str) -> Result<Option<StoredRun>> {
        self.journal.load(run).await
    }

    async fn row(&self, run: &str) -> Result<Option<RunRow>> {
        self.journal.row(run).await
    }

    async fn list(&self, query: Query) -> Result<Vec<RunRow>> {
        self.journal.list(query).await
    }

    async fn claim(&self, run: &str) -> Result<Claim> {
        self.journal.claim(run).await
    }

    async fn release(&self, run: &str) -> Result<()> {
        self.journal.release(run).await
    }

    async fn is_held_elsewhere(&self, run: &str) -> Result<bool> {
        self.journal.is_held_elsewhere(run).await
    }

    async fn unfinished(&self, after: Option<&str>, limit: u32) -> Result<Vec<RunRow>> {
        self.journal.unfinished(after, limit).await
    }

    async fn post(&self, run: &str, message: Message) -> Result<Posted> {
        self.journal.post(run, message).await
    }

    async fn settle(&self, run: &str, through: u64, kept: Vec<String>) -> Result<()> {
        self.journal.settle(run, through, kept).await
    }

    async fn inbox(&self, run: &str, after: u64) -> Result<Vec<(u64, Message)>> {
        self.journal.inbox(run, after).await
    }

    async fn mail(&self, after: u64) -> Result<Vec<(u64, String)>> {
        self.journal.mail(after).await
    }

    async fn posted(&self) {
        self.journal.posted().await;
    }

    async fn put_blob(&self, run: &str, content: Bytes) -> Result<String> {
        self.journal.put_blob(run, content).await
    }

    async fn get_blob(&self, run: &str, hash: &str) -> Result<Option<Bytes>> {
        self.journal.get_blob(run, hash).await
    }

    async fn prune(&self, keep: Retention, now: u64) -> Result<Pruned> {
        self.journal.prune(keep, now).await
    }

    fn health(&self) -> Health {
        self.journal.health()
    }

    fn keeps_entries(&self) -> bool {
        self.journal.keeps_entries()
    }
}
