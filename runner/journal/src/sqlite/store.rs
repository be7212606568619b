//! The way to the file, for the journal and for rooms that keep tables of their own in it.
//!
//! Whoever writes shares the one writer, its commits and its promise; whoever reads sees one moment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::failure::Failure;
use super::queue::{Class, Queue};
use super::reader::Readers;
use super::writer::State;
use crate::Health;
use crate::error::{Error, Result};

/// A handle on a journal's file, for tables that are not the journal's own. Clones are the same file.
///
/// It is of use as long as its journal is open. A command may be done more than once until its transaction comes
/// through, and has to do the same each time.
#[derive(Clone)]
pub struct Store {
    pub(super) readers: Arc<Readers>,
    pub(super) queue: Arc<Queue>,
    pub(super) state: Arc<State>,
}

impl Store {
    pub(super) fn new(file: PathBuf) -> Self {
        let readers = Arc::new(Readers::new(file.clone()));
        Self { readers, queue: Arc::new(Queue::new()), state: Arc::new(State::new(file)) }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.state.file
    }

    /// Whether it can take more.
    pub fn health(&self) -> Health {
        self.state.health()
    }

    /// Says why nothing new is taken, if that is so: there is no room, or a write failed.
    pub fn check(&self) -> Result<()> {
        self.state.check()?;
        if self.health() == Health::Full { Err(self.state.is_full()) } else { Ok(()) }
    }

    /// Writes something new of about this many bytes, in one transaction with what others write meanwhile; durable once
    /// this returns. It is refused while there is no room.
    pub async fn write<F, T>(&self, weight: usize, command: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.check()?;
        self.submit(Class::Intake, weight, move |db| Ok(command(db)?)).await
    }

    /// The same, and it blocks. It waits for no room in the queue: [`Error::Busy`] if there is none.
    pub fn write_now<F, T>(&self, weight: usize, command: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.check()?;
        let submitted = self.queue.submit_now(weight, move |db| Ok(command(db)?));
        submitted.unwrap_or_else(|| Err(Error::Busy { file: self.state.file.clone() }))
    }

    /// Writes what makes room, or takes none: before all that waits, in a transaction of its own, and also while there
    /// is no room.
    pub async fn upkeep<F, T>(&self, command: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.submit(Class::Upkeep, 0, move |db| Ok(command(db)?)).await
    }

    /// Reads off the runtime's threads, within one transaction.
    pub async fn read<F, T>(&self, query: F) -> Result<T>
    where
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.readers.read(|db| Ok(query(db)?)).await
    }

    /// The same, and it blocks.
    pub fn read_now<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.readers.read_now(|db| Ok(query(db)?))
    }

    pub(super) async fn submit<F, T>(&self, class: Class, weight: usize, command: F) -> Result<T>
    where
        F: Fn(&Connection) -> Result<T, Failure> + Send + 'static,
        T: Send + 'static,
    {
        self.state.check()?;
        self.queue.submit(class, weight, command).await
    }

    /// Takes nothing more.
    pub(super) fn close(&self) {
        self.readers.close();
        self.queue.close();
    }
}
