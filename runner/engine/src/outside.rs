//! What an engine does without a flow: a single action, a list of options, the test of a connection.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::{BoundConnection, Choice, Context, Effect, MemoryBlobs, Result, Retries, Scope, limits};
use runner_flow::{ErrorReport, Status};
use serde_json::Value;
use tokio::time::Instant;

use crate::attempt::{Order, Surroundings, Time};
use crate::clock::RunClock;
use crate::connections::Binding;
use crate::engine::Engine;
use crate::events::{Listeners, RunEvent, StepEvents};
use crate::identity::RunIdentity;
use crate::ids;
use crate::isolated::{isolated, isolated_host};
use crate::report::{RunReport, StepReport, millis};
use crate::request::RunRequest;
use crate::starting::shutting_down;

impl Engine {
    /// Calls one action with the request's input, without a flow: the report has one step. It is not journaled.
    pub async fn call(&self, action: &str, connection: &Binding, request: RunRequest) -> RunReport {
        let clock = RunClock::start();
        let step = action.rsplit('/').next().unwrap_or(action);
        let events = self.events_outside(step, Some(action), &request);
        events.tell(|run, tenant, _| RunEvent::RunStarted { run, tenant, flow: None, labels: request.labels.clone() });
        events.announce();
        let outcome = match self.is_closed() {
            true => Err(ErrorReport::from(&shutting_down())),
            false => self.attempt_once(action, connection, request, &events).await,
        };
        let report = report_of_call(outcome, &events, clock.elapsed());
        tell_ended(&events, &report);
        report
    }

    async fn attempt_once(
        &self,
        action: &str,
        connection: &Binding,
        request: RunRequest,
        events: &Arc<StepEvents>,
    ) -> Result<Value, ErrorReport> {
        let around = Arc::new(Surroundings {
            registry: Arc::clone(&self.shared.registry),
            connections: Arc::clone(&self.shared.connections),
            hooks: self.shared.hooks.clone(),
            blobs: request.blobs.unwrap_or_else(|| Arc::new(MemoryBlobs::default())),
            exchanges: request.exchanges,
            retries: Retries::Here,
        });
        let order = Order {
            action: action.to_owned(),
            binding: Some(connection.clone()),
            input: request.input,
            number: 1,
            events: Arc::clone(events),
            cancel: request.cancel,
            time: Time { allowed: request.timeout, until: None },
        };
        let outcome = match order.check(&around) {
            Ok(checked) => checked.perform().await,
            Err(failure) => Err(failure),
        };
        outcome.map_err(|failure| *failure.error)
    }

    /// The choices of a list of options now.
    pub async fn options(&self, id: &str, binding: &Binding, request: RunRequest) -> Result<Vec<Choice>> {
        let options = self.registry().options(id)?.clone();
        let (ctx, connection) = self.outside_of_runs(id, binding, request).await?;
        isolated(options.list(&ctx, &connection), Effect::Read).await
    }

    /// Proves with a cheap call that a connection works, and says what it learned.
    pub async fn verify(&self, binding: &Binding, request: RunRequest) -> Result<String> {
        let connector = self.registry().connector(&binding.connector)?.clone();
        let (ctx, connection) = self.outside_of_runs("verify", binding, request).await?;
        isolated(connector.verify(&ctx, &connection), Effect::Read).await
    }

    /// What a call needs that belongs to no run.
    async fn outside_of_runs(
        &self,
        what: &str,
        binding: &Binding,
        request: RunRequest,
    ) -> Result<(Context, BoundConnection)> {
        if self.is_closed() {
            return Err(shutting_down());
        }
        let events = self.events_outside(what, None, &request);
        let identity = Arc::clone(&events.identity);
        let ctx = Context::new(Scope {
            idempotency_key: ids::idempotency_key(&identity.run, what, what),
            step_path: what.to_owned(),
            deadline: Instant::now().checked_add(request.timeout.unwrap_or(limits::ATTEMPT)),
            cancel: request.cancel,
            events,
            exchanges: request.exchanges,
            run_id: identity.run.to_string(),
            ..Scope::default()
        });
        let connection = isolated_host(ctx.within_bounds(self.shared.connections.resolve(binding, &identity))).await?;
        Ok((ctx, connection))
    }

    fn events_outside(&self, what: &str, action: Option<&str>, request: &RunRequest) -> Arc<StepEvents> {
        let RunRequest { tenant, labels, .. } = request;
        let identity = RunIdentity { run: ids::new_run(), tenant: tenant.as_str().into(), labels: labels.clone() };
        let listeners = Listeners::new(&self.shared.events, Arc::clone(&request.events), request.wants_requests);
        StepEvents::new(&Arc::new(identity), what, action.map(str::to_owned), &listeners, 0)
    }
}

fn report_of_call(outcome: Result<Value, ErrorReport>, events: &StepEvents, took: Duration) -> RunReport {
    let (status, output, error) = match outcome {
        Ok(output) => (Status::Succeeded, Arc::new(output), None),
        Err(error) => (Status::of_error(&error), Arc::default(), Some(error)),
    };
    let step = StepReport {
        id: Arc::clone(&events.step),
        status,
        attempts: events.attempts(),
        duration: took,
        output: Arc::clone(&output),
        error: error.clone().map(Box::new),
    };
    let run = Arc::clone(&events.identity.run);
    RunReport { run, status, output, steps: vec![step], steps_left_out: 0, error, duration: took }
}

fn tell_ended(events: &StepEvents, report: &RunReport) {
    let (status, error, duration_ms) = (report.status, &report.error, millis(report.duration));
    let output = (status == Status::Succeeded).then(|| Arc::clone(&report.output));
    events.tell(|run, tenant, step| RunEvent::StepFinished {
        run,
        tenant,
        step,
        status,
        attempts: events.attempts(),
        duration_ms,
        output: output.clone(),
        error: error.clone(),
    });
    events.tell(|run, tenant, _| RunEvent::RunFinished {
        run,
        tenant,
        status,
        duration_ms,
        output,
        error: error.clone(),
    });
}
