//! `concurrency` of a flow: how many of its runs are under way together in this engine.
//!
//! A run stands in line before it is made known, so that the line has the order in which runs are made.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connector_sdk::{Error, ErrorKind, Result};
use runner_flow::{Flow, Machine, WhenFull};
use tokio::sync::oneshot;

use crate::limits::overloaded;

/// The runs that a run is counted with, and how many of them may be under way.
pub(crate) struct Bound {
    group: GroupKey,
    limit: usize,
    when_full: WhenFull,
}

/// Which runs are counted together: those of one flow of one tenant, with the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct GroupKey {
    tenant: Arc<str>,
    flow: String,
    key: String,
}

impl Bound {
    /// Of a run that has not begun, if its flow has one.
    pub(crate) fn of(flow: &Flow, machine: &Machine, tenant: &Arc<str>) -> Result<Option<Self>> {
        let Some(concurrency) = flow.concurrency() else { return Ok(None) };
        let key = machine.concurrency_key().map_err(|failure| {
            let message = format!("the runs that this one is counted with are not known: {}", failure.error.message);
            let fix = failure.error.fix.as_deref().unwrap_or("correct the key of the flow's concurrency");
            Error::new(ErrorKind::InvalidInput, message).with_fix(fix.to_owned())
        })?;
        let group = GroupKey { tenant: Arc::clone(tenant), flow: flow.name().to_owned(), key };
        Ok(Some(Self { group, limit: concurrency.limit(), when_full: concurrency.when_full() }))
    }
}

/// The runs that are counted together.
#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<HashMap<GroupKey, Group>>);

#[derive(Debug, Default)]
struct Group {
    /// As the last flow that asked says.
    limit: usize,
    seated: usize,
    waiting: VecDeque<oneshot::Sender<()>>,
}

impl Groups {
    /// The seat of a new run: now, or when one gets free, if it may wait for that.
    pub(crate) fn seat(self: &Arc<Self>, bound: Option<Bound>) -> Result<Seat> {
        let Some(Bound { group, limit, when_full }) = bound else { return Ok(Seat::free()) };
        let mut groups = self.groups();
        let found = groups.entry(group.clone()).or_default();
        if when_full == WhenFull::Refuse && found.seated >= limit {
            let seated = found.seated;
            let message = format!("{seated} runs of the flow {:?} are under way, and it allows no more", group.flow);
            return Err(overloaded(message));
        }
        Ok(Seat::of(self, group, found.line_up(limit)))
    }

    /// The seat of a run that was taken on before: its own, even if that makes one too many, or a place in the line.
    pub(crate) fn seat_again(self: &Arc<Self>, bound: Option<Bound>, has_begun: bool) -> Seat {
        let Some(Bound { group, limit, when_full }) = bound else { return Seat::free() };
        let mut groups = self.groups();
        let found = groups.entry(group.clone()).or_default();
        let state = match when_full {
            WhenFull::Wait if !has_begun => found.line_up(limit),
            WhenFull::Wait | WhenFull::Refuse => {
                found.limit = limit;
                found.seated += 1;
                State::Seated
            }
        };
        Seat::of(self, group, state)
    }

    /// A run leaves the group, or its line.
    fn leave(&self, key: &GroupKey, was_seated: bool) {
        let mut groups = self.groups();
        let Some(group) = groups.get_mut(key) else { return };
        match was_seated {
            true => group.seated -= 1,
            false => group.waiting.retain(|waiting| !waiting.is_closed()),
        }
        group.fill();
        if group.seated == 0 && group.waiting.is_empty() {
            groups.remove(key);
        }
    }

    fn groups(&self) -> MutexGuard<'_, HashMap<GroupKey, Group>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Group {
    fn line_up(&mut self, limit: usize) -> State {
        let (give, given) = oneshot::channel();
        self.limit = limit;
        self.waiting.push_back(give);
        self.fill();
        State::InLine(given)
    }

    /// Gives the free seats to who waits longest.
    fn fill(&mut self) {
        while self.seated < self.limit
            && let Some(waiting) = self.waiting.pop_front()
        {
            self.seated += usize::from(waiting.send(()).is_ok());
        }
    }
}

/// The seat of one run in its group, or its place in the line, given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    group: Option<(Arc<Groups>, GroupKey)>,
    state: State,
}

#[derive(Debug)]
enum State {
    Seated,
    InLine(oneshot::Receiver<()>),
}

impl Seat {
    /// Of a run that is not counted.
    fn free() -> Self {
        Self { group: None, state: State::Seated }
    }

    fn of(groups: &Arc<Groups>, group: GroupKey, state: State) -> Self {
        Self { group: Some((Arc::clone(groups), group)), state }
    }

    /// Until it is there.
    pub(crate) async fn taken(&mut self) {
        if let State::InLine(given) = &mut self.state {
            // The group holds the other end as long as anybody waits.
            let _ = given.await;
            self.state = State::Seated;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some((groups, key)) = &self.group else { return };
        let was_seated = match &mut self.state {
            State::Seated => true,
            State::InLine(given) => {
                given.close();
                given.try_recv().is_ok()
            }
        };
        groups.leave(key, was_seated);
    }
}
