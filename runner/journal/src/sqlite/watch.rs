//! Notices what other processes post.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};
use tokio::sync::Notify;

use super::failure::Failure;
use super::folder::{open_reader, unusable};
use crate::error::Result;

const INTERVAL: Duration = Duration::from_millis(100);

/// A thread that looks for messages, until this is dropped.
pub(super) struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(super) fn start(file: &Path, posted: Arc<Notify>) -> Result<Self> {
        let look = open_reader(file).and_then(Look::new).map_err(|failure| failure.tell(file))?;
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("journal-watch".to_owned()).spawn(move || {
            let mut look = look;
            while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                // A failure shows where messages are read; until then nothing may be missed.
                if look.is_news().unwrap_or(true) {
                    posted.notify_one();
                }
            }
        });
        Ok(Self { stop: Some(stop), thread: Some(thread.map_err(|error| unusable(file, &error))?) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Look {
    db: Connection,
    version: i64,
    last: i64,
}

impl Look {
    fn new(db: Connection) -> Result<Self, Failure> {
        let (version, last) = (version(&db)?, last_message(&db)?);
        Ok(Self { db, version, last })
    }

    fn is_news(&mut self) -> Result<bool, Failure> {
        let version = version(&self.db)?;
        if version == self.version {
            return Ok(false);
        }
        let last = last_message(&self.db)?;
        let news = last != self.last;
        (self.version, self.last) = (version, last);
        Ok(news)
    }
}

fn version(db: &Connection) -> Result<i64, Failure> {
    Ok(db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

/// The number of the last message that there ever was.
fn last_message(db: &Connection) -> Result<i64, Failure> {
    let mut last = db.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'message'")?;
    Ok(last.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}
