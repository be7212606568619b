//! Connections that read, off the runtime's threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::failure::Failure;
use super::folder::open_reader;
use crate::error::{Error, Result};
use crate::limits;

/// A few connections that read, made when they are needed.
pub(super) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, idle: Mutex::default(), permits: Arc::new(Semaphore::new(limits::READERS)) }
    }

    /// Reads within one transaction, so all that is read is of the same moment.
    pub(super) async fn read<F, T>(self: &Arc<Self>, query: F) -> Result<T>
    where
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
        T: Send + 'static,
    {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| Error::Closed)?;
        let readers = self.clone();
        let read = spawn_blocking(move || {
            let _permit = permit;
            readers.read_now(query)
        });
        read.await.unwrap_or(Err(Error::Closed))
    }

    /// The same, and it blocks.
    pub(super) fn read_now<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T> {
        if self.permits.is_closed() {
            return Err(Error::Closed);
        }
        self.look(query).map_err(|failure| failure.tell(&self.file))
    }

    /// Lets nobody read any more, and lets go of the connections that nobody reads with.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let idle = self.idle().pop();
        let mut db = idle.map_or_else(|| open_reader(&self.file), Ok)?;
        let transaction = db.transaction()?;
        let value = query(&transaction)?;
        transaction.finish()?;
        let mut idle = self.idle();
        if idle.len() < limits::READERS && !self.permits.is_closed() {
            idle.push(db);
        }
        Ok(value)
    }
}
