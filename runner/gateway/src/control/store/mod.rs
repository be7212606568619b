//! What the gateway keeps: `gateway.db` in the data folder.
//!
//! One thread writes, a few connections read. What somebody waits for is on disk when they are answered; what the hot
//! path leaves behind is written soon, in large commits, and counted if it cannot be.

mod error;
mod folder;
mod queue;
mod reader;
mod schema;
mod writer;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;

pub use self::error::StoreError;
use self::queue::Command;
pub(crate) use self::queue::{Batch, Queue};
use self::reader::Readers;
use self::writer::{State, Writer};

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve calls. One process at a time does.
    Serve,
    /// To look, or to change keys, also while another process serves.
    Visit,
}

/// Whether a store can take more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreHealth {
    /// It works.
    Ok,
    /// There is no room; it is tried again.
    Full,
    /// A write failed in this way; it takes nothing more until it is opened anew.
    Poisoned(String),
}

/// The store. Dropping it waits until what was left behind is written.
pub(crate) struct Store<B: Batch> {
    readers: Arc<Readers>,
    queue: Arc<Queue<B>>,
    state: Arc<State>,
    writer: Option<JoinHandle<()>>,
    /// Held as long as this process serves.
    _lock: Option<File>,
}

impl<B: Batch> Store<B> {
    /// Opens the store in this folder, or makes one. It blocks while it does.
    pub(crate) fn open(folder: &Path, purpose: Purpose) -> Result<Self, StoreError> {
        folder::make_folder(folder)?;
        let lock = (purpose == Purpose::Serve).then(|| folder::hold(folder)).transpose()?;
        let file = folder.join("gateway.db");
        folder::make_file(&file)?;
        let mut db = folder::open_writer(&file)?;
        schema::migrate(&mut db, &file)?;
        let (queue, state) = (Queue::new(), State::new(file.clone()));
        let writer = Writer { db, queue: queue.clone(), state: state.clone() };
        let thread = std::thread::Builder::new().name("gateway-writer".to_owned()).spawn(move || writer.run());
        let writer = Some(thread.map_err(|error| folder::unusable(&file, &error))?);
        Ok(Self { readers: Readers::new(file), queue, state, writer, _lock: lock })
    }

    /// Where the hot path leaves what is to be written.
    pub(crate) fn queue(&self) -> &Arc<Queue<B>> {
        &self.queue
    }

    /// Writes in a transaction of its own, after all that was left behind so far; durable once this returns.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.submit(run)?.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Reads off the runtime's threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(query).await
    }

    /// The same, and it blocks.
    pub(crate) fn read_now<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        self.readers.read_now(query)
    }

    /// Whether it can take more.
    pub(crate) fn health(&self) -> StoreHealth {
        self.state.health()
    }

    fn submit<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<tokio::sync::oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        let file = self.state.file.clone();
        let (command, answer) = Command::new(run, move |error| StoreError::of_database(error, &file));
        if self.queue.submit(command) { Ok(answer) } else { Err(StoreError::Busy { file: self.state.file.clone() }) }
    }
}

impl<B: Batch> Drop for Store<B> {
    fn drop(&mut self) {
        self.readers.close();
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}
