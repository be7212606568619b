//! What a host does around each call of an action.

use std::sync::Arc;

use async_trait::async_trait;
use connector_sdk::exchange::{Outcome, Replayer, Sent};
use connector_sdk::{Effect, Error, ErrorKind, Origin};
use runner_flow::ErrorReport;
use serde_json::Value;

use crate::identity::RunIdentity;

/// A call of an action, as a host sees it.
#[derive(Clone, Debug)]
pub struct ActionCall {
    /// Which run, and whose.
    pub run: Arc<RunIdentity>,
    /// Where in the flow.
    pub step: Arc<str>,
    /// Which attempt, counted from 1.
    pub attempt: u32,
    /// `connector/action`.
    pub action: Arc<str>,
    /// What it does outside, with this input.
    pub effect: Effect,
    /// Its input, with required fields filled in.
    pub input: Arc<Value>,
}

/// What a host says to a call.
#[derive(Debug)]
pub enum Verdict {
    /// Make it.
    Proceed,
    /// Fail the attempt. Nothing is sent.
    Refuse(Error),
    /// Take this for its output. Nothing is sent.
    Answer(Value),
    /// Put its request together, so that it can be seen, and fail the attempt. Nothing is sent.
    Withhold,
}

/// Takes the place of the network for what is not to be sent.
pub(crate) struct Withheld;

impl Replayer for Withheld {
    fn replay(&self, _: &str, _: &Sent) -> connector_sdk::Result<Outcome> {
        let message = "the request was put together and not sent: the host withholds it";
        Err(Error::new(ErrorKind::TargetRefused, message).with_origin(Origin::Host))
    }
}

/// What a host does around each call of an action. An attempt waits for it.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Before the call, within the time of the attempt.
    async fn before(&self, _call: &ActionCall) -> Verdict {
        Verdict::Proceed
    }

    /// After the call, or after the verdict that stood in for it, also where the call was cut off. It may take ten
    /// seconds, after which the run goes on without it. Where the engine shuts down, or its process ends, between
    /// [`Hooks::before`] and the call, nothing is sent and this is not called: the resumed run asks anew.
    async fn after(&self, _call: &ActionCall, _outcome: Result<&Value, &ErrorReport>) {}
}
