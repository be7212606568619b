//! The Machine: a pure state machine that says what a run does next.
//!
//! It is told the time and what became of its operations, and answers with operations. Nothing else goes in, so that
//! the same completions always give the same operations: a run can be replayed, moved and tested with a fake clock.

mod op;
mod record;
mod scope;
mod step;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::{Error, ErrorKind, limits};
use serde_json::{Value, json};

pub use self::op::{Act, Done, Op, Outcome, Reason, StepKey};
use self::record::Records;
pub use self::record::{Status, StepRecord};
use self::step::InFlight;
use crate::diagnostic::did_you_mean;
use crate::expression::Undefined;
use crate::failure::{ErrorReport, Failure};
use crate::flow::Flow;
use crate::steps::{Step, StepKind};
use crate::time::Timestamp;

/// Outputs of steps that are taken as given: those steps do not run.
pub type Pins = BTreeMap<String, Value>;

/// What a run begins with.
#[derive(Clone, Debug, Default)]
pub struct MachineStart {
    /// `run_…`.
    pub run_id: String,
    /// The run's input.
    pub input: Value,
    /// Outputs of steps that are taken as given.
    pub pins: Pins,
    /// The one step to run, if not all are. Its output is then the run's, and the input is not checked.
    pub only: Option<String>,
    /// How long the run may take.
    pub timeout: Option<Duration>,
}

/// One run of a flow.
#[derive(Debug)]
pub struct Machine {
    flow: Arc<Flow>,
    begin: MachineStart,
    /// The input and the run as expressions see them.
    input: Arc<Value>,
    run: Arc<Value>,
    deadline: Option<Timestamp>,
    records: Records,
    next: usize,
    current: Option<InFlight>,
    cancelled: bool,
    outcome: Option<Outcome>,
}

impl Machine {
    /// A run that has not begun.
    pub fn new(flow: Arc<Flow>, begin: MachineStart) -> Self {
        Self {
            flow,
            input: Arc::default(),
            run: Arc::new(json!({ "id": begin.run_id })),
            begin,
            deadline: None,
            records: Records::default(),
            next: 0,
            current: None,
            cancelled: false,
            outcome: None,
        }
    }

    /// Begins.
    pub fn start(&mut self, at: Timestamp) -> Vec<Op> {
        self.deadline = self.begin.timeout.map(|timeout| at + timeout);
        if let Some(failure) = self.refusal() {
            self.outcome = Some(Outcome::Failed { step: None, failure });
            return Vec::new();
        }
        self.input = Arc::new(self.begin.input.clone());
        for (id, output) in std::mem::take(&mut self.begin.pins) {
            self.records.pin(&id, output, at);
        }
        self.advance(at)
    }

    /// Takes what became of an operation. What was not asked for, or is no longer, is ignored.
    pub fn complete(&mut self, done: Done, at: Timestamp) -> Vec<Op> {
        let Some(current) = self.current.take_if(|current| current.awaits(&done)) else { return Vec::new() };
        match done {
            Done::Slept { .. } => self.attempt(current.next_attempt(), at),
            Done::Acted { outcome: Ok(output), .. } => {
                self.records.finish(&current, Ok(output), at);
                self.advance(at)
            }
            Done::Acted { outcome: Err(failure), .. } => self.failed(current, failure, at),
        }
    }

    /// Ends the run. What is in flight is cancelled, and tells what became of it.
    pub fn cancel(&mut self, at: Timestamp) -> Vec<Op> {
        if self.cancelled || self.outcome.is_some() {
            return Vec::new();
        }
        self.cancelled = true;
        let Some(current) = &self.current else {
            self.outcome = Some(Outcome::Cancelled);
            return Vec::new();
        };
        let ops = vec![Op::Cancel { key: current.key.clone() }];
        if current.is_asleep() {
            let failure = Failure::lasting(&Error::new(ErrorKind::Cancelled, "cancelled"));
            if let Some(current) = self.current.take() {
                self.fail(&current, failure, at);
            }
        }
        ops
    }

    /// How the run ended, once it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// The steps that are over, in the order in which they ended. Pinned ones are not among them.
    pub fn records(&self) -> &[StepRecord] {
        self.records.ended()
    }

    /// Why the run cannot begin.
    fn refusal(&mut self) -> Option<Failure> {
        let named = self.begin.pins.keys().chain(&self.begin.only);
        if let Some(unknown) = named.into_iter().find(|id| self.flow.step(id).is_none()) {
            let fix = did_you_mean(unknown, self.flow.steps().iter().map(Step::id)).unwrap_or_default();
            let error = Error::new(ErrorKind::InvalidInput, format!("there is no step {unknown:?}")).with_fix(fix);
            return Some(Failure::lasting(&error));
        }
        let schema = self.flow.definition().input.as_ref()?;
        schema.fill_defaults(&mut self.begin.input);
        if self.begin.only.is_some() {
            return None;
        }
        let violations = schema.check(&self.begin.input);
        let refuse = |violations| Failure::lasting(&Error::invalid_input("the input of the flow", violations));
        (!violations.is_empty()).then(|| refuse(violations))
    }

    /// Goes on to the next step that has something to do outside.
    fn advance(&mut self, at: Timestamp) -> Vec<Op> {
        let flow = Arc::clone(&self.flow);
        while self.outcome.is_none() {
            if self.cancelled {
                self.outcome = Some(Outcome::Cancelled);
                break;
            }
            if self.records.are_too_large() {
                self.outcome = Some(Outcome::Failed { step: None, failure: too_large() });
                break;
            }
            let Some(step) = self.next_step(&flow) else {
                self.succeed(&flow);
                break;
            };
            let ops = self.begin_step(step, at);
            if !ops.is_empty() {
                return ops;
            }
        }
        Vec::new()
    }

    fn next_step<'f>(&mut self, flow: &'f Flow) -> Option<&'f Step> {
        loop {
            let step = flow.steps().get(self.next)?;
            self.next += 1;
            let wanted = self.begin.only.as_deref().is_none_or(|only| only == step.id());
            if wanted && !self.records.has(step.id()) {
                return Some(step);
            }
        }
    }

    fn begin_step(&mut self, step: &Step, at: Timestamp) -> Vec<Op> {
        let current = InFlight::new(step, self.next - 1, at);
        match step.kind() {
            StepKind::Action(_) => self.attempt(current, at),
            StepKind::Set(set) => {
                match set.value.evaluate(&self.scope()) {
                    Ok(value) => self.records.finish(&current, Ok(value), at),
                    Err(error) => self.fail(&current, undefined(error, step, "set"), at),
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The operation of the next attempt of a step.
    fn attempt(&mut self, mut current: InFlight, at: Timestamp) -> Vec<Op> {
        let flow = Arc::clone(&self.flow);
        let Some((step, action)) = flow.steps().get(current.index).and_then(|step| Some((step, step.action()?))) else {
            return Vec::new();
        };
        if self.deadline.is_some_and(|deadline| at >= deadline) {
            let error = Error::new(ErrorKind::Timeout, "the time allowed for the run is over");
            self.fail(&current, Failure::lasting(&error), at);
            return Vec::new();
        }
        let input = match action.with.evaluate(&self.scope()) {
            Ok(input) => input,
            Err(error) => {
                self.fail(&current, undefined(error, step, "with"), at);
                return Vec::new();
            }
        };
        let act = Act {
            key: current.key.clone(),
            attempt: current.attempt,
            action: action.action.clone(),
            connection: action.connection.clone(),
            input,
            timeout: step.timeout().map(|timeout| (current.started + timeout).since(at)),
            time_left: self.deadline.map(|deadline| deadline.since(at)),
        };
        current.act();
        self.current = Some(current);
        vec![Op::Act(act)]
    }

    /// Repeats the attempt after a wait, or ends the step.
    fn failed(&mut self, mut current: InFlight, failure: Failure, at: Timestamp) -> Vec<Op> {
        let flow = Arc::clone(&self.flow);
        let retry = flow.steps().get(current.index).and_then(|step| step.retry.as_ref());
        let until = match self.cancelled {
            true => None,
            false => current.retry_at(retry, &failure, &self.begin.run_id, at),
        };
        let over = |until: Timestamp| self.deadline.is_some_and(|deadline| until >= deadline);
        let Some(until) = until.filter(|until| !over(*until)) else {
            self.fail(&current, failure, at);
            return Vec::new();
        };
        let reason = Reason { code: failure.error.code, message: failure.error.message };
        let sleep = Op::Sleep { key: current.key.clone(), until, reason };
        current.sleep();
        self.current = Some(current);
        vec![sleep]
    }

    /// Ends a step that failed, and the run with it.
    fn fail(&mut self, current: &InFlight, failure: Failure, at: Timestamp) {
        let status = Status::of_error(&failure.error);
        self.records.finish(current, Err((*failure.error).clone()), at);
        let step = current.key.clone();
        self.outcome = Some(match status {
            Status::OutcomeUnknown => Outcome::OutcomeUnknown { step, failure },
            _ if self.cancelled => Outcome::Cancelled,
            _ => Outcome::Failed { step: Some(step), failure },
        });
    }

    fn succeed(&mut self, flow: &Flow) {
        let output = match &flow.definition().output {
            Some(output) if self.begin.only.is_none() => output.evaluate(&self.scope()),
            _ => Ok(self.records.last_output(self.begin.only.as_deref().or_else(|| Some(flow.steps().last()?.id())))),
        };
        self.outcome = Some(match output {
            Ok(output) => Outcome::Succeeded { output },
            Err(error) => {
                Outcome::Failed { step: None, failure: Failure::lasting(ErrorReport::expression(error, "/output")) }
            }
        });
    }
}

/// The step whose output was too much has done what it should: it is the run that cannot go on.
fn too_large() -> Failure {
    let message = format!("the outputs of the run's steps are over {} MiB together", limits::RUN_OUTPUTS >> 20);
    let error = Error::new(ErrorKind::LimitExceeded, message);
    Failure::lasting(&error.with_fix("let the steps give less, or make several flows of this one"))
}

fn undefined(error: Undefined, step: &Step, key: &str) -> Failure {
    Failure::lasting(ErrorReport::expression(error, &format!("{}/{key}", step.pointer())))
}
