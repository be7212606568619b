//! What an action tells while it works.

use serde::Serialize;
use serde_json::Value;

use crate::http::RequestView;

/// Something that happened while an action worked.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// An attempt begins. The key is the same for all attempts of one step.
    Attempt { attempt: u32, idempotency_key: String },
    /// A piece of the answer arrived. A later attempt voids what an earlier one sent.
    Delta(Delta),
    /// The attempt failed and will be repeated after a wait.
    Retry { attempt: u32, code: &'static str, reason: String, delay_ms: u64 },
    /// A request is about to be sent. Only for sinks that ask for it; credentials are masked.
    Request(RequestView),
}

/// A piece of an answer.
#[derive(Clone, Debug, Serialize)]
pub struct Delta {
    /// The attempt that it belongs to.
    pub attempt: u32,
    /// Which of several answers it belongs to.
    pub choice: u64,
    /// What it is a piece of.
    pub part: Part,
}

/// What a piece of an answer is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// Text of the answer itself.
    Content(String),
    /// Text of the model's reasoning.
    Reasoning(String),
    /// A call of a tool, whole or in part, as the provider sent it.
    ToolCall(Value),
}

/// Where events go. It is called from within the request and must not block.
pub trait EventSink: Send + Sync {
    /// Takes an event.
    fn emit(&self, event: Event);

    /// Whether [`Event::Request`] is wanted.
    fn wants_requests(&self) -> bool {
        false
    }
}

/// Drops every event.
#[derive(Debug, Default)]
pub struct NoEvents;

impl EventSink for NoEvents {
    fn emit(&self, _: Event) {}
}
