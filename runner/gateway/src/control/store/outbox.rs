//! What the hot path leaves behind: gathered here, and written in large commits by a thread of its own.
//!
//! Without room it keeps what it has, up to a bound, and tries again; what can never be written is counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use runner_journal::{Error, Result, Store};
use tokio::sync::oneshot;

use crate::bounds;
use crate::control::records::Ledger;

/// Where it is told that everything is written, or why not.
type Flush = oneshot::Sender<Result<()>>;

/// What was left behind and is not written yet. Dropping it waits until it is.
pub(super) struct Outbox {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    /// Records that were never written, for want of room or because the disk failed.
    lost: AtomicU64,
    store: Store,
}

#[derive(Default)]
struct Waiting {
    ledger: Ledger,
    /// Since when there is something in the ledger.
    since: Option<Instant>,
    /// Whether the ledger could not be written the last time.
    failed: bool,
    /// Those who wait until everything is written.
    flushes: Vec<Flush>,
    /// Whether the thread sleeps until it is woken.
    asleep: bool,
    closed: bool,
}

impl Outbox {
    /// An outbox whose thread writes to this store.
    pub(super) fn open(store: Store) -> Result<Self> {
        let shared = Shared { waiting: Mutex::default(), arrived: Condvar::new(), lost: AtomicU64::new(0), store };
        let shared = Arc::new(shared);
        let writing = shared.clone();
        let thread = std::thread::Builder::new().name("gateway-outbox".to_owned()).spawn(move || writing.run());
        let thread = thread
            .map_err(|error| Error::Unusable { path: shared.store.file().to_owned(), reason: error.to_string() })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Leaves something behind. It wakes nobody unless it has to.
    pub(super) fn leave(&self, add: impl FnOnce(&mut Ledger) -> bool) {
        let mut waiting = self.shared.lock();
        if !add(&mut waiting.ledger) {
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
        }
        if waiting.asleep && (waiting.since.is_none() || waiting.is_urgent()) {
            self.shared.wake(&mut waiting);
        }
        waiting.since.get_or_insert_with(Instant::now);
    }

    pub(super) fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }

    /// Waits until all that was left behind so far is written, and says why not if something still waits.
    pub(super) async fn flush(&self) -> Result<()> {
        let (written, answer) = oneshot::channel();
        {
            let mut waiting = self.shared.lock();
            if waiting.flushes.len() >= bounds::FLUSHES {
                return Err(Error::Busy { file: self.shared.store.file().to_owned() });
            }
            waiting.flushes.push(written);
            self.shared.wake(&mut waiting);
        }
        answer.await.unwrap_or(Err(Error::Closed))
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        {
            let mut waiting = self.shared.lock();
            waiting.closed = true;
            self.shared.wake(&mut waiting);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Writes until the outbox is closed.
    fn run(&self) {
        while let Some((ledger, flushes)) = self.next() {
            let written = self.write(ledger);
            // Who does not wait any more does not want to know.
            flushes.into_iter().for_each(|flush| drop(flush.send(written.clone())));
        }
    }

    /// Waits for what is to be written, and for whom. None once there is nothing left.
    fn next(&self) -> Option<(Ledger, Vec<Flush>)> {
        let mut waiting = self.lock();
        loop {
            let wait = if waiting.failed { bounds::RETRY } else { bounds::GATHER };
            let left = waiting.since.map(|since| wait.saturating_sub(since.elapsed()));
            let is_time = left.is_some_and(|left| left.is_zero() || waiting.closed || waiting.is_urgent());
            if is_time || !waiting.flushes.is_empty() {
                return Some(waiting.take());
            }
            if left.is_none() && waiting.closed {
                return None;
            }
            waiting.asleep = true;
            waiting = match left {
                Some(left) => self.arrived.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            };
            waiting.asleep = false;
        }
    }

    fn write(&self, ledger: Ledger) -> Result<()> {
        if ledger.is_empty() {
            return self.store.check();
        }
        let (weight, ledger) = (ledger.weight(), Arc::new(ledger));
        let writing = ledger.clone();
        let written = self.store.write_now(weight, move |db| writing.write(db));
        if let (Err(error), Some(ledger)) = (&written, Arc::into_inner(ledger)) {
            match error {
                Error::Full { .. } | Error::Busy { .. } => self.put_back(ledger),
                _ => self.lose(&ledger),
            }
        }
        written
    }

    /// Takes back what could not be written, to be tried again after a while. Nobody tries again at the end.
    fn put_back(&self, ledger: Ledger) {
        let mut waiting = self.lock();
        if waiting.closed {
            return self.lose(&ledger);
        }
        let lost = waiting.ledger.put_back(ledger);
        self.lost.fetch_add(lost, Ordering::Relaxed);
        (waiting.since, waiting.failed) = (Some(Instant::now()), true);
    }

    /// Counts what can never be written.
    fn lose(&self, ledger: &Ledger) {
        self.lost.fetch_add(ledger.records(), Ordering::Relaxed);
    }

    fn wake(&self, waiting: &mut Waiting) {
        waiting.asleep = false;
        self.arrived.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn is_urgent(&self) -> bool {
        self.ledger.is_large() && !self.failed
    }

    fn take(&mut self) -> (Ledger, Vec<Flush>) {
        (self.since, self.failed) = (None, false);
        (std::mem::take(&mut self.ledger), std::mem::take(&mut self.flushes))
    }
}
