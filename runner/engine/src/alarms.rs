//! The times that a run waits for: however many there are, one timer.

use std::collections::BTreeSet;
use std::pin::Pin;

use runner_flow::{StepKey, Timestamp};
use tokio::time::{Sleep, sleep_until};

use crate::clock::RunClock;

/// The times that a run waits for.
#[derive(Default)]
pub(crate) struct Alarms {
    set: BTreeSet<(Timestamp, StepKey)>,
    timer: Option<(Timestamp, Pin<Box<Sleep>>)>,
}

impl Alarms {
    pub(crate) fn set(&mut self, at: Timestamp, key: StepKey) {
        self.set.insert((at, key));
    }

    pub(crate) fn unset(&mut self, at: Timestamp, key: &StepKey) {
        self.set.remove(&(at, key.clone()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// The first of them, once its time has come.
    pub(crate) async fn next(&mut self, clock: RunClock) -> StepKey {
        loop {
            let Some((at, key)) = self.set.pop_first() else { return std::future::pending().await };
            if at <= clock.now() {
                return key;
            }
            self.set.insert((at, key));
            match &mut self.timer {
                Some((set_for, timer)) if *set_for == at => timer.as_mut().await,
                timer => *timer = Some((at, Box::pin(sleep_until(clock.instant(at))))),
            }
            if self.timer.as_ref().is_some_and(|(_, timer)| timer.is_elapsed()) {
                self.timer = None;
            }
        }
    }
}
