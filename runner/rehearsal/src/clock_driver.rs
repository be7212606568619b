//! Drives a Machine under a clock of its own, which jumps to whatever is due next: nobody waits.
//!
//! This is the one file that knows the Machine's operations.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::Effect;
use runner_flow::{
    Act, Done, ErrorReport, Flow, Machine, MachineStart, Op, Outcome, Signal, Status, StepKey, StepRecord, Timestamp,
};
use serde_json::{Value, json};

use crate::file::Case;
use crate::stage::{RUN, Seen, Stage, cancelled};

/// The most that one run is told, so that a flow that goes round for ever ends.
const MOST_DONE: u64 = 1_000_000;

/// A run that is over.
pub(crate) struct Ran {
    pub(crate) status: Status,
    pub(crate) output: Arc<Value>,
    /// The error as a report shows it, or null.
    pub(crate) error: Value,
    /// The steps that are over, in the order in which they ended.
    pub(crate) steps: Vec<StepRan>,
    pub(crate) seen: Seen,
    /// How long it took on its own clock.
    pub(crate) took: Duration,
}

/// A step that is over.
pub(crate) struct StepRan {
    pub(crate) key: String,
    pub(crate) status: Status,
    pub(crate) attempts: u32,
    pub(crate) output: Arc<Value>,
    pub(crate) error: Value,
}

/// Runs a case to its end.
pub(crate) async fn run(flow: &Arc<Flow>, case: &Case, stage: Stage<'_>) -> Ran {
    let begin = MachineStart {
        run_id: RUN.to_owned(),
        input: case.input.clone(),
        config: case.config.clone(),
        ..MachineStart::default()
    };
    let machine = Machine::new(Arc::clone(flow), begin);
    let mut driver = Driver { machine, now: case.at, due: BTreeMap::new(), order: 0, awaited: BTreeMap::new(), stage };
    driver.send_signals(case);
    let ops = driver.machine.start(case.at);
    let outcome = driver.finish(ops).await;
    driver.ran(outcome, case.at)
}

struct Driver<'a> {
    machine: Machine,
    now: Timestamp,
    /// What comes, by its time and, at the same time, in the order in which it was asked for.
    due: BTreeMap<(Timestamp, u64), Due>,
    order: u64,
    /// The signals that steps wait for.
    awaited: BTreeMap<StepKey, String>,
    stage: Stage<'a>,
}

/// Something that comes, and what the step does that asked for it.
struct Due {
    done: Done,
    effect: Option<Effect>,
}

impl Driver<'_> {
    fn send_signals(&mut self, case: &Case) {
        for (index, signal) in case.signals.iter().enumerate() {
            let (id, name, data) = (format!("signal_{index}"), signal.name.clone(), signal.data.clone());
            self.add(case.at + signal.after, Done::Signalled(Signal { id, name, data }), None);
        }
    }

    /// Does what is asked for until the run is over. `None` if it does not end.
    async fn finish(&mut self, mut ops: Vec<Op>) -> Option<Outcome> {
        for _ in 0..MOST_DONE {
            for op in std::mem::take(&mut ops) {
                self.perform(op).await;
            }
            if let Some(outcome) = self.machine.outcome() {
                return Some(outcome.clone());
            }
            let ((at, _), due) = self.due.pop_first()?;
            self.now = self.now.max(at);
            ops = self.machine.complete(due.done, self.now);
        }
        None
    }

    async fn perform(&mut self, op: Op) {
        match op {
            Op::Act(act) => self.act(act).await,
            Op::Sleep { key, until, .. } => self.add(until, Done::Slept { key }, None),
            Op::Wait { key, signal, until } => {
                self.awaited.insert(key.clone(), signal);
                if let Some(until) = until {
                    self.add(until, Done::Slept { key }, None);
                }
            }
            Op::Cancel { key } => self.cancel(&key),
        }
    }

    async fn act(&mut self, act: Act) {
        let attempted = self.stage.attempt(&act, act.deadline.map(|deadline| deadline.since(self.now)), self.now).await;
        let done = Done::Acted { key: act.key, attempt: act.attempt, outcome: attempted.outcome };
        self.add(self.now + attempted.took, done, Some(attempted.effect));
    }

    fn add(&mut self, at: Timestamp, done: Done, effect: Option<Effect>) {
        self.order += 1;
        self.due.insert((at, self.order), Due { done, effect });
    }

    /// What this step does is over. An attempt tells so; a wait does not.
    fn cancel(&mut self, key: &StepKey) {
        self.awaited.remove(key);
        let of_step = |due: &Due| match &due.done {
            Done::Acted { key: of, .. } | Done::Slept { key: of } => of == key,
            Done::Signalled(_) => false,
        };
        let Some(at) = self.due.iter().find(|(_, due)| of_step(due)).map(|(at, _)| *at) else { return };
        if let Some(Due { done: Done::Acted { key, attempt, .. }, effect: Some(effect) }) = self.due.remove(&at) {
            let done = Done::Acted { key, attempt, outcome: Err(cancelled(effect)) };
            self.add(self.now, done, None);
        }
    }

    fn ran(mut self, outcome: Option<Outcome>, began: Timestamp) -> Ran {
        let (status, output, error) = match outcome {
            Some(outcome) => ending(outcome),
            None => self.standstill(),
        };
        let steps = self.machine.take_ended().into_iter().map(step_ran).collect();
        Ran { status, output, error, steps, took: self.now.since(began), seen: self.stage.close() }
    }

    /// A run that does not end counts as cancelled, and its case fails.
    fn standstill(&mut self) -> (Status, Arc<Value>, Value) {
        let (message, fix) = match self.awaited.first_key_value() {
            Some((step, signal)) if self.due.is_empty() => (
                format!("the step {step} waits for the signal {signal:?}, which never comes"),
                format!("add {{ \"name\": \"{signal}\" }} to the case's \"signals\", or bound the wait with a timeout"),
            ),
            _ => ("the run does not end".to_owned(), "bound its loops".to_owned()),
        };
        self.stage.note(message, fix);
        (Status::Cancelled, Arc::default(), Value::Null)
    }
}

/// How a run ended, what it gave, and its error as a report shows it.
fn ending(outcome: Outcome) -> (Status, Arc<Value>, Value) {
    let error = |step: Option<StepKey>, error: &ErrorReport| {
        let mut error = json!(error);
        if let Some(step) = step {
            error["step"] = step.as_str().into();
        }
        error
    };
    match outcome {
        Outcome::Succeeded { output } => (Status::Succeeded, output, Value::Null),
        Outcome::Failed { step, failure } => (Status::Failed, Arc::default(), error(step, &failure.error)),
        Outcome::Cancelled => (Status::Cancelled, Arc::default(), Value::Null),
        Outcome::OutcomeUnknown { step, failure } => {
            (Status::OutcomeUnknown, Arc::default(), error(Some(step), &failure.error))
        }
    }
}

fn step_ran(record: StepRecord) -> StepRan {
    StepRan {
        key: record.key.to_string(),
        status: record.status,
        attempts: record.attempts,
        output: record.output,
        error: record.error.map_or(Value::Null, |error| json!(error)),
    }
}
