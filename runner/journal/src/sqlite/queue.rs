//! What waits for the writer: bounded, in order, and with a way past it for upkeep.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::failure::Failure;
use crate::error::{Error, Result};
use crate::limits;

/// What a command is to a journal that has no room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// It brings something new, and is refused.
    Intake,
    /// It goes on with a run, and waits.
    Work,
    /// It may make room, and is done before all others.
    Upkeep,
}

/// A command on its way to the writer.
pub(super) struct Job {
    pub(super) class: Class,
    weight: usize,
    task: Box<dyn Apply>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Job {
    /// Does it within a transaction. It can be done again if that does not come through.
    pub(super) fn apply(&mut self, db: &Connection) -> Result<(), Failure> {
        self.task.apply(db)
    }

    /// Tells what came of it, after the transaction.
    pub(super) fn done(self) {
        self.task.answer(None);
    }

    /// Tells that nothing came of it.
    pub(super) fn failed(self, error: Error) {
        self.task.answer(Some(error));
    }
}

trait Apply: Send {
    fn apply(&mut self, db: &Connection) -> Result<(), Failure>;
    fn answer(self: Box<Self>, failed: Option<Error>);
}

struct Task<F, T> {
    command: F,
    result: Result<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<F, T> Apply for Task<F, T>
where
    F: Fn(&Connection) -> Result<T, Failure> + Send,
    T: Send,
{
    fn apply(&mut self, db: &Connection) -> Result<(), Failure> {
        self.result = match (self.command)(db) {
            Ok(value) => Ok(value),
            Err(Failure::Refused(error)) => Err(error),
            Err(failure) => return Err(failure),
        };
        Ok(())
    }

    fn answer(self: Box<Self>, failed: Option<Error>) {
        let Self { command, result, reply } = *self;
        // Whoever is told has what it was done with for themselves again.
        drop(command);
        // Who does not wait any more does not want to know.
        let _ = reply.send(failed.map_or(result, Err));
    }
}

/// What waits for the writer.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    /// Apart from [`Queue::works`], so that what is refused never waits behind what is parked.
    intakes: Arc<Semaphore>,
    works: Arc<Semaphore>,
}

#[derive(Default)]
struct Waiting {
    ordinary: VecDeque<Job>,
    upkeep: VecDeque<Job>,
    closed: bool,
}

impl Queue {
    pub(super) fn new() -> Self {
        let room = || Arc::new(Semaphore::new(limits::QUEUE));
        Self { waiting: Mutex::default(), arrived: Condvar::new(), intakes: room(), works: room() }
    }

    /// Waits for room in the queue, then for the writer's answer.
    pub(super) async fn submit<F, T>(&self, class: Class, weight: usize, command: F) -> Result<T>
    where
        F: Fn(&Connection) -> Result<T, Failure> + Send + 'static,
        T: Send + 'static,
    {
        let permit = match class {
            Class::Intake => self.intakes.clone().acquire_owned().await.ok(),
            Class::Work => self.works.clone().acquire_owned().await.ok(),
            Class::Upkeep => None,
        };
        self.send(class, weight, command, permit).await.unwrap_or(Err(Error::Closed))
    }

    /// The same for something new, and it blocks until the writer answers. None if there is no room in the queue.
    pub(super) fn submit_now<F, T>(&self, weight: usize, command: F) -> Option<Result<T>>
    where
        F: Fn(&Connection) -> Result<T, Failure> + Send + 'static,
        T: Send + 'static,
    {
        let permit = self.intakes.clone().try_acquire_owned().ok()?;
        let answer = self.send(Class::Intake, weight, command, Some(permit));
        Some(answer.blocking_recv().unwrap_or(Err(Error::Closed)))
    }

    fn send<F, T>(
        &self,
        class: Class,
        weight: usize,
        command: F,
        permit: Option<OwnedSemaphorePermit>,
    ) -> oneshot::Receiver<Result<T>>
    where
        F: Fn(&Connection) -> Result<T, Failure> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Box::new(Task { command, result: Err(Error::Closed), reply });
        self.push(Job { class, weight, task, _permit: permit });
        answer
    }

    fn push(&self, job: Job) {
        let mut waiting = self.lock();
        if waiting.closed {
            return;
        }
        match job.class {
            Class::Upkeep => waiting.upkeep.push_back(job),
            Class::Intake | Class::Work => waiting.ordinary.push_back(job),
        }
        self.arrived.notify_one();
    }

    /// Waits for commands, and takes as many as are committed together. None once the queue is closed and empty.
    pub(super) fn take(&self, most: usize) -> Option<Vec<Job>> {
        let mut waiting = self.lock();
        loop {
            if let Some(job) = waiting.upkeep.pop_front() {
                return Some(vec![job]);
            }
            if !waiting.ordinary.is_empty() {
                return Some(waiting.group(most));
            }
            if waiting.closed {
                return None;
            }
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for upkeep, or until it is time to try what is parked. None once the queue is closed.
    pub(super) fn take_parked(&self, wait: Duration) -> Option<Vec<Job>> {
        let deadline = Instant::now() + wait;
        let mut waiting = self.lock();
        loop {
            if let Some(job) = waiting.upkeep.pop_front() {
                return Some(vec![job]);
            }
            if waiting.closed {
                return None;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Some(waiting.group(1));
            }
            waiting = self.arrived.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes commands back that were taken and not done, in their order.
    pub(super) fn put_back(&self, jobs: Vec<Job>) {
        let mut waiting = self.lock();
        for job in jobs.into_iter().rev() {
            waiting.ordinary.push_front(job);
        }
    }

    /// Takes out what is refused while there is no room.
    pub(super) fn take_intakes(&self) -> Vec<Job> {
        let mut waiting = self.lock();
        let all = std::mem::take(&mut waiting.ordinary);
        let (intakes, rest): (VecDeque<_>, _) = all.into_iter().partition(|job| job.class == Class::Intake);
        waiting.ordinary = rest;
        intakes.into()
    }

    /// Takes nothing more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_one();
    }

    /// Takes nothing more, and lets go of what waits: the writer is gone.
    pub(super) fn abandon(&self) {
        let mut waiting = self.lock();
        *waiting = Waiting { closed: true, ..Waiting::default() };
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn group(&mut self, most: usize) -> Vec<Job> {
        let mut weight = 0;
        let mut group = Vec::new();
        while let Some(job) = self.ordinary.front() {
            weight += job.weight;
            if group.len() == most || (weight > limits::GROUP_BYTES && !group.is_empty()) {
                break;
            }
            group.extend(self.ordinary.pop_front());
        }
        group
    }
}
