//! The one thread that writes.
//!
//! What somebody waits for is a transaction of its own; what the hot path leaves behind is gathered into large ones.
//! Without room it keeps what it has and tries again; after an I/O error it writes nothing more, since what the disk
//! holds then is anybody's guess.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rusqlite::Connection;

use super::StoreHealth;
use super::error::StoreError;
use super::queue::{Batch, Next, Queue, transact};

/// What others may know of the writer.
pub(super) struct State {
    pub(super) file: PathBuf,
    poison: OnceLock<StoreError>,
    full: AtomicBool,
}

impl State {
    pub(super) fn new(file: PathBuf) -> Arc<Self> {
        Arc::new(Self { file, poison: OnceLock::new(), full: AtomicBool::new(false) })
    }

    pub(super) fn health(&self) -> StoreHealth {
        match self.poison.get() {
            Some(error) => StoreHealth::Poisoned(error.to_string()),
            None if self.full.load(Ordering::Acquire) => StoreHealth::Full,
            None => StoreHealth::Ok,
        }
    }

    fn note(&self, failed: Option<&StoreError>) {
        self.full.store(matches!(failed, Some(StoreError::Full { .. })), Ordering::Release);
        if let Some(error @ StoreError::Poisoned { .. }) = failed {
            let _ = self.poison.set(error.clone());
        }
    }
}

/// The one that writes.
pub(super) struct Writer<B: Batch> {
    pub(super) db: Connection,
    pub(super) queue: Arc<Queue<B>>,
    pub(super) state: Arc<State>,
}

impl<B: Batch> Writer<B> {
    /// Writes until the queue is closed.
    pub(super) fn run(mut self) {
        loop {
            match self.queue.next() {
                Next::Write(batch) => self.write(batch),
                Next::Run(batch, command) => {
                    self.write(batch);
                    let db = self.state.poison.get().cloned().map_or(Ok(&mut self.db), Err);
                    let failed = command.run(db);
                    self.state.note(failed.as_ref());
                }
                Next::End => return,
            }
        }
    }

    fn write(&mut self, batch: B) {
        if batch.is_empty() {
            return;
        }
        if self.state.poison.get().is_some() {
            return self.queue.lose(&batch);
        }
        let written = transact(&mut self.db, |db| batch.write(db));
        let failed = written.err().map(|error| StoreError::of_database(&error, &self.state.file));
        self.state.note(failed.as_ref());
        match failed {
            None => {}
            Some(StoreError::Full { .. } | StoreError::Busy { .. }) => self.queue.put_back(batch),
            Some(_) => self.queue.lose(&batch),
        }
    }
}

impl<B: Batch> Drop for Writer<B> {
    fn drop(&mut self) {
        self.queue.abandon();
    }
}
