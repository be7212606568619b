//! The engine: what a host calls.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::{BoundConnection, Choice, Context, Effect, Error, Registry, Result, Retries, Scope, limits};
use runner_flow::{ErrorReport, Flow, MachineStart, Status};
use serde_json::Value;
use tokio::time::Instant;

use crate::attempt::Attempt;
use crate::clock::RunClock;
use crate::connections::{Binding, ConnectionStore};
use crate::driver::Driver;
use crate::events::{RunEvent, StepEvents};
use crate::isolated::isolated;
use crate::report::{RunReport, StepReport};
use crate::request::RunRequest;
use crate::{ids, pins};

/// Runs flows and single actions. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    registry: Registry,
    connections: Arc<dyn ConnectionStore>,
}

impl Engine {
    /// An engine that offers these connectors, by way of these connections.
    pub fn new(registry: Registry, connections: Arc<dyn ConnectionStore>) -> Self {
        Self { registry, connections }
    }

    /// The connectors that it offers.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(crate) fn connections(&self) -> Arc<dyn ConnectionStore> {
        Arc::clone(&self.connections)
    }

    /// Runs a flow.
    pub async fn run(&self, flow: Arc<Flow>, request: RunRequest) -> RunReport {
        let begin = MachineStart { input: request.input.clone(), timeout: request.timeout, ..self.begin() };
        Driver::new(self.clone(), flow, request, begin).run().await
    }

    /// Runs one step of a flow. What it refers to of earlier steps is given in `pins`, as `{"STEP": OUTPUT}`,
    /// `{"steps": {"STEP": {"output": OUTPUT}}}` or a report of an earlier run.
    pub async fn run_step(&self, flow: Arc<Flow>, step: &str, pins: Value, request: RunRequest) -> RunReport {
        let begin = MachineStart {
            input: request.input.clone(),
            timeout: request.timeout,
            only: Some(step.to_owned()),
            ..self.begin()
        };
        match pins::read(pins, &flow) {
            Ok(mut pins) => {
                // A report of the whole run pins the step itself too, which is to run nevertheless.
                pins.remove(step);
                Driver::new(self.clone(), flow, request, MachineStart { pins, ..begin }).run().await
            }
            Err(error) => refused(begin.run_id, &error),
        }
    }

    fn begin(&self) -> MachineStart {
        MachineStart { run_id: ids::new_run(), ..MachineStart::default() }
    }

    /// Calls one action with the request's input, without a flow: the report has one step.
    pub async fn call(&self, action: &str, connection: &Binding, request: RunRequest) -> RunReport {
        let run = ids::new_run();
        let clock = RunClock::start();
        let step = action.rsplit('/').next().unwrap_or(action);
        let events = StepEvents::new(&run, step, &request.events, request.wants_requests);
        request.events.emit(RunEvent::RunStarted { run: run.clone(), flow: None });
        let started =
            RunEvent::StepStarted { run: run.clone(), step: step.to_owned(), action: Some(action.to_owned()) };
        request.events.emit(started);
        let outcome = self.attempt_once(action, connection, &request, &events).await;
        let report = report_of_call(run, outcome, &events, clock.elapsed());
        report.steps.iter().for_each(|step| request.events.emit(step.finished(&report.run)));
        request.events.emit(report.finished());
        report
    }

    async fn attempt_once(
        &self,
        action: &str,
        connection: &Binding,
        request: &RunRequest,
        events: &Arc<StepEvents>,
    ) -> Result<Value, ErrorReport> {
        let attempt = Attempt {
            registry: self.registry.clone(),
            connections: self.connections(),
            blobs: Arc::clone(&request.blobs),
            exchanges: request.exchanges.clone(),
            events: Arc::clone(events),
            cancel: request.cancel.clone(),
            number: 1,
            retries: Retries::Here,
            action: action.to_owned(),
            binding: Some(connection.clone()),
            input: request.input.clone(),
            timeout: request.timeout,
            time_left: None,
        };
        attempt.run().await.map_err(|failure| *failure.error)
    }

    /// The choices of a list of options now.
    pub async fn options(&self, id: &str, binding: &Binding, request: RunRequest) -> Result<Vec<Choice>> {
        let options = self.registry.options(id)?.clone();
        let (ctx, connection) = self.outside_of_runs(id, binding, &request).await?;
        isolated(options.list(&ctx, &connection), Effect::Read).await
    }

    /// Proves with a cheap call that a connection works, and says what it learned.
    pub async fn verify(&self, binding: &Binding, request: RunRequest) -> Result<String> {
        let connector = self.registry.connector(&binding.connector)?.clone();
        let (ctx, connection) = self.outside_of_runs("verify", binding, &request).await?;
        isolated(connector.verify(&ctx, &connection), Effect::Read).await
    }

    /// What a call needs that belongs to no run.
    async fn outside_of_runs(
        &self,
        what: &str,
        binding: &Binding,
        request: &RunRequest,
    ) -> Result<(Context, BoundConnection)> {
        let run = ids::new_run();
        let deadline = Instant::now().checked_add(request.timeout.unwrap_or(limits::ATTEMPT));
        let ctx = Context::new(Scope {
            idempotency_key: ids::idempotency_key(&run, what, what),
            step_path: what.to_owned(),
            deadline,
            cancel: request.cancel.clone(),
            events: StepEvents::new(&run, what, &request.events, request.wants_requests),
            blobs: Arc::clone(&request.blobs),
            exchanges: request.exchanges.clone(),
            run_id: run,
            ..Scope::default()
        });
        let connection = ctx.within_bounds(self.connections.resolve(binding)).await?;
        Ok((ctx, connection))
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("registry", &self.registry).finish_non_exhaustive()
    }
}

fn report_of_call(run: String, outcome: Result<Value, ErrorReport>, events: &StepEvents, took: Duration) -> RunReport {
    let (status, output, error) = match outcome {
        Ok(output) => (Status::Succeeded, output, None),
        Err(error) => (Status::of_error(&error), Value::Null, Some(error)),
    };
    let step = StepReport {
        id: events.step.clone(),
        status,
        attempts: events.attempts(),
        duration: took,
        output: output.clone(),
        error: error.clone(),
    };
    RunReport { run, status, output, steps: vec![step], error, duration: took }
}

/// The report of a run that could not begin.
fn refused(run: String, error: &Error) -> RunReport {
    let error = Some(ErrorReport::from(error));
    RunReport { run, status: Status::Failed, output: Value::Null, steps: Vec::new(), error, duration: Duration::ZERO }
}
