//! A completed chat answer, before it is known whether it is sent whole or in pieces. What was thought is counted, not shown.

use serde_json::{Value, json};

use super::request::Checked;
use crate::openai::{models, usage};
use crate::seed::Seed;
use crate::turn::{CREATED, Said, Turn};
use crate::usage::Usage;

pub(super) struct Completion {
    pub(super) id: String,
    pub(super) model: &'static str,
    pub(super) fingerprint: &'static str,
    pub(super) choices: Vec<Choice>,
    pub(super) usage: Value,
}

pub(super) struct Choice {
    pub(super) turn: Turn,
    pub(super) call_id: String,
}

impl Completion {
    pub(super) fn of(checked: &Checked<'_>, seed: Seed) -> Self {
        let choice = |index: usize| Choice {
            turn: Turn::of(&checked.ask),
            call_id: format!("call_{}", seed.branch(&format!("call {index}")).digits()),
        };
        let choices: Vec<_> = (0..checked.choices).map(choice).collect();
        let counted = Usage {
            text: checked.text_tokens,
            images: checked.image_tokens,
            said: choices.iter().map(|choice| choice.turn.said_tokens()).sum(),
            thought: choices.iter().map(|choice| choice.turn.thought_tokens()).sum(),
        };
        let model = checked.ask.model;
        Self {
            id: format!("chatcmpl-{}", seed.uuid().replace('-', "")),
            model: models::snapshot(model),
            fingerprint: model.fingerprint,
            choices,
            usage: usage::chat(&counted),
        }
    }

    pub(super) fn body(&self) -> Value {
        let choices: Vec<_> = self.choices.iter().enumerate().map(|(index, choice)| choice.body(index)).collect();
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": CREATED,
            "model": self.model,
            "choices": choices,
            "usage": self.usage,
            "service_tier": "default",
            "system_fingerprint": self.fingerprint,
        })
    }
}

impl Choice {
    fn body(&self, index: usize) -> Value {
        let message = match &self.turn.said {
            Said::Text(text) => json!({ "role": "assistant", "content": text, "refusal": null, "annotations": [] }),
            Said::Call { name, input } => {
                let function = json!({ "name": name, "arguments": input.to_string() });
                let call = json!({ "id": self.call_id, "type": "function", "function": function });
                json!({ "role": "assistant", "content": null, "tool_calls": [call], "refusal": null, "annotations": [] })
            }
        };
        let finish_reason = self.turn.end.finish_reason();
        json!({ "index": index, "message": message, "logprobs": null, "finish_reason": finish_reason })
    }
}
