//! A chat answer in pieces, as OpenAI cuts it: the role first, text a token a chunk, the arguments of a tool call in pieces.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Choice, Completion};
use crate::sse;
use crate::turn::{CREATED, Said};
use crate::words;

pub(super) fn events(completion: &Completion, with_usage: bool) -> Vec<Bytes> {
    let chunk = |choices: Value, usage: &Value| {
        let mut chunk = json!({
            "id": completion.id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": completion.model,
            "service_tier": "default",
            "system_fingerprint": completion.fingerprint,
            "choices": choices,
        });
        if with_usage {
            chunk["usage"] = usage.clone();
        }
        sse::data(&chunk)
    };
    let pieces = completion.choices.iter().enumerate().flat_map(|(index, choice)| pieces(index, choice));
    let mut events: Vec<_> = pieces.map(|piece| chunk(json!([piece]), &Value::Null)).collect();
    if with_usage {
        events.push(chunk(json!([]), &completion.usage));
    }
    events.push(sse::done());
    events
}

fn pieces(index: usize, choice: &Choice) -> Vec<Value> {
    let piece = |delta: Value, finish: Option<&str>| json!({ "index": index, "delta": delta, "logprobs": null, "finish_reason": finish });
    let mut pieces: Vec<_> = deltas(choice).into_iter().map(|delta| piece(delta, None)).collect();
    pieces.push(piece(json!({}), Some(choice.turn.end.finish_reason())));
    pieces
}

fn deltas(choice: &Choice) -> Vec<Value> {
    match &choice.turn.said {
        Said::Text(text) => {
            let first = json!({ "role": "assistant", "content": "", "refusal": null });
            let tokens = words::tokens(text).into_iter().map(|token| json!({ "content": token }));
            std::iter::once(first).chain(tokens).collect()
        }
        Said::Call { name, input } => {
            let function = json!({ "name": name, "arguments": "" });
            let call = json!({ "index": 0, "id": choice.call_id, "type": "function", "function": function });
            let first = json!({ "role": "assistant", "content": null, "tool_calls": [call], "refusal": null });
            let arguments = input.to_string();
            let more = words::tokens(&arguments)
                .into_iter()
                .map(|token| json!({ "tool_calls": [{ "index": 0, "function": { "arguments": token } }] }));
            std::iter::once(first).chain(more).collect()
        }
    }
}
