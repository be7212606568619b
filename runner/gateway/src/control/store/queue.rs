//! What waits for the writer: commands that somebody waits for, and what the hot path leaves behind. Both are bounded.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::StoreError;
use crate::bounds;

/// What the hot path leaves behind, and how it is written.
pub(crate) trait Batch: Default + Send + 'static {
    /// Whether there is nothing to write.
    fn is_empty(&self) -> bool;
    /// Whether it is worth a commit at once.
    fn is_large(&self) -> bool;
    /// Writes it, within a transaction.
    fn write(&self, db: &Connection) -> rusqlite::Result<()>;
    /// How many records it holds.
    fn records(&self) -> u64;
    /// Takes back what could not be written, before what came meanwhile. Tells how many records there was no room for.
    fn put_back(&mut self, earlier: Self) -> u64;
}

type Apply = Box<dyn FnOnce(Result<&mut Connection, StoreError>) -> Option<StoreError> + Send>;

/// A command on its way to the writer.
pub(super) struct Command(Apply);

impl Command {
    /// A command, and where its answer will be. `tell` makes an error of what the database says.
    pub(super) fn new<T: Send + 'static>(
        run: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        tell: impl Fn(&rusqlite::Error) -> StoreError + Send + 'static,
    ) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (reply, answer) = oneshot::channel();
        let apply = move |db: Result<&mut Connection, StoreError>| {
            let result = db.and_then(|db| transact(db, run).map_err(|error| tell(&error)));
            let failed = result.as_ref().err().cloned();
            // Who does not wait any more does not want to know.
            let _ = reply.send(result);
            failed
        };
        (Self(Box::new(apply)), answer)
    }

    /// Does it in a transaction of its own, answers, and tells what failed.
    pub(super) fn run(self, db: Result<&mut Connection, StoreError>) -> Option<StoreError> {
        (self.0)(db)
    }
}

/// Runs something in one transaction.
pub(super) fn transact<T>(
    db: &mut Connection,
    run: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let value = run(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

/// What the writer does next.
pub(super) enum Next<B> {
    /// Writes what was left behind.
    Write(B),
    /// Does what somebody waits for, after what was left behind before.
    Run(B, Command),
    /// Ends.
    End,
}

/// What waits for the writer.
pub(crate) struct Queue<B> {
    waiting: Mutex<Waiting<B>>,
    arrived: Condvar,
    /// Records that were never written, for want of room or because the disk failed.
    lost: AtomicU64,
}

struct Waiting<B> {
    batch: B,
    /// Since when there is something in the batch.
    since: Option<Instant>,
    /// Whether the batch could not be written the last time.
    failed: bool,
    commands: VecDeque<Command>,
    /// Whether the writer sleeps until it is woken.
    asleep: bool,
    closed: bool,
}

impl<B: Batch> Queue<B> {
    pub(super) fn new() -> Arc<Self> {
        let waiting = Waiting {
            batch: B::default(),
            since: None,
            failed: false,
            commands: VecDeque::new(),
            asleep: false,
            closed: false,
        };
        Arc::new(Self { waiting: Mutex::new(waiting), arrived: Condvar::new(), lost: AtomicU64::new(0) })
    }

    /// Leaves something behind. This is all that the hot path does: it wakes nobody unless it has to.
    /// `add` tells whether there was room for it.
    pub(crate) fn leave(&self, add: impl FnOnce(&mut B) -> bool) {
        let mut waiting = self.lock();
        if !add(&mut waiting.batch) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        if waiting.asleep && (waiting.since.is_none() || waiting.is_urgent()) {
            waiting.asleep = false;
            self.arrived.notify_one();
        }
        waiting.since.get_or_insert_with(Instant::now);
    }

    /// How many records were never written.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Asks for something that somebody waits for. False if too much waits already, or nobody writes any more.
    pub(super) fn submit(&self, command: Command) -> bool {
        let mut waiting = self.lock();
        if waiting.closed || waiting.commands.len() >= bounds::COMMANDS {
            return false;
        }
        waiting.commands.push_back(command);
        waiting.asleep = false;
        self.arrived.notify_one();
        true
    }

    /// Waits for what is next.
    pub(super) fn next(&self) -> Next<B> {
        let mut waiting = self.lock();
        loop {
            if let Some(command) = waiting.commands.pop_front() {
                return Next::Run(waiting.take(), command);
            }
            let wait = if waiting.failed { bounds::RETRY } else { bounds::GATHER };
            let left = waiting.since.map(|since| wait.saturating_sub(since.elapsed()));
            match left {
                Some(left) if left.is_zero() || waiting.closed || waiting.is_urgent() => {
                    return Next::Write(waiting.take());
                }
                None if waiting.closed => return Next::End,
                left => waiting = self.sleep(waiting, left),
            }
        }
    }

    /// Takes back what could not be written, to be tried again after a while. Nobody tries again at the end.
    pub(super) fn put_back(&self, batch: B) {
        let mut waiting = self.lock();
        if waiting.closed {
            return self.lose(&batch);
        }
        let lost = waiting.batch.put_back(batch);
        self.lost.fetch_add(lost, Ordering::Relaxed);
        (waiting.since, waiting.failed) = (Some(Instant::now()), true);
    }

    /// Counts what can never be written.
    pub(super) fn lose(&self, batch: &B) {
        self.lost.fetch_add(batch.records(), Ordering::Relaxed);
    }

    /// Takes nothing more, and wakes the writer for the last time.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_one();
    }

    /// Lets go of every command: the writer is gone.
    pub(super) fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.commands.clear();
    }

    fn sleep<'a>(&self, mut waiting: MutexGuard<'a, Waiting<B>>, left: Option<Duration>) -> MutexGuard<'a, Waiting<B>> {
        waiting.asleep = true;
        let mut waiting = match left {
            Some(left) => self.arrived.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0,
            None => self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner),
        };
        waiting.asleep = false;
        waiting
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<B>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: Batch> Waiting<B> {
    fn is_urgent(&self) -> bool {
        self.batch.is_large() && !self.failed
    }

    fn take(&mut self) -> B {
        (self.since, self.failed) = (None, false);
        std::mem::take(&mut self.batch)
    }
}
