//! A completed chat answer, before it is known whether it is sent whole or in pieces.

use serde_json::{Map, Value, json};

use super::request::Checked;
use crate::models::LanguageModel;
use crate::seed::Seed;
use crate::turn::{CREATED, Said, Turn};
use crate::usage::Usage;

pub(crate) struct Completion {
    pub(super) id: String,
    pub(super) model: &'static LanguageModel,
    pub(super) choices: Vec<Choice>,
    pub(super) usage: Usage,
}

pub(super) struct Choice {
    pub(super) turn: Turn,
    call_id: String,
}

impl Completion {
    pub(super) fn of(checked: &Checked<'_>, seed: Seed) -> Self {
        let choices: Vec<_> = (0..checked.choices)
            .map(|index| Choice {
                turn: Turn::of(&checked.ask),
                call_id: format!("call_{}", seed.branch(&format!("call {index}")).digits()),
            })
            .collect();
        let usage = Usage {
            text: checked.text_tokens,
            images: checked.image_tokens,
            said: choices.iter().map(|choice| choice.turn.said_tokens()).sum(),
            thought: choices.iter().map(|choice| choice.turn.thought_tokens()).sum(),
        };
        Self { id: seed.uuid(), model: checked.ask.model, choices, usage }
    }

    pub(super) fn body(&self) -> Value {
        let choices: Vec<_> = self.choices.iter().enumerate().map(|(index, choice)| choice.body(index)).collect();
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": CREATED,
            "model": self.model.id,
            "choices": choices,
            "usage": self.usage.chat(self.model),
            "system_fingerprint": self.model.fingerprint,
        })
    }
}

impl Choice {
    fn body(&self, index: usize) -> Value {
        let mut message =
            Map::from_iter([("role".to_owned(), json!("assistant")), ("content".to_owned(), self.text())]);
        if let Some(thought) = &self.turn.thought {
            message.insert("reasoning_content".to_owned(), json!(thought));
        }
        if let Some(call) = self.call() {
            message.insert("tool_calls".to_owned(), json!([call]));
        }
        message.insert("refusal".to_owned(), Value::Null);
        json!({ "index": index, "message": message, "finish_reason": self.turn.end.finish_reason() })
    }

    /// With a tool call, xAI sends empty content and not null.
    fn text(&self) -> Value {
        match &self.turn.said {
            Said::Text(text) => json!(text),
            Said::Call { .. } => json!(""),
        }
    }

    pub(super) fn call(&self) -> Option<Value> {
        match &self.turn.said {
            Said::Text(_) => None,
            Said::Call { name, input } => Some(json!({
                "id": self.call_id,
                "function": { "name": name, "arguments": input.to_string() },
                "index": 0,
                "type": "function",
            })),
        }
    }
}
