//! A journal in a folder: one SQLite file, and a lock for each process that uses it.
//!
//! Several processes may use one folder at once. Commands go to one writer thread, reads to connections of their own,
//! so no caller ever blocks its runtime.

mod blob;
mod chain;
mod failure;
mod folder;
mod inbox;
mod owner;
mod prune;
mod queue;
mod reader;
mod runs;
mod schema;
mod store;
mod stored;
mod watch;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

use self::failure::Failure;
use self::owner::{Guard, Owner};
use self::queue::Class;
use self::runs::Prepared;
pub use self::store::Store;
use self::watch::Watch;
use self::writer::Writer;
use crate::content::content_hash;
use crate::error::{Error, Result};
use crate::message::{Message, Posted};
use crate::run::{Claim, Created, End, Entry, NewRun, Query, RunRow, StoredRun, check_entries, weight, within};
use crate::{Health, Journal, Pruned, Retention, limits};

/// What the file is called.
const FILE: &str = "journal.db";
/// How long content waits before it is tried again, when there is no room for it.
const ROOM_WAIT: Duration = Duration::from_secs(1);

/// What an acknowledgement outlives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Everything: each commit reaches the disk before it is acknowledged.
    #[default]
    PowerLoss,
    /// The process. Several times as fast for one caller; a power loss may take the last commits.
    Process,
}

impl Durability {
    fn pragma(self) -> &'static str {
        match self {
            Self::PowerLoss => "FULL",
            Self::Process => "NORMAL",
        }
    }
}

/// How a journal is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct SqliteOptions {
    /// What an acknowledgement outlives.
    pub durability: Durability,
    /// How large the file may grow.
    pub max_bytes: Option<u64>,
}

/// A journal in a folder.
///
/// Dropping it waits until what was asked of it is written.
pub struct SqliteJournal {
    watch: Option<Watch>,
    store: Store,
    posted: Arc<Notify>,
    owner: Arc<Owner>,
    writer: Option<JoinHandle<()>>,
}

impl SqliteJournal {
    /// Opens the journal in this folder, or makes one. It blocks while it does.
    pub fn open(folder: &Path, options: SqliteOptions) -> Result<Self> {
        folder::make_folder(folder)?;
        let guard = Guard::hold(folder)?;
        let file = folder.join(FILE);
        drop(folder::open_file(&file)?);
        let mut db = folder::open_writer(&file, options.durability)?;
        schema::migrate(&mut db, &file)?;
        bound(&db, options.max_bytes).map_err(|failure| failure.tell(&file))?;
        let owner = Arc::new(guard.enter()?);
        let posted = Arc::new(Notify::new());
        let watch = Some(Watch::start(&file, posted.clone())?);
        let store = Store::new(file.clone());
        let writer = Writer::new(db, store.queue.clone(), store.state.clone())?;
        let writer = std::thread::Builder::new().name("journal-writer".to_owned()).spawn(move || writer.run());
        let writer = Some(writer.map_err(|error| folder::unusable(&file, &error))?);
        Ok(Self { watch, store, posted, owner, writer })
    }

    /// Whether there is a journal in this folder.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// The way to its file, for rooms that keep tables of their own in it.
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// Changes how large the file may grow. It never shrinks by this.
    pub async fn set_max_bytes(&self, max_bytes: Option<u64>) -> Result<()> {
        self.write(Class::Upkeep, 0, move |db| bound(db, max_bytes)).await
    }

    async fn write<F, T>(&self, class: Class, weight: usize, command: F) -> Result<T>
    where
        F: Fn(&Connection) -> Result<T, Failure> + Send + 'static,
        T: Send + 'static,
    {
        self.store.submit(class, weight, command).await
    }
}

/// Bounds the file's pages.
fn bound(db: &Connection, max_bytes: Option<u64>) -> Result<(), Failure> {
    /// What SQLite takes for no bound.
    const ALL: u64 = u32::MAX as u64 - 1;
    let page: u64 = db.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = max_bytes.map_or(ALL, |bytes| (bytes / page).clamp(1, ALL));
    Ok(db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
}

impl Drop for SqliteJournal {
    fn drop(&mut self) {
        // Whoever closes a database last tidies it up, and only the writer can.
        drop(self.watch.take());
        self.store.close();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn create(&self, run: NewRun) -> Result<Created> {
        run.check()?;
        self.store.check()?;
        let (weight, owner) = (run.weight(), self.owner.clone());
        let prepared = spawn_blocking(|| Prepared::new(run)).await.map_err(|_| Error::Closed)?;
        self.write(Class::Intake, weight, move |db| runs::create(db, &owner, &prepared)).await
    }

    async fn append(&self, run: &str, after: u64, entries: Vec<Entry>) -> Result<()> {
        check_entries(&entries)?;
        let (run, owner) = (run.to_owned(), self.owner.clone());
        self.write(Class::Work, weight(&entries), move |db| runs::append(db, &owner, &run, after, &entries)).await
    }

    async fn finish(&self, run: &str, after: u64, entries: Vec<Entry>, end: End) -> Result<()> {
        check_entries(&entries)?;
        end.check()?;
        let weight = weight(&entries) + end.outcome.len();
        let (run, owner) = (run.to_owned(), self.owner.clone());
        self.write(Class::Work, weight, move |db| runs::finish(db, &owner, &run, after, &entries, &end)).await
    }

    async fn load(&self, run: &str) -> Result<Option<StoredRun>> {
        let run = run.to_owned();
        self.store.readers.read(move |db| stored::load(db, &run)).await
    }

    async fn row(&self, run: &str) -> Result<Option<RunRow>> {
        let run = run.to_owned();
        self.store.readers.read(move |db| stored::row(db, &run)).await
    }

    async fn list(&self, query: Query) -> Result<Vec<RunRow>> {
        self.store.readers.read(move |db| stored::list(db, &query)).await
    }

    async fn claim(&self, run: &str) -> Result<Claim> {
        let (run, owner) = (run.to_owned(), self.owner.clone());
        self.write(Class::Work, 0, move |db| runs::claim(db, &owner, &run)).await
    }

    async fn release(&self, run: &str) -> Result<()> {
        let (run, owner) = (run.to_owned(), self.owner.clone());
        self.write(Class::Work, 0, move |db| runs::release(db, &owner, &run)).await
    }

    async fn is_held_elsewhere(&self, run: &str) -> Result<bool> {
        let (run, owner) = (run.to_owned(), self.owner.clone());
        self.store.readers.read(move |db| runs::is_held_elsewhere(db, &owner, &run)).await
    }

    async fn unfinished(&self, after: Option<&str>, limit: u32) -> Result<Vec<RunRow>> {
        let after = after.map(str::to_owned);
        self.store.readers.read(move |db| stored::unfinished(db, after.as_deref(), limit)).await
    }

    async fn post(&self, run: &str, message: Message) -> Result<Posted> {
        message.check()?;
        self.store.check()?;
        let (run, weight) = (run.to_owned(), message.body.len());
        let posted = self.write(Class::Intake, weight, move |db| inbox::post(db, &run, &message)).await?;
        if posted == Posted::New {
            self.posted.notify_one();
        }
        Ok(posted)
    }

    async fn settle(&self, run: &str, through: u64, kept: Vec<String>) -> Result<()> {
        let (run, owner) = (run.to_owned(), self.owner.clone());
        self.write(Class::Work, 0, move |db| inbox::settle(db, &owner, &run, through, &kept)).await
    }

    async fn inbox(&self, run: &str, after: u64) -> Result<Vec<(u64, Message)>> {
        let run = run.to_owned();
        self.store.readers.read(move |db| inbox::inbox(db, &run, after)).await
    }

    async fn mail(&self, after: u64) -> Result<Vec<(u64, String)>> {
        self.store.readers.read(move |db| inbox::mail(db, after)).await
    }

    async fn posted(&self) {
        self.posted.notified().await;
    }

    async fn put_blob(&self, run: &str, content: Bytes) -> Result<String> {
        within("a blob", content.len(), limits::BLOB)?;
        let hashed = content.clone();
        let hash = spawn_blocking(move || content_hash(&hashed)).await.map_err(|_| Error::Closed)?;
        let weight = content.len();
        loop {
            let (run, hash, content) = (run.to_owned(), hash.clone(), content.clone());
            let command = move |db: &Connection| blob::put(db, &run, &hash, &content).map(|()| hash.clone());
            // It waits outside of the queue, so that smaller things get past it.
            match self.write(Class::Intake, weight, command).await {
                Err(Error::Full { .. }) => tokio::time::sleep(ROOM_WAIT).await,
                put => return put,
            }
        }
    }

    async fn get_blob(&self, run: &str, hash: &str) -> Result<Option<Bytes>> {
        let (run, hash) = (run.to_owned(), hash.to_owned());
        self.store.readers.read(move |db| blob::get(db, &run, &hash)).await
    }

    async fn prune(&self, keep: Retention, now: u64) -> Result<Pruned> {
        let mut all = Pruned::default();
        loop {
            let pruned = self.write(Class::Upkeep, 0, move |db| prune::prune_some(db, keep, now)).await?;
            if pruned.runs == 0 {
                return Ok(all);
            }
            all.runs += pruned.runs;
            all.blobs += pruned.blobs;
        }
    }

    fn health(&self) -> Health {
        self.store.health()
    }

    fn keeps_entries(&self) -> bool {
        true
    }
}
