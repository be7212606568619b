//! What the probe can do, apart from [`Compose`](super::compose::Compose).

use std::time::Duration;

use connector_sdk::http::{Method, Reply};
use connector_sdk::{About, Action, ConnectionExt as _, Context, Effect, Part, Result, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Probe;

/// Sends one request. Its effect is what it was made with.
pub(super) struct Call(pub(super) Effect);

/// What a call takes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallInput {
    /// What is sent.
    #[schemars(title = "Text")]
    text: String,
    /// How long one attempt may take.
    #[schemars(title = "Timeout")]
    timeout_ms: Option<u64>,
}

/// What a call gives.
#[derive(Serialize, JsonSchema)]
pub(super) struct CallOutput {
    /// What came back.
    #[schemars(title = "Answer")]
    answer: Value,
}

impl Call {
    fn words(&self) -> (&'static str, &'static str, Method) {
        match self.0 {
            Effect::Read => ("read", "Read", Method::GET),
            Effect::Generate => ("generate", "Generate", Method::POST),
            Effect::Idempotent => ("idempotent", "Idempotent", Method::PUT),
            Effect::Write => ("write", "Write", Method::POST),
        }
    }
}

#[async_trait]
impl Action for Call {
    type Connection = Probe;
    type Input = CallInput;
    type Output = CallOutput;

    fn about(&self) -> About {
        let (id, label, _) = self.words();
        About::new(id, label, "Sends one request.").effect(self.0).example(json!({ "text": "hello" }))
    }

    async fn perform(&self, ctx: &Context, connection: &Probe, input: CallInput) -> Result<CallOutput> {
        let (_, _, method) = self.words();
        let request = connection.request(ctx, method, "/call")?.json(&json!({ "text": input.text }));
        let answer = request.timeout(input.timeout_ms.map(Duration::from_millis)).send().await?;
        Ok(CallOutput { answer: answer.json()? })
    }
}

/// Hands on every event of a stream.
pub(super) struct Stream;

/// What a stream takes: nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[async_trait]
impl Action for Stream {
    type Connection = Probe;
    type Input = Nothing;
    type Output = CallOutput;

    fn about(&self) -> About {
        About::new("stream", "Stream", "Hands on every event of a stream.").effect(Effect::Generate)
    }

    async fn perform(&self, ctx: &Context, connection: &Probe, _: Nothing) -> Result<CallOutput> {
        let mut events = match connection.request(ctx, Method::POST, "/stream")?.stream().await? {
            Reply::Events(events) => events,
            Reply::Whole(answer) => return Ok(CallOutput { answer: answer.json()? }),
        };
        let mut count = 0;
        while let Some(event) = events.next().await? {
            ctx.delta(0, Part::Content(event.data));
            count += 1;
        }
        Ok(CallOutput { answer: json!(count) })
    }
}

/// Gives back what it is given, without a network.
pub(super) struct Echo;

/// What the echo takes, and gives.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    /// What comes back.
    #[schemars(title = "Text")]
    text: String,
}

#[async_trait]
impl Action for Echo {
    type Connection = Probe;
    type Input = Message;
    type Output = Message;

    fn about(&self) -> About {
        About::new("echo", "Echo", "Gives back what it is given.").example(json!({ "text": "hello" }))
    }

    async fn perform(&self, _: &Context, _: &Probe, input: Message) -> Result<Message> {
        Ok(input)
    }
}

/// Panics with what it is given.
pub(super) struct Panic;

#[async_trait]
impl Action for Panic {
    type Connection = Probe;
    type Input = Message;
    type Output = Message;

    fn about(&self) -> About {
        About::new("panic", "Panic", "Panics.").example(json!({ "text": "as asked" }))
    }

    async fn perform(&self, _: &Context, _: &Probe, input: Message) -> Result<Message> {
        panic!("{}", input.text)
    }
}
