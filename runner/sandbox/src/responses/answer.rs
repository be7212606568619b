//! A response: an envelope that repeats the request's settings, and the items of output.

use serde_json::{Value, json};

use super::request::ResponseRequest;
use crate::seed::Seed;
use crate::turn::{Ask, CREATED, End, Said, Turn};
use crate::usage::Usage;

pub(crate) struct Answer<'a> {
    pub(crate) id: String,
    pub(super) turn: Turn,
    request: &'a ResponseRequest,
    model: &'static str,
    call_id: String,
    usage: Value,
}

/// Who answers, and as what.
pub(crate) struct Nameplate {
    pub(crate) id: String,
    pub(crate) model: &'static str,
    pub(crate) counts: fn(&Usage) -> Value,
}

/// How far a response or an item is.
#[derive(Clone, Copy)]
pub(super) enum Status {
    InProgress,
    Ended,
}

impl<'a> Answer<'a> {
    pub(crate) fn of(
        request: &'a ResponseRequest,
        ask: &Ask<'_>,
        prompt_tokens: usize,
        seed: Seed,
        nameplate: Nameplate,
    ) -> Self {
        let turn = Turn::of(ask);
        let usage = Usage { text: prompt_tokens, images: 0, said: turn.said_tokens(), thought: turn.thought_tokens() };
        let call_id = format!("call_{}", seed.branch("call").digits());
        let Nameplate { id, model, counts } = nameplate;
        Self { id, turn, request, model, call_id, usage: counts(&usage) }
    }

    pub(crate) fn body(&self) -> Value {
        self.envelope(Status::Ended, &self.items(), &self.usage)
    }

    pub(super) fn envelope(&self, status: Status, output: &[Value], usage: &Value) -> Value {
        let request = self.request;
        let cut_short = matches!(status, Status::Ended) && self.turn.end == End::Length;
        json!({
            "created_at": CREATED,
            "id": self.id,
            "max_output_tokens": request.max_output_tokens,
            "model": self.model,
            "object": "response",
            "output": output,
            "parallel_tool_calls": request.parallel_tool_calls.unwrap_or(true),
            "previous_response_id": request.previous_response_id,
            "reasoning": request.reasoning.as_ref().map(|asked| {
                json!({ "effort": asked.effort, "summary": asked.summary })
            }),
            "temperature": request.temperature,
            "text": { "format": request.format() },
            "tool_choice": request.tool_choice.clone().unwrap_or_else(|| json!("auto")),
            "tools": request.tools.clone().unwrap_or_default(),
            "top_p": request.top_p,
            "usage": usage,
            "user": request.user,
            "incomplete_details": cut_short.then(|| json!({ "reason": "max_output_tokens" })),
            "status": self.status(status),
            "store": request.stores(),
            "metadata": {},
        })
    }

    fn status(&self, status: Status) -> &'static str {
        match status {
            Status::InProgress => "in_progress",
            Status::Ended if self.turn.end == End::Length => "incomplete",
            Status::Ended => "completed",
        }
    }

    pub(super) fn items(&self) -> Vec<Value> {
        let thought = self.turn.thought.as_deref().map(|thought| self.reasoning_item(Some(thought), Status::Ended));
        let said = match &self.turn.said {
            Said::Text(text) => self.message_item(Some(text), Status::Ended),
            Said::Call { name, input } => self.call_item(name, &input.to_string(), Status::Ended),
        };
        thought.into_iter().chain([said]).collect()
    }

    pub(super) fn reasoning_item(&self, thought: Option<&str>, status: Status) -> Value {
        let summary: Vec<_> = thought.map(summary_part).into_iter().collect();
        json!({
            "id": self.reasoning_id(), "type": "reasoning", "status": self.status(status), "summary": summary
        })
    }

    pub(super) fn message_item(&self, text: Option<&str>, status: Status) -> Value {
        let content: Vec<_> = text.map(text_part).into_iter().collect();
        json!({
            "content": content, "id": self.message_id(), "role": "assistant", "type": "message",
            "status": self.status(status),
        })
    }

    /// Without an `id`: with one, xAI's document could not tell it from a custom tool's call.
    pub(super) fn call_item(&self, name: &str, arguments: &str, status: Status) -> Value {
        json!({
            "arguments": arguments, "call_id": self.call_id, "name": name, "type": "function_call",
            "status": self.status(status),
        })
    }

    pub(super) fn reasoning_id(&self) -> String {
        format!("rs_{}", self.id)
    }

    pub(super) fn message_id(&self) -> String {
        format!("msg_{}", self.id)
    }

    pub(super) fn call_id(&self) -> &str {
        &self.call_id
    }
}

pub(super) fn summary_part(text: &str) -> Value {
    json!({ "text": text, "type": "summary_text" })
}

pub(super) fn text_part(text: &str) -> Value {
    json!({ "type": "output_text", "text": text, "logprobs": [], "annotations": [] })
}
