//! One attempt of an action: its input checked, its connection found, its call made within its time.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::exchange::Exchanges;
use connector_sdk::{BlobStore, Context, Effect, Error, ErrorKind, Registry, Retries, Scope, SystemClock};
use runner_flow::Failure;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::connections::{Binding, ConnectionStore};
use crate::events::StepEvents;
use crate::ids;
use crate::isolated::isolated;

/// What an attempt needs, all of it its own: it runs as a task.
pub(crate) struct Attempt {
    pub(crate) registry: Registry,
    pub(crate) connections: Arc<dyn ConnectionStore>,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) exchanges: Exchanges,
    pub(crate) events: Arc<StepEvents>,
    pub(crate) cancel: CancellationToken,
    /// Which attempt of the step, as the Machine counts.
    pub(crate) number: u32,
    pub(crate) retries: Retries,
    pub(crate) action: String,
    pub(crate) binding: Option<Binding>,
    pub(crate) input: Value,
    /// What the flow or the caller allows for it, instead of the action's own time.
    pub(crate) timeout: Option<Duration>,
    /// What the run has left.
    pub(crate) time_left: Option<Duration>,
}

impl Attempt {
    pub(crate) async fn run(mut self) -> Result<Value, Failure> {
        let lasting = |error: Error| Failure::lasting(&error);
        let action = self.registry.action(&self.action).map_err(lasting)?.clone();
        let binding = self.binding.take().ok_or_else(|| lasting(no_connection(&self.action)))?;
        let input = self.input.take();
        // Nothing is sent while an input is looked at.
        let prepared = isolated(async { action.prepare(input) }, Effect::Read).await.map_err(lasting)?;
        let (effect, own) = (prepared.effect(), prepared.own_retries());
        let ctx = self.context(self.deadline(prepared.timeout()));
        let called = async {
            let connection = ctx.within_bounds(self.connections.resolve(&binding)).await?;
            action.call(&ctx, &connection, prepared).await
        };
        let result = isolated(called, effect).await;
        result.map_err(|error| Failure::of_attempt(&error, effect, self.number, own))
    }

    fn deadline(&self, usual: Duration) -> Option<Instant> {
        let allowed = self.timeout.unwrap_or(usual);
        Instant::now().checked_add(self.time_left.map_or(allowed, |left| left.min(allowed)))
    }

    fn context(&self, deadline: Option<Instant>) -> Context {
        let (run, step) = (&self.events.run, &self.events.step);
        Context::new(Scope {
            run_id: run.clone(),
            step_path: step.clone(),
            idempotency_key: ids::idempotency_key(run, step, &self.action),
            retries: self.retries,
            deadline,
            cancel: self.cancel.clone(),
            events: Arc::clone(&self.events) as _,
            blobs: Arc::clone(&self.blobs),
            exchanges: self.exchanges.clone(),
            clock: Arc::new(SystemClock),
        })
    }
}

fn no_connection(action: &str) -> Error {
    Error::new(ErrorKind::InvalidConnection, format!("no connection is named for {action}"))
        .with_fix("name one of the flow's connections in the step")
}
