//! Doing what a Machine asks for.

use connector_sdk::{Effect, Error, ErrorKind, Evidence};
use runner_flow::{Act, Failure, Op, StepKey, Timestamp};
use tokio_util::sync::CancellationToken;

use super::Driver;
use super::arrival::{Arrival, never_made};
use super::replay::Outstanding;
use crate::attempt::{Checked, Order, Ready, Time};
use crate::connections::Binding;
use crate::entry::Intent;

/// How what a step does now is stopped.
pub(super) enum InFlight {
    Attempt(CancellationToken),
    Alarm(Timestamp),
    /// It waits for a signal for as long as it takes.
    Signal,
}

/// An attempt that is made once everything before it is written.
pub(super) enum Held {
    /// All of it: it sends nothing that has to be written down before.
    Checked { key: StepKey, attempt: u32, checked: Box<Checked> },
    /// What it sends is written down.
    Ready { key: StepKey, attempt: u32, ready: Box<Ready> },
}

impl Driver {
    pub(super) fn begin_op(&mut self, op: Op, at: Timestamp) {
        match op {
            Op::Act(act) => self.begin_attempt(act, at),
            Op::Cancel { key } => self.stop(&key),
            Op::Sleep { .. } | Op::Wait { .. } => self.begin_waiting(&op),
        }
    }

    /// What became of an operation that was under way when the process before this one ended.
    pub(super) fn go_on_with(&mut self, outstanding: Outstanding) {
        let Outstanding { op, at, intent, is_cancelled } = outstanding;
        let Op::Act(act) = &op else { return self.begin_op(op, at) };
        let (key, attempt) = (act.key.clone(), act.attempt);
        match intent {
            Some(intent) if intent.effect == Effect::Write => self.fail_attempt(key, attempt, in_doubt()),
            _ if is_cancelled => self.fail_attempt(key, attempt, never_made()),
            Some(intent) => self.repeat_attempt(op, at, &intent),
            None => self.begin_op(op, at),
        }
    }

    fn fail_attempt(&mut self, key: StepKey, attempt: u32, failure: Failure) {
        self.arrived.push_back(Arrival::Acted { key, attempt, outcome: Err(failure) });
    }

    fn begin_attempt(&mut self, act: Act, at: Timestamp) {
        let (key, attempt) = (act.key.clone(), act.attempt);
        match self.check(act, at) {
            Err(failure) => self.fail_attempt(key, attempt, failure),
            Ok(checked) if self.ledger.keeps() && checked.effect() != Effect::Read => {
                let find = async move { Arrival::Found { key, attempt, found: checked.find().await } };
                self.work.push(Box::pin(find));
            }
            Ok(checked) => self.held.push(Held::Checked { key, attempt, checked: Box::new(checked) }),
        }
    }

    /// Makes an attempt again whose intent is written down: the very same request, or none.
    fn repeat_attempt(&mut self, op: Op, at: Timestamp, intent: &Intent) {
        let Op::Act(act) = op else { return };
        let (key, attempt) = (act.key.clone(), act.attempt);
        let checked = self.check(act, at);
        match checked {
            Ok(checked) if checked.fingerprint() == intent.fingerprint => {
                self.held.push(Held::Checked { key, attempt, checked: Box::new(checked) });
            }
            Ok(_) => self.fail_attempt(key, attempt, another_request()),
            Err(failure) => self.fail_attempt(key, attempt, failure),
        }
    }

    fn check(&mut self, act: Act, at: Timestamp) -> Result<Checked, Failure> {
        let cancel = CancellationToken::new();
        self.in_flight.insert(act.key.clone(), InFlight::Attempt(cancel.clone()));
        let (now, clock) = (self.now(), self.clock);
        let order = Order {
            binding: act.connection.map(|slot| Binding { name: slot.name, connector: slot.connector }),
            events: self.steps.acts(&act.key, act.attempt - 1, &act.action),
            cancel,
            number: act.attempt,
            action: act.action,
            input: act.input,
            time: Time {
                // What was left of the step's time when it was asked for, less what has passed since.
                allowed: act.timeout.map(|timeout| timeout.saturating_sub(now.since(at))),
                until: act.deadline.map(|deadline| clock.instant(deadline)),
            },
        };
        order.check(&self.around)
    }

    fn begin_waiting(&mut self, op: &Op) {
        let delay = |until: Timestamp| until.since(self.now());
        let (key, until) = match op {
            Op::Sleep { key, until, .. } => (key, Some(*until)),
            Op::Wait { key, until, .. } => (key, *until),
            Op::Act(_) | Op::Cancel { .. } => return,
        };
        let delay = until.map(delay).unwrap_or_default();
        self.steps.waits(op, delay);
        let in_flight = match until {
            Some(until) => {
                self.alarms.set(until, key.clone());
                InFlight::Alarm(until)
            }
            None => InFlight::Signal,
        };
        self.in_flight.insert(key.clone(), in_flight);
    }

    /// An attempt tells nevertheless what became of it. A wait does not.
    fn stop(&mut self, key: &StepKey) {
        match self.in_flight.get(key) {
            Some(InFlight::Attempt(cancel)) => return cancel.cancel(),
            Some(InFlight::Alarm(at)) => self.alarms.unset(*at, key),
            Some(InFlight::Signal) | None => {}
        }
        self.in_flight.remove(key);
    }

    /// Makes the attempts that waited for what is written now.
    pub(super) fn perform_held(&mut self) {
        // What is not begun yet is begun where the run is resumed; what is written down as begun, is begun.
        let is_draining = self.ledger.keeps() && self.handle().is_draining();
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Checked { .. } if is_draining => {}
                Held::Checked { key, attempt, checked } => {
                    let perform = async move { Arrival::Acted { key, attempt, outcome: checked.perform().await } };
                    self.work.push(Box::pin(perform));
                }
                Held::Ready { key, attempt, ready } => {
                    let send = async move { Arrival::Acted { key, attempt, outcome: ready.send().await } };
                    self.work.push(Box::pin(send));
                }
            }
        }
    }
}

/// Of a write that was under way when the process ended.
fn in_doubt() -> Failure {
    let message = "the process ended while the request was under way: it may have been carried out";
    let error = Error::new(ErrorKind::OutcomeUnknown, message).with_evidence(Evidence::Unanswered);
    Failure::lasting(&error.with_fix("look at the provider whether it was, before it is done again"))
}

/// Of a request that is another one than was written down: it must not go out under the same key.
fn another_request() -> Failure {
    let error = Error::new(ErrorKind::Internal, "the request of the resumed attempt is not the one that was begun");
    Failure::lasting(&error.with_fix("use the release that began the run, or start the run again"))
}
