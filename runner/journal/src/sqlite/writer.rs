//! The one thread that writes.
//!
//! It takes what waits, does it in one transaction, and tells everybody after the commit: one sync for many.
//! Without room it keeps what goes on with runs, one command at a time, until there is room again.
//! After an I/O error it writes nothing more, since what the disk holds then is anybody's guess.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use super::failure::{Ask, Failure};
use super::folder::identity;
use super::queue::{Class, Job, Queue};
use crate::error::{Error, Result};
use crate::{Health, limits};

const FIRST_WAIT: Duration = Duration::from_millis(10);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// Pages in the write-ahead log that are worth moving into the file.
const LOG_PAGES: i32 = 1_000;

/// What others may know of the writer.
pub(super) struct State {
    pub(super) file: PathBuf,
    poison: OnceLock<Error>,
    full: AtomicBool,
}

impl State {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, poison: OnceLock::new(), full: AtomicBool::new(false) }
    }

    pub(super) fn health(&self) -> Health {
        match self.poison.get() {
            Some(_) => Health::Poisoned,
            None if self.full.load(Ordering::Acquire) => Health::Full,
            None => Health::Ok,
        }
    }

    /// Says why nothing is written any more.
    pub(super) fn check(&self) -> Result<()> {
        self.poison.get().map_or(Ok(()), |error| Err(error.clone()))
    }

    pub(super) fn is_full(&self) -> Error {
        Error::Full { file: self.file.clone() }
    }
}

/// How commands are taken.
enum Pace {
    /// As many together as wait.
    Together,
    /// So many one by one, to find the one that fails.
    Apart(usize),
    /// One by one, after a wait, because there is no room.
    Parked(Duration),
}

/// The one that writes.
pub(super) struct Writer {
    db: Connection,
    queue: Arc<Queue>,
    state: Arc<State>,
    pace: Pace,
    log_pages: Arc<AtomicI32>,
    /// Which file it writes to.
    identity: Option<(u64, u64)>,
}

impl Writer {
    pub(super) fn new(db: Connection, queue: Arc<Queue>, state: Arc<State>) -> Result<Self> {
        let log_pages = Arc::new(AtomicI32::new(0));
        let seen = log_pages.clone();
        let identity = identity(&state.file);
        let mut writer = Self { db, queue, state, pace: Pace::Together, log_pages, identity };
        let hook = move |_: &mut rusqlite::hooks::Wal, pages| {
            seen.store(pages, Ordering::Relaxed);
            Ok(())
        };
        writer.db.wal_hook(Some(hook)).map_err(|error| Failure::from(error).tell(&writer.state.file))?;
        Ok(writer)
    }

    /// Writes until the queue is closed.
    pub(super) fn run(mut self) {
        while let Some(group) = self.next() {
            if self.state.poison.get().is_some() {
                self.refuse(group);
            } else if group.is_empty() {
                self.probe();
            } else {
                self.commit(group);
            }
        }
        self.checkpoint();
    }

    fn next(&mut self) -> Option<Vec<Job>> {
        match &mut self.pace {
            Pace::Together => self.queue.take(limits::GROUP),
            Pace::Apart(left) => {
                *left -= 1;
                if *left == 0 {
                    self.pace = Pace::Together;
                }
                self.queue.take(1)
            }
            Pace::Parked(wait) => self.queue.take_parked(*wait),
        }
    }

    fn commit(&mut self, mut group: Vec<Job>) {
        match self.transact(|db| group.iter_mut().try_for_each(|job| job.apply(db))) {
            // What is in a file that nobody finds again is not kept.
            Ok(()) if identity(&self.state.file) != self.identity => {
                self.stop("the file was moved, replaced or deleted while it was in use".to_owned(), group);
            }
            Ok(()) => self.committed(group),
            Err(failure) => match failure.asks() {
                Ask::Stop => self.poison(failure, group),
                Ask::Room => self.park(group),
                Ask::Tell if group.len() > 1 => {
                    self.pace = Pace::Apart(group.len());
                    self.queue.put_back(group);
                }
                Ask::Tell | Ask::TellAll => {
                    let error = failure.tell(&self.state.file);
                    group.into_iter().for_each(|job| job.failed(error.clone()));
                }
            },
        }
    }

    fn transact(&mut self, work: impl FnOnce(&Connection) -> Result<(), Failure>) -> Result<(), Failure> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        work(&transaction)?;
        Ok(transaction.commit()?)
    }

    fn committed(&mut self, group: Vec<Job>) {
        if matches!(self.pace, Pace::Parked(_)) {
            self.unpark(group.iter().any(|job| job.class == Class::Upkeep));
        }
        group.into_iter().for_each(Job::done);
        if self.log_pages.load(Ordering::Relaxed) >= LOG_PAGES {
            self.checkpoint();
        }
    }

    /// Moves the write-ahead log into the file. A failure loses nothing, but a failed sync is not tried again.
    fn checkpoint(&mut self) {
        if self.state.poison.get().is_some() {
            return;
        }
        let moved = self.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(failure) = moved.map_err(Failure::from)
            && failure.asks() == Ask::Stop
        {
            self.poison(failure, Vec::new());
        }
    }

    /// After upkeep there may be room, so what is parked is tried at once; after anything else there is room.
    fn unpark(&mut self, upkeep: bool) {
        if upkeep {
            self.pace = Pace::Parked(Duration::ZERO);
        } else {
            self.pace = Pace::Together;
            self.state.full.store(false, Ordering::Release);
        }
    }

    fn park(&mut self, group: Vec<Job>) {
        let wait = match self.pace {
            Pace::Parked(wait) => (wait * 2).clamp(FIRST_WAIT, LONGEST_WAIT),
            Pace::Together | Pace::Apart(_) => FIRST_WAIT,
        };
        self.pace = Pace::Parked(wait);
        self.state.full.store(true, Ordering::Release);
        let (parked, refused): (Vec<_>, Vec<_>) = group.into_iter().partition(|job| job.class == Class::Work);
        self.queue.put_back(parked);
        for job in refused.into_iter().chain(self.queue.take_intakes()) {
            job.failed(self.state.is_full());
        }
    }

    /// Finds out whether there is room, when nothing is parked that would.
    fn probe(&mut self) {
        let tried = self.transact(|db| {
            db.execute("INSERT INTO room (filler) VALUES (zeroblob(65536))", [])?;
            Ok(())
        });
        let tried = tried.and_then(|()| {
            self.transact(|db| {
                db.execute("DELETE FROM room", [])?;
                Ok(())
            })
        });
        match tried {
            Ok(()) => self.unpark(false),
            Err(failure) if failure.asks() == Ask::Stop => self.poison(failure, Vec::new()),
            Err(_) => self.park(Vec::new()),
        }
    }

    fn poison(&mut self, failure: Failure, group: Vec<Job>) {
        let reason = match failure {
            Failure::Database(error) => error.to_string(),
            other => other.tell(&self.state.file).to_string(),
        };
        self.stop(reason, group);
    }

    fn stop(&mut self, reason: String, group: Vec<Job>) {
        let _ = self.state.poison.set(Error::Poisoned { file: self.state.file.clone(), reason });
        self.pace = Pace::Together;
        // Closing would otherwise sync once more.
        let _ = self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        self.refuse(group);
    }

    fn refuse(&self, group: Vec<Job>) {
        let error = self.state.poison.get().cloned().unwrap_or(Error::Closed);
        group.into_iter().for_each(|job| job.failed(error.clone()));
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.abandon();
    }
}
