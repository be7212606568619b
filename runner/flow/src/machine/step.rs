//! The step that is being worked on: which attempt, and what it waits for.

use std::time::Duration;

use super::op::{Done, StepKey};
use crate::failure::{Failure, Repeat};
use crate::retry::{RetrySettings, wait_after};
use crate::steps::Step;
use crate::time::Timestamp;

/// How long a step that sets no time goes on trying.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) key: StepKey,
    /// The place of the step in the flow.
    pub(super) index: usize,
    pub(super) attempt: u32,
    pub(super) started: Timestamp,
    give_up: Timestamp,
    doing: Doing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Acting,
    Sleeping,
}

impl InFlight {
    pub(super) fn new(step: &Step, index: usize, at: Timestamp) -> Self {
        let give_up = at + step.timeout().unwrap_or(PATIENCE);
        Self { key: StepKey::new(step.id()), index, attempt: 1, started: at, give_up, doing: Doing::Acting }
    }

    pub(super) fn act(&mut self) {
        self.doing = Doing::Acting;
    }

    pub(super) fn sleep(&mut self) {
        self.doing = Doing::Sleeping;
    }

    pub(super) fn is_asleep(&self) -> bool {
        self.doing == Doing::Sleeping
    }

    pub(super) fn next_attempt(mut self) -> Self {
        self.attempt += 1;
        self
    }

    /// Whether this is what the step waits for.
    pub(super) fn awaits(&self, done: &Done) -> bool {
        let expected = match done {
            Done::Acted { attempt, .. } => self.doing == Doing::Acting && *attempt == self.attempt,
            Done::Slept { .. } => self.doing == Doing::Sleeping,
        };
        expected && *done.key() == self.key
    }

    /// When the attempt that failed is repeated, if it is.
    pub(super) fn retry_at(
        &self,
        own: Option<&RetrySettings>,
        failure: &Failure,
        run: &str,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let allowed = match failure.repeat {
            Repeat::Never => false,
            Repeat::IfAsked => own.is_some(),
            Repeat::ByDefault => true,
        };
        let most = own.map_or(RetrySettings::DEFAULT.max_attempts, |own| own.max_attempts);
        let asked = failure.error.retry_after_ms.map(Duration::from_millis);
        let until = at + wait_after(own, asked, run, self.key.as_str(), self.attempt);
        (allowed && self.attempt < most && until < self.give_up).then_some(until)
    }
}
