//! A journal that notes what it is told, and fails where a test says so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use connector_sdk::async_trait;
use runner_journal::{
    Claim, Created, End, Entry, Error, Health, Journal, Message, NewRun, Posted, Pruned, Query, Result, Retention,
    RunRow, StoredRun,
};
use tokio::sync::{Notify, Semaphore};

/// What a run has committed at once: the kinds of its entries, and whether it was over with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) kinds: Vec<u8>,
    pub(crate) is_end: bool,
}

/// What becomes of the commit that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing of it is kept.
    Lost,
    /// It is kept, and nobody hears of it.
    Unheard,
}

/// A journal that notes what it is told, and fails where a test says so.
pub(crate) struct Faulty {
    inner: Arc<dyn Journal>,
    commits: Mutex<Vec<Commit>>,
    /// The hashes of what was put apart.
    pub(crate) blobs: Mutex<Vec<String>>,
    /// The commit that fails, and all after it.
    fault: Option<(usize, Fault)>,
    is_poisoned: AtomicBool,
    /// While it is there, loading waits for it once something is loaded.
    pub(crate) gate: Mutex<Option<Arc<Semaphore>>>,
    /// Told when loading waits.
    pub(crate) loaded: Notify,
}

impl Faulty {
    pub(crate) fn new(inner: Arc<dyn Journal>) -> Self {
        Self {
            inner,
            commits: Mutex::default(),
            blobs: Mutex::default(),
            fault: None,
            is_poisoned: AtomicBool::new(false),
            gate: Mutex::default(),
            loaded: Notify::new(),
        }
    }

    /// Whose nth commit fails.
    pub(crate) fn failing(inner: Arc<dyn Journal>, nth: usize, fault: Fault) -> Self {
        Self { fault: Some((nth, fault)), ..Self::new(inner) }
    }

    /// What has been committed.
    pub(crate) fn commits(&self) -> Vec<Commit> {
        self.commits.lock().unwrap().clone()
    }

    /// What the commit is to come to.
    fn note(&self, entries: &[Entry], is_end: bool) -> Result<Option<Fault>> {
        if self.is_poisoned.load(Ordering::SeqCst) {
            return Err(poisoned());
        }
        let mut commits = self.commits.lock().unwrap();
        let nth = commits.len();
        commits.push(Commit { kinds: entries.iter().map(|entry| entry.kind).collect(), is_end });
        let fault = self.fault.filter(|(at, _)| *at == nth).map(|(_, fault)| fault);
        self.is_poisoned.store(fault.is_some(), Ordering::SeqCst);
        if fault == Some(Fault::Lost) { Err(poisoned()) } else { Ok(fault) }
    }
}

fn poisoned() -> Error {
    Error::Poisoned { file: "journal.db".into(), reason: "this is meant".to_owned() }
}

#[async_trait]
impl Journal for Faulty {
    async fn create(&self, run: NewRun) -> Result<Created> {
        self.inner.create(run).await
    }

    async fn append(&self, run: &str, after: u64, entries: Vec<Entry>) -> Result<()> {
        let fault = self.note(&entries, false)?;
        self.inner.append(run, after, entries).await?;
        fault.map_or(Ok(()), |_| Err(poisoned()))
    }

    async fn finish(&self, run: &str, after: u64, entries: Vec<Entry>, end: End) -> Result<()> {
        let fault = self.note(&entries, true)?;
        self.inner.finish(run, after, entries, end).await?;
        fault.map_or(Ok(()), |_| Err(poisoned()))
    }

    async fn load(&self, run: &str) -> Result<Option<StoredRun>> {
        let loaded = self.inner.load(run).await;
        let gate = self.gate.lock().unwrap().take();
        if let Some(gate) = gate {
            self.loaded.notify_one();
            gate.acquire().await.unwrap().forget();
        }
        loaded
    }

    async fn row(&self, run: &str) -> Result<Option<RunRow>> {
        self.inner.row(run).await
    }

    async fn list(&self, query: Query) -> Result<Vec<RunRow>> {
        self.inner.list(query).await
    }

    async fn claim(&self, run: &str) -> Result<Claim> {
        self.inner.claim(run).await
    }

    async fn release(&self, run: &str) -> Result<()> {
        self.inner.release(run).await
    }

    async fn is_held_elsewhere(&self, run: &str) -> Result<bool> {
        self.inner.is_held_elsewhere(run).await
    }

    async fn unfinished(&self, after: Option<&str>, limit: u32) -> Result<Vec<RunRow>> {
        self.inner.unfinished(after, limit).await
    }

    async fn post(&self, run: &str, message: Message) -> Result<Posted> {
        self.inner.post(run, message).await
    }

    async fn settle(&self, run: &str, through: u64, kept: Vec<String>) -> Result<()> {
        self.inner.settle(run, through, kept).await
    }

    async fn inbox(&self, run: &str, after: u64) -> Result<Vec<(u64, Message)>> {
        self.inner.inbox(run, after).await
    }

    async fn mail(&self, after: u64) -> Result<Vec<(u64, String)>> {
        self.inner.mail(after).await
    }

    async fn posted(&self) {
        self.inner.posted().await;
    }

    async fn put_blob(&self, run: &str, content: Bytes) -> Result<String> {
        let hash = self.inner.put_blob(run, content).await?;
        self.blobs.lock().unwrap().push(hash.clone());
        Ok(hash)
    }

    async fn get_blob(&self, run: &str, hash: &str) -> Result<Option<Bytes>> {
        self.inner.get_blob(run, hash).await
    }

    async fn prune(&self, keep: Retention, now: u64) -> Result<Pruned> {
        self.inner.prune(keep, now).await
    }

    fn health(&self) -> Health {
        if self.is_poisoned.load(Ordering::SeqCst) { Health::Poisoned } else { self.inner.health() }
    }

    fn keeps_entries(&self) -> bool {
        self.inner.keeps_entries()
    }
}
