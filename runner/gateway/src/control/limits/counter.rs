//! One counter: what was used in the window that goes on now, and what is held for calls under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use runner_flow::Timestamp;

use super::amounts::{Amounts, Ceilings};
use super::window::Window;

/// What a counter counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) workspace: Arc<str>,
    pub(crate) model: Arc<str>,
    /// Empty for all keys together.
    pub(crate) key: Arc<str>,
    pub(crate) window: Window,
}

/// What was used in one window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    pub(crate) start: Timestamp,
    end: Timestamp,
    pub(crate) used: Amounts,
}

/// A counter. Its lock is held for a few additions and comparisons.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) place: Place,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tally: Tally,
    /// For calls under way. It outlives the window, since they settle in the next.
    held: Amounts,
    /// Whether the tally differs from what was written.
    changed: bool,
}

/// A limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    /// What is limited.
    pub(crate) what: &'static str,
    pub(crate) ceiling: u64,
    pub(crate) hard: bool,
    /// When the window ends.
    pub(crate) until: Timestamp,
}

/// The ceilings of a counter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bounds {
    /// Those that a call may cross, and no later one.
    pub(crate) soft: Ceilings,
    /// Those that no call may cross.
    pub(crate) hard: Ceilings,
}

impl Counter {
    /// A counter that goes on from what was used since a moment.
    pub(crate) fn new(place: Place, since: Timestamp, used: Amounts) -> Self {
        let (start, end) = place.window.around(since);
        let state = State { tally: Tally { start, end, used }, held: Amounts::default(), changed: false };
        Self { place, state: Mutex::new(state) }
    }

    /// Lets a call through and counts it as a request, holding what it may use; or says which ceiling is in the way.
    pub(crate) fn admit(&self, now: Timestamp, bounds: &Bounds, hold: &Amounts) -> Result<(), Reached> {
        let mut state = self.state(now);
        if let Some(reached) = state.reached(bounds, hold) {
            return Err(reached);
        }
        state.held = state.held.and(hold);
        state.tally.used.requests += 1;
        Ok(())
    }

    /// Takes back what [`Counter::admit`] did.
    pub(crate) fn withdraw(&self, now: Timestamp, hold: &Amounts) {
        let mut state = self.state(now);
        state.held = state.held.without(hold);
        state.tally.used.requests = state.tally.used.requests.saturating_sub(1);
    }

    /// Lets go of what was held, and counts what was used. Whether there was nothing to write until now.
    pub(crate) fn settle(&self, now: Timestamp, hold: &Amounts, used: &Amounts) -> bool {
        let mut state = self.state(now);
        state.held = state.held.without(hold);
        state.tally.used = state.tally.used.and(used);
        !std::mem::replace(&mut state.changed, true)
    }

    /// What is to be written, which counts as written from now on.
    pub(crate) fn write(&self) -> Tally {
        let mut state = self.lock();
        state.changed = false;
        state.tally
    }

    /// Whether it counts nothing any more.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        let state = self.lock();
        state.tally.end <= now && state.held == Amounts::default() && !state.changed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state in the window of this moment. A clock that is set back leads into no earlier window.
    fn state(&self, now: Timestamp) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        if now >= state.tally.end {
            let (start, end) = self.place.window.around(now);
            state.tally = Tally { start, end, used: Amounts::default() };
        }
        state
    }
}

impl State {
    fn reached(&self, bounds: &Bounds, hold: &Amounts) -> Option<Reached> {
        let tell = |what, ceiling, hard| Reached { what, ceiling, hard, until: self.tally.end };
        let soft = bounds.soft.named().into_iter().zip(self.tally.used.named());
        let crossed = soft
            .filter_map(|((what, ceiling), (_, used))| ceiling.filter(|most| used >= *most).map(|most| (what, most)));
        let mut crossed = crossed.map(|(what, ceiling)| tell(what, ceiling, false));
        crossed.next().or_else(|| {
            let one = Amounts { requests: 1, ..Amounts::default() };
            let wanted = self.tally.used.and(&self.held).and(hold).and(&one);
            let hard = bounds.hard.named().into_iter().zip(wanted.named());
            let over = hard.filter_map(|((what, ceiling), (_, wanted))| {
                ceiling.filter(|most| wanted > *most).map(|most| (what, most))
            });
            over.map(|(what, ceiling)| tell(what, ceiling, true)).next()
        })
    }
}
