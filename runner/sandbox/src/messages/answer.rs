//! A Messages answer, whole or as events. Blocks are strictly sequential.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::models::LanguageModel;
use crate::seed::Seed;
use crate::sse;
use crate::turn::{Ask, End, Said, Turn};
use crate::usage::Usage;
use crate::words;

pub(super) struct Reply {
    id: String,
    call_id: String,
    model: &'static LanguageModel,
    turn: Turn,
    usage: Usage,
}

/// A content block as events have it: empty at first, then its pieces.
struct StreamedBlock {
    start: Value,
    deltas: Vec<Value>,
}

impl Reply {
    pub(super) fn of(ask: &Ask<'_>, prompt: Usage, seed: Seed) -> Self {
        let turn = Turn::of(ask);
        let usage = Usage { said: turn.said_tokens(), thought: turn.thought_tokens(), ..prompt };
        let call_id = format!("call-{}", seed.branch("call").uuid());
        Self { id: seed.uuid(), call_id, model: ask.model, turn, usage }
    }

    pub(super) fn body(&self) -> Value {
        let thinking = self
            .turn
            .thought
            .as_ref()
            .map(|thought| json!({ "type": "thinking", "thinking": thought, "signature": "" }));
        let said = match &self.turn.said {
            Said::Text(text) => json!({ "type": "text", "text": text }),
            Said::Call { name, input } => {
                json!({ "type": "tool_use", "id": self.call_id, "name": name, "input": input })
            }
        };
        let content: Vec<_> = thinking.into_iter().chain([said]).collect();
        self.message(&json!(content), &json!(self.stop_reason()), &self.usage)
    }

    fn message(&self, content: &Value, stop_reason: &Value, usage: &Usage) -> Value {
        let stop_sequence = match &self.turn.end {
            End::Stop(sequence) if !stop_reason.is_null() => Some(sequence),
            _ => None,
        };
        json!({
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "content": content,
            "model": self.model.id,
            "stop_reason": stop_reason,
            "stop_sequence": stop_sequence,
            "usage": usage.messages(),
        })
    }

    fn stop_reason(&self) -> &'static str {
        match self.turn.end {
            End::Natural => "end_turn",
            End::Length => "max_tokens",
            End::Stop(_) => "stop_sequence",
            End::Call => "tool_use",
        }
    }

    /// With `real_indexes`, blocks are numbered as the real API numbers them: not at all.
    pub(super) fn events(&self, real_indexes: bool) -> Vec<Bytes> {
        let mut events = vec![self.opening()];
        for (index, block) in self.streamed_blocks().into_iter().enumerate() {
            let index = if real_indexes { 0 } else { index };
            events.push(json!({ "type": "content_block_start", "index": index, "content_block": block.start }));
            events.extend(block.deltas.into_iter().map(|delta| match real_indexes {
                true => json!({ "type": "content_block_delta", "delta": delta }),
                false => json!({ "type": "content_block_delta", "index": index, "delta": delta }),
            }));
            events.push(json!({ "type": "content_block_stop", "index": index }));
        }
        events.push(self.closing());
        events.push(json!({ "type": "message_stop" }));
        events.iter().map(sse::named).collect()
    }

    fn opening(&self) -> Value {
        let before = Usage { said: 0, thought: 0, ..self.usage };
        json!({ "type": "message_start", "message": self.message(&json!([]), &Value::Null, &before) })
    }

    fn closing(&self) -> Value {
        let whole = self.body();
        json!({
            "type": "message_delta",
            "delta": { "stop_reason": whole["stop_reason"], "stop_sequence": whole["stop_sequence"] },
            "usage": { "output_tokens": whole["usage"]["output_tokens"] },
        })
    }

    fn streamed_blocks(&self) -> Vec<StreamedBlock> {
        let thinking = self.turn.thought.as_ref().map(|thought| StreamedBlock {
            start: json!({ "type": "thinking", "thinking": "", "signature": "" }),
            deltas: pieces(thought, |token| json!({ "type": "thinking_delta", "thinking": token })),
        });
        let said = match &self.turn.said {
            Said::Text(text) => StreamedBlock {
                start: json!({ "type": "text", "text": "" }),
                deltas: pieces(text, |token| json!({ "type": "text_delta", "text": token })),
            },
            Said::Call { name, input } => StreamedBlock {
                start: json!({ "type": "tool_use", "id": self.call_id, "name": name, "input": {} }),
                deltas: vec![json!({ "type": "input_json_delta", "partial_json": input.to_string() })],
            },
        };
        thinking.into_iter().chain([said]).collect()
    }
}

fn pieces(text: &str, delta: fn(&str) -> Value) -> Vec<Value> {
    words::tokens(text).into_iter().map(delta).collect()
}
