//! One attempt of an action, in three parts: its input is checked, its connection is found, its call is made.
//!
//! Nothing is sent before the third. What has to be written down before that is known after the second.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::exchange::Exchanges;
use connector_sdk::retry::OwnRetries;
use connector_sdk::{
    BlobStore, BoundConnection, Context, Effect, ErasedAction, Error, ErrorKind, Prepared, Registry, Retries, Scope,
    SystemClock,
};
use runner_flow::Failure;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::connections::{Binding, ConnectionStore};
use crate::events::StepEvents;
use crate::hooks::{ActionCall, Hooks, Verdict, Withheld};
use crate::ids;
use crate::isolated::{isolated, isolated_check, isolated_host};

/// What all attempts of a run have in common.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) registry: Arc<Registry>,
    pub(crate) connections: Arc<dyn ConnectionStore>,
    pub(crate) hooks: Option<Arc<dyn Hooks>>,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) exchanges: Exchanges,
    pub(crate) retries: Retries,
}

/// What is to be tried.
pub(crate) struct Order {
    pub(crate) action: String,
    pub(crate) binding: Option<Binding>,
    pub(crate) input: Value,
    /// Which attempt of the step.
    pub(crate) number: u32,
    pub(crate) events: Arc<StepEvents>,
    pub(crate) cancel: CancellationToken,
    pub(crate) time: Time,
}

/// How long an attempt may take.
#[derive(Clone, Copy, Default)]
pub(crate) struct Time {
    /// What the flow or the caller allows for it, instead of the action's own time.
    pub(crate) allowed: Option<Duration>,
    /// When what is around it has to be over.
    pub(crate) until: Option<Instant>,
}

/// An attempt whose input is right.
pub(crate) struct Checked {
    around: Arc<Surroundings>,
    action: ErasedAction,
    prepared: Prepared,
    binding: Binding,
    number: u32,
    events: Arc<StepEvents>,
    ctx: Context,
}

/// What a host and its connections made of an attempt.
pub(crate) enum Found {
    /// It can be sent.
    Ready(Box<Ready>),
    /// It is over: the host stood in for it, or it failed.
    Over(Result<Value, Failure>),
}

/// An attempt that can be sent.
pub(crate) struct Ready {
    checked: Checked,
    connection: BoundConnection,
    call: Option<ActionCall>,
}

impl Order {
    /// Checks the input.
    pub(crate) fn check(self, around: &Arc<Surroundings>) -> Result<Checked, Failure> {
        let lasting = |error: Error| Failure::lasting(&error);
        let action = around.registry.action(&self.action).map_err(lasting)?.clone();
        let binding = self.binding.ok_or_else(|| lasting(no_connection(&self.action)))?;
        let prepared = isolated_check(|| action.prepare(self.input)).map_err(lasting)?;
        let allowed = Instant::now().checked_add(self.time.allowed.unwrap_or(prepared.timeout()));
        let deadline = [allowed, self.time.until].into_iter().flatten().min();
        let identity = &self.events.identity;
        let ctx = Context::new(Scope {
            run_id: identity.run.to_string(),
            step_path: self.events.step.to_string(),
            idempotency_key: ids::idempotency_key(&identity.run, &self.events.step, action.id()),
            retries: around.retries,
            deadline,
            cancel: self.cancel,
            events: Arc::clone(&self.events) as _,
            blobs: Arc::clone(&around.blobs),
            exchanges: around.exchanges.clone(),
            clock: Arc::new(SystemClock),
        });
        let around = Arc::clone(around);
        Ok(Checked { around, action, prepared, binding, number: self.number, events: self.events, ctx })
    }
}

impl Checked {
    pub(crate) fn effect(&self) -> Effect {
        self.prepared.effect()
    }

    pub(crate) fn action(&self) -> &str {
        self.action.id()
    }

    pub(crate) fn idempotency_key(&self) -> &str {
        self.ctx.idempotency_key()
    }

    pub(crate) fn fingerprint(&self) -> String {
        ids::fingerprint(self.prepared.input())
    }

    /// Asks the host whether it may be, and for its connection.
    pub(crate) async fn find(mut self) -> Found {
        let call = self.around.hooks.is_some().then(|| self.call());
        let mut is_withheld = false;
        let finding = async {
            if let (Some(hooks), Some(call)) = (&self.around.hooks, &call) {
                match hooks.before(call).await {
                    Verdict::Proceed => {}
                    Verdict::Refuse(error) => return Err(error),
                    Verdict::Answer(output) => return Ok(Err(output)),
                    Verdict::Withhold => is_withheld = true,
                }
            }
            self.around.connections.resolve(&self.binding, &self.events.identity).await.map(Ok)
        };
        let answer = match isolated_host(self.ctx.within_bounds(finding)).await {
            Ok(Ok(connection)) => {
                if is_withheld {
                    self.ctx = self.ctx.with_exchanges(Exchanges::Replay(Arc::new(Withheld)));
                }
                return Found::Ready(Box::new(Ready { checked: self, connection, call }));
            }
            Ok(Err(output)) => Ok(output),
            Err(error) => Err(self.failure(&error)),
        };
        Found::Over(self.told(call, answer).await)
    }

    /// The whole attempt.
    pub(crate) async fn perform(self) -> Result<Value, Failure> {
        match self.find().await {
            Found::Ready(ready) => ready.send().await,
            Found::Over(outcome) => outcome,
        }
    }

    fn call(&self) -> ActionCall {
        ActionCall {
            run: Arc::clone(&self.events.identity),
            step: Arc::clone(&self.events.step),
            attempt: self.number,
            action: self.action.id().into(),
            effect: self.effect(),
            input: Arc::new(self.prepared.input().clone()),
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        failure(error, self.effect(), self.number, self.prepared.own_retries())
    }

    /// The outcome, once the host has seen it.
    async fn told(&self, call: Option<ActionCall>, outcome: Result<Value, Failure>) -> Result<Value, Failure> {
        tell(self.around.hooks.as_ref(), call, &outcome).await;
        outcome
    }
}

impl Ready {
    pub(crate) fn checked(&self) -> &Checked {
        &self.checked
    }

    /// `name@version`.
    pub(crate) fn connection(&self) -> &str {
        self.connection.id()
    }

    /// Makes the call.
    pub(crate) async fn send(self) -> Result<Value, Failure> {
        let Self { checked, connection, call } = self;
        let Checked { around, action, prepared, number, ctx, .. } = checked;
        let (effect, own) = (prepared.effect(), prepared.own_retries());
        let result = isolated(action.call(&ctx, &connection, prepared), effect).await;
        let outcome = result.map_err(|error| failure(&error, effect, number, own));
        tell(around.hooks.as_ref(), call, &outcome).await;
        outcome
    }
}

/// How long a host may look at a call that is over.
const LOOKING: Duration = Duration::from_secs(10);

/// Nothing that a host does after a call changes what became of it, not even a panic.
async fn tell(hooks: Option<&Arc<dyn Hooks>>, call: Option<ActionCall>, outcome: &Result<Value, Failure>) {
    if let (Some(hooks), Some(call)) = (hooks, call) {
        let told = async {
            hooks.after(&call, outcome.as_ref().map_err(|failure| &*failure.error)).await;
            Ok(())
        };
        let _ = tokio::time::timeout(LOOKING, isolated_host(told)).await;
    }
}

fn failure(error: &Error, effect: Effect, number: u32, own: OwnRetries) -> Failure {
    Failure::of_attempt(error, effect, number, own)
}

fn no_connection(action: &str) -> Error {
    Error::new(ErrorKind::InvalidConnection, format!("no connection is named for {action}"))
        .with_fix("name one of the flow's connections in the step")
}
