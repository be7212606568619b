//! What the gateway keeps, in tables of its own in the journal of the data folder, beside runs.
//!
//! What somebody waits for is on disk when they are answered; what the hot path leaves behind is written soon, in large
//! commits, and counted if it cannot be.

mod error;
mod lock;
mod outbox;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use runner_journal::{Result, SqliteJournal};
use rusqlite::Connection;

pub use self::error::StoreError;
use self::outbox::Outbox;
use super::records::Ledger;

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve calls. One process at a time does.
    Serve,
    /// To look, or to change keys, also while another process serves.
    Visit,
}

/// The store. Dropping it waits until what was left behind is written.
pub(crate) struct Store {
    outbox: Outbox,
    tables: runner_journal::Store,
    /// Stays open until the outbox is empty.
    _journal: Arc<SqliteJournal>,
    /// Held as long as this process serves.
    _lock: Option<File>,
}

impl Store {
    /// Keeps everything in this journal.
    pub(crate) fn open(journal: Arc<SqliteJournal>, purpose: Purpose) -> Result<Self, StoreError> {
        let tables = journal.store();
        let folder = tables.file().parent().unwrap_or(Path::new("."));
        let lock = (purpose == Purpose::Serve).then(|| lock::hold(folder)).transpose()?;
        Ok(Self { outbox: Outbox::open(tables.clone())?, tables, _journal: journal, _lock: lock })
    }

    /// What reads the tables, and says how they do.
    pub(crate) fn tables(&self) -> &runner_journal::Store {
        &self.tables
    }

    /// Leaves something behind, to be written soon. This is all that the hot path does. `add` tells whether there was
    /// room for it.
    pub(crate) fn leave(&self, add: impl FnOnce(&mut Ledger) -> bool) {
        self.outbox.leave(add);
    }

    /// How many records were never written.
    pub(crate) fn lost(&self) -> u64 {
        self.outbox.lost()
    }

    /// Waits until all that was left behind so far is on disk, and says why not if something still waits.
    pub(crate) async fn flush(&self) -> Result<()> {
        self.outbox.flush().await
    }

    /// Writes something new after all that was left behind so far; durable once this returns.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        command: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        self.flush().await?;
        self.tables.write(0, command).await
    }

    /// Writes what takes no room after all that was left behind so far, if there is room for that.
    pub(crate) async fn upkeep<T: Send + 'static>(
        &self,
        command: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        // What cannot be written now waits, and this must not.
        let _ = self.flush().await;
        self.tables.upkeep(command).await
    }
}
