//! What stands where the world would be: it answers the steps of one case from its mocks, or out of a recording.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use connector_sdk::exchange::{Exchanges, Recorded, Replay};
use connector_sdk::{
    Clock, Context, Effect, ErasedAction, Error, ErrorKind, Evidence, Origin, Prepared, Registry, Result, Retries,
    Scope, retry,
};
use runner_flow::{Act, Failure, Timestamp};
use serde_json::Value;

use crate::mock::Mock;
use crate::placeholder;
use crate::step_name::means;

/// The run of every case.
pub(crate) const RUN: &str = "run_test";

/// Answers the steps of one case.
pub(crate) struct Stage<'a> {
    registry: &'a Registry,
    mocks: &'a [Mock],
    /// How many calls each mock has answered.
    answered: Vec<u32>,
    replay: Option<Arc<Replay>>,
    calls: Vec<Call>,
    problems: Vec<Problem>,
}

/// One call of an action.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) key: String,
    pub(crate) input: Value,
}

/// Why a case fails whatever it expects.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) fix: String,
}

/// What became of an attempt, and how long it took.
pub(crate) struct Attempted {
    pub(crate) outcome: Result<Value, Failure>,
    pub(crate) took: Duration,
    /// What becomes of it if it is cancelled before.
    pub(crate) effect: Effect,
}

/// What a stage has seen when the run is over.
pub(crate) struct Seen {
    pub(crate) calls: Vec<Call>,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(registry: &'a Registry, mocks: &'a [Mock], recorded: Option<&Arc<Recorded>>) -> Self {
        let replay = recorded.map(|recorded| Arc::new(Replay::of(Arc::clone(recorded))));
        Self { registry, mocks, answered: vec![0; mocks.len()], replay, calls: Vec::new(), problems: Vec::new() }
    }

    /// Answers an attempt of a step. Its input is checked as in real life.
    pub(crate) async fn attempt(&mut self, act: &Act, time_left: Option<Duration>, now: Timestamp) -> Attempted {
        self.calls.push(Call { key: act.key.to_string(), input: act.input.clone() });
        let lasting = |error: Error| Attempted {
            outcome: Err(Failure::lasting(&error)),
            took: Duration::ZERO,
            effect: Effect::Read,
        };
        let action = match self.registry.action(&act.action) {
            Ok(action) => action.clone(),
            Err(error) => return lasting(error),
        };
        let prepared = match action.prepare(act.input.clone()) {
            Ok(prepared) => prepared,
            Err(error) => return lasting(error),
        };
        let (effect, own, usual) = (prepared.effect(), prepared.own_retries(), prepared.timeout());
        let (result, took) = self.answer(act, &action, prepared, now).await;
        let allowed = act.timeout.unwrap_or(usual);
        let (result, took) = within(time_left.map_or(allowed, |left| left.min(allowed)), result, took);
        let outcome = result.map_err(|error| Failure::of_attempt(&settle(error, effect), effect, act.attempt, own));
        Attempted { outcome, took, effect }
    }

    /// What was seen, now that the run is over.
    pub(crate) fn close(mut self) -> Seen {
        let missed = self.replay.as_ref().map(|replay| replay.missed()).unwrap_or_default();
        for missed in missed {
            let message = format!("the step {}: {}", missed.step, missed.message);
            self.note(message, "record it again, or mock the step".to_owned());
        }
        Seen { calls: self.calls, problems: self.problems }
    }

    /// Notes why the case fails whatever it expects.
    pub(crate) fn note(&mut self, message: String, fix: String) {
        let problem = Problem { message, fix };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    async fn answer(
        &mut self,
        act: &Act,
        action: &ErasedAction,
        prepared: Prepared,
        now: Timestamp,
    ) -> (Result<Value>, Duration) {
        let key = act.key.as_str();
        match (most_exact(self.mocks, key), self.replay.clone()) {
            (Some(index), _) => self.mocked(index, key),
            (None, Some(replay)) => self.replayed(act, action, prepared, replay, now).await,
            (None, None) => {
                let message = format!("the step {key} is neither mocked nor recorded");
                let id = act.key.id();
                let fix = format!("add \"{id}\": {{ \"output\": … }} to the case's \"mock\", or record the flow");
                (Err(self.fail(message, fix)), Duration::ZERO)
            }
        }
    }

    fn mocked(&mut self, index: usize, key: &str) -> (Result<Value>, Duration) {
        let (Some(mock), Some(answered)) = (self.mocks.get(index), self.answered.get_mut(index)) else {
            return (Err(failed("the mock is gone".to_owned())), Duration::ZERO);
        };
        *answered += 1;
        let count = *answered;
        match mock.answer(count - 1) {
            Some(answer) => (answer.result.clone().map_err(|error| error.to_error()), answer.took),
            None => {
                let message = format!("the step {key} is called once more than its mock has answers: {count} times");
                let fix = format!("add an answer to the mock of {:?}, or raise \"times\"", mock.step);
                (Err(self.fail(message, fix)), Duration::ZERO)
            }
        }
    }

    async fn replayed(
        &self,
        act: &Act,
        action: &ErasedAction,
        prepared: Prepared,
        replay: Arc<Replay>,
        now: Timestamp,
    ) -> (Result<Value>, Duration) {
        let clock = Arc::new(CallClock { began: now, slept: Mutex::default() });
        let connection = self.registry.connector_of(&act.action).and_then(placeholder::connection);
        let connection = match connection {
            Ok(connection) => connection,
            Err(error) => return (Err(error), Duration::ZERO),
        };
        let ctx = Context::new(Scope {
            run_id: RUN.to_owned(),
            step_path: act.key.to_string(),
            idempotency_key: format!("{RUN}/{}", act.key),
            retries: Retries::Caller,
            clock: Arc::clone(&clock) as _,
            exchanges: Exchanges::Replay(replay),
            ..Scope::default()
        });
        let result = action.call(&ctx, &connection, prepared).await;
        (result, clock.slept())
    }

    fn fail(&mut self, message: String, fix: String) -> Error {
        let error = failed(message.clone());
        self.note(message, fix);
        error
    }
}

/// The mock that names the step most exactly: by its key, by the way to it, or by its id.
fn most_exact(mocks: &[Mock], key: &str) -> Option<usize> {
    let fitting = mocks.iter().enumerate().filter(|(_, mock)| means(&mock.step, key));
    fitting.max_by_key(|(_, mock)| (mock.step == key, mock.step.len())).map(|(index, _)| index)
}

/// What took longer than it may has not answered in time.
fn within(allowed: Duration, result: Result<Value>, took: Duration) -> (Result<Value>, Duration) {
    if took <= allowed {
        return (result, took);
    }
    let error = Error::new(ErrorKind::Timeout, "the time allowed for this step is over");
    (Err(error.with_evidence(Evidence::Unanswered)), allowed)
}

fn settle(error: Error, effect: Effect) -> Error {
    let in_doubt = error.evidence() == Evidence::Unanswered && error.kind() != ErrorKind::OutcomeUnknown;
    retry::settle(error, effect, in_doubt)
}

/// How an attempt ends that is cancelled while it is under way.
pub(crate) fn cancelled(effect: Effect) -> Failure {
    let error = Error::new(ErrorKind::Cancelled, "cancelled").with_evidence(Evidence::Unanswered);
    Failure::lasting(&settle(error, effect))
}

fn failed(message: String) -> Error {
    Error::new(ErrorKind::Internal, message).with_origin(Origin::Host)
}

/// The clock of a call: it stands still but for the waits between the attempts that an input itself asks for.
struct CallClock {
    began: Timestamp,
    slept: Mutex<Duration>,
}

impl CallClock {
    fn slept(&self) -> Duration {
        *self.slept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for CallClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.began.as_millis()) + self.slept()
    }

    async fn sleep(&self, length: Duration) {
        *self.slept.lock().unwrap_or_else(PoisonError::into_inner) += length;
    }
}
