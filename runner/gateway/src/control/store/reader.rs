//! Connections that read, apart from the one that writes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::error::StoreError;
use super::folder::open_reader;
use crate::bounds;

/// A few connections that read, made when they are needed.
pub(super) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(file: PathBuf) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(bounds::READERS));
        Arc::new(Self { file, idle: Mutex::default(), permits })
    }

    /// Reads off the runtime's threads.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let readers = self.clone();
        let read = spawn_blocking(move || {
            let _permit = permit;
            readers.read_now(query)
        });
        read.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Reads within one transaction, so that all that is read is of the same moment. It blocks.
    pub(super) fn read_now<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let read = || {
            let idle = self.idle().pop();
            let mut db = idle.map_or_else(|| open_reader(&self.file), Ok)?;
            let transaction = db.transaction()?;
            let value = query(&transaction)?;
            transaction.finish()?;
            let mut idle = self.idle();
            if idle.len() < bounds::READERS {
                idle.push(db);
            }
            Ok(value)
        };
        read().map_err(|error| StoreError::of_database(&error, &self.file))
    }

    /// Lets go of the connections that nobody reads with.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
