//! `concurrency` of a flow: how many of its runs are under way together in this engine.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connector_sdk::Result;
use tokio::sync::oneshot;

use crate::limits::overloaded;

/// Which runs are counted together: those of one flow of one tenant, with the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct GroupKey {
    pub(crate) tenant: Arc<str>,
    pub(crate) flow: String,
    pub(crate) key: String,
}

/// The runs that are counted together.
#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<HashMap<GroupKey, Group>>);

#[derive(Debug, Default)]
struct Group {
    seated: usize,
    waiting: VecDeque<oneshot::Sender<()>>,
}

impl Groups {
    /// A seat in a group of at most `limit`, now or when one gets free.
    pub(crate) fn wait(self: &Arc<Self>, key: GroupKey, limit: usize) -> Seat {
        let mut groups = self.groups();
        let group = groups.entry(key.clone()).or_default();
        let state = match group.seated < limit {
            true => {
                group.seated += 1;
                State::Seated
            }
            false => {
                let (give, given) = oneshot::channel();
                group.waiting.push_back(give);
                State::Waiting(given)
            }
        };
        Seat { group: Some((Arc::clone(self), key)), state }
    }

    /// A seat in a group of at most `limit`, now or not at all.
    pub(crate) fn take(self: &Arc<Self>, key: GroupKey, limit: usize) -> Result<Seat> {
        let mut groups = self.groups();
        let seated = groups.get(&key).map_or(0, |group| group.seated);
        if seated >= limit {
            let message = format!("{seated} runs of the flow {:?} are under way, and it allows no more", key.flow);
            return Err(overloaded(message));
        }
        groups.entry(key.clone()).or_default().seated += 1;
        Ok(Seat { group: Some((Arc::clone(self), key)), state: State::Seated })
    }

    /// The seat of a run that had one before.
    pub(crate) fn take_back(self: &Arc<Self>, key: GroupKey) -> Seat {
        self.groups().entry(key.clone()).or_default().seated += 1;
        Seat { group: Some((Arc::clone(self), key)), state: State::Seated }
    }

    fn leave(&self, key: &GroupKey) {
        let mut groups = self.groups();
        let Some(group) = groups.get_mut(key) else { return };
        // Whoever has given up waiting is passed over.
        if std::iter::from_fn(|| group.waiting.pop_front()).any(|waiting| waiting.send(()).is_ok()) {
            return;
        }
        group.seated -= 1;
        if group.seated == 0 {
            groups.remove(key);
        }
    }

    fn groups(&self) -> MutexGuard<'_, HashMap<GroupKey, Group>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The seat of one run in its group, given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    group: Option<(Arc<Groups>, GroupKey)>,
    state: State,
}

#[derive(Debug)]
enum State {
    Seated,
    Waiting(oneshot::Receiver<()>),
}

impl Seat {
    /// Of a run that is not counted.
    pub(crate) fn free() -> Self {
        Self { group: None, state: State::Seated }
    }

    /// Until it is there.
    pub(crate) async fn taken(&mut self) {
        if let State::Waiting(given) = &mut self.state {
            // The group holds the other end as long as anybody waits.
            let _ = given.await;
            self.state = State::Seated;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some((groups, key)) = &self.group else { return };
        let is_seated = match &mut self.state {
            State::Seated => true,
            State::Waiting(given) => {
                given.close();
                given.try_recv().is_ok()
            }
        };
        if is_seated {
            groups.leave(key);
        }
    }
}
