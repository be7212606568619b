//! Does what a Machine asks for, and tells it what became of that.

use std::collections::HashMap;
use std::sync::Arc;

use connector_sdk::{Error, ErrorKind, Retries};
use runner_flow::{
    Act, Done, ErrorReport, Failure, Flow, Machine, MachineStart, Op, Outcome, Status, StepKey, StepRecord,
};
use serde_json::Value;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::attempt::Attempt;
use crate::clock::RunClock;
use crate::connections::Binding;
use crate::engine::Engine;
use crate::events::{RunEvent, StepEvents};
use crate::report::{RunReport, StepReport, millis};
use crate::request::RunRequest;

/// One run of a flow.
pub(crate) struct Driver {
    engine: Engine,
    flow: Arc<Flow>,
    request: RunRequest,
    run: String,
    clock: RunClock,
    machine: Machine,
    tasks: JoinSet<Done>,
    in_flight: HashMap<StepKey, InFlight>,
    events: HashMap<StepKey, Arc<StepEvents>>,
    steps: Vec<StepReport>,
}

/// How what a step does now is stopped.
enum InFlight {
    Act(CancellationToken),
    Sleep(AbortHandle),
}

impl Driver {
    pub(crate) fn new(engine: Engine, flow: Arc<Flow>, request: RunRequest, begin: MachineStart) -> Self {
        Self {
            run: begin.run_id.clone(),
            machine: Machine::new(Arc::clone(&flow), begin),
            clock: RunClock::start(),
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
            events: HashMap::new(),
            steps: Vec::new(),
            engine,
            flow,
            request,
        }
    }

    pub(crate) async fn run(mut self) -> RunReport {
        self.emit(RunEvent::RunStarted { run: self.run.clone(), flow: Some(self.flow.name().to_owned()) });
        let mut ops = self.machine.start(self.clock.now());
        let mut cancelled = false;
        let outcome = loop {
            self.report_ended();
            ops.into_iter().for_each(|op| self.perform(op));
            if let Some(outcome) = self.machine.outcome() {
                break outcome.clone();
            }
            ops = tokio::select! {
                biased;
                () = self.request.cancel.cancelled(), if !cancelled => {
                    cancelled = true;
                    self.machine.cancel(self.clock.now())
                }
                joined = self.tasks.join_next() => match joined {
                    Some(Ok(done)) => self.machine.complete(done, self.clock.now()),
                    Some(Err(_)) => Vec::new(),
                    None => break stalled(),
                },
            };
        };
        let report = self.report(outcome);
        self.emit(report.finished());
        report
    }

    fn perform(&mut self, op: Op) {
        match op {
            Op::Act(act) => self.act(act),
            Op::Sleep { key, until, reason } => {
                let delay = until.since(self.clock.now());
                self.events_of(&key).retry(reason.code, reason.message, millis(delay));
                let wake = self.clock.instant(until);
                let slept = Done::Slept { key: key.clone() };
                let timer = self.tasks.spawn(async move {
                    tokio::time::sleep_until(wake).await;
                    slept
                });
                self.in_flight.insert(key, InFlight::Sleep(timer));
            }
            Op::Cancel { key } => match self.in_flight.remove(&key) {
                Some(InFlight::Act(cancel)) => cancel.cancel(),
                Some(InFlight::Sleep(timer)) => timer.abort(),
                None => {}
            },
        }
    }

    fn act(&mut self, act: Act) {
        if act.attempt == 1 {
            self.step_started(&act.key);
        }
        let cancel = CancellationToken::new();
        self.in_flight.insert(act.key.clone(), InFlight::Act(cancel.clone()));
        let (key, attempt) = (act.key.clone(), act.attempt);
        let work = self.attempt(act, cancel);
        self.tasks.spawn(async move { Done::Acted { key, attempt, outcome: work.run().await } });
    }

    fn attempt(&mut self, act: Act, cancel: CancellationToken) -> Attempt {
        let slot = self.flow.connections().find(|(name, _)| Some(*name) == act.connection.as_deref());
        Attempt {
            registry: self.engine.registry().clone(),
            connections: self.engine.connections(),
            blobs: Arc::clone(&self.request.blobs),
            exchanges: self.request.exchanges.clone(),
            binding: slot.map(|(name, connector)| Binding { name: name.to_owned(), connector: connector.to_owned() }),
            events: self.events_of(&act.key),
            cancel,
            number: act.attempt,
            retries: Retries::Caller,
            action: act.action,
            input: act.input,
            timeout: act.timeout,
            time_left: act.time_left,
        }
    }

    fn step_started(&self, key: &StepKey) {
        let step = self.flow.step(key.as_str());
        let action = step.and_then(|step| step.action()).map(|action| action.id().to_owned());
        self.emit(RunEvent::StepStarted { run: self.run.clone(), step: key.to_string(), action });
    }

    /// Tells of the steps that are over since the last time.
    fn report_ended(&mut self) {
        while let Some(record) = self.machine.records().get(self.steps.len()).cloned() {
            let attempts = self.events.get(&record.key).map(|events| events.attempts());
            if attempts.is_none() {
                self.step_started(&record.key);
            }
            let step = step_report(record, attempts.unwrap_or(0));
            self.emit(step.finished(&self.run));
            self.steps.push(step);
        }
    }

    fn report(&mut self, outcome: Outcome) -> RunReport {
        let (status, output, error) = match outcome {
            Outcome::Succeeded { output } => (Status::Succeeded, output, None),
            Outcome::Cancelled => (Status::Cancelled, Value::Null, Some(cancelled())),
            Outcome::Failed { step, failure } => (Status::Failed, Value::Null, Some(error_of(step, failure))),
            Outcome::OutcomeUnknown { step, failure } => {
                (Status::OutcomeUnknown, Value::Null, Some(error_of(Some(step), failure)))
            }
        };
        let steps = std::mem::take(&mut self.steps);
        RunReport { run: self.run.clone(), status, output, steps, error, duration: self.clock.elapsed() }
    }

    fn events_of(&mut self, key: &StepKey) -> Arc<StepEvents> {
        let (run, to, wants) = (&self.run, &self.request.events, self.request.wants_requests);
        let events = self.events.entry(key.clone());
        Arc::clone(events.or_insert_with(|| StepEvents::new(run, key.as_str(), to, wants)))
    }

    fn emit(&self, event: RunEvent) {
        self.request.events.emit(event);
    }
}

fn step_report(record: StepRecord, attempts: u32) -> StepReport {
    StepReport {
        id: record.key.to_string(),
        status: record.status,
        attempts,
        duration: record.finished.since(record.started),
        output: record.output,
        error: record.error,
    }
}

fn error_of(step: Option<StepKey>, failure: Failure) -> ErrorReport {
    ErrorReport { step: step.map(|step| step.to_string()), ..*failure.error }
}

fn cancelled() -> ErrorReport {
    ErrorReport::from(&Error::new(ErrorKind::Cancelled, "the run was cancelled"))
}

/// A Machine that neither waits nor has ended is wrong; better an error than a run that never ends.
fn stalled() -> Outcome {
    let error = Error::new(ErrorKind::Internal, "the run stands still: this is a defect of the runtime");
    Outcome::Failed { step: None, failure: Failure::lasting(&error) }
}
