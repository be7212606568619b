//! A chat answer in pieces: as recorded in 2026, and as xAI's first documentation has it for `grok-beta`.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Choice, Completion};
use crate::models::Dialect;
use crate::sse;
use crate::turn::{CREATED, Said};
use crate::words;

pub(super) fn events(completion: &Completion, with_usage: bool) -> Vec<Bytes> {
    let mut chunks = match completion.model.dialect {
        Dialect::Of2026 => recent(completion, with_usage),
        Dialect::Of2024 => early(completion),
    };
    chunks.push(sse::done());
    chunks
}

/// Reasoning and then text, a token a chunk; a tool call whole; then the finish, and the usage if asked for.
fn recent(completion: &Completion, with_usage: bool) -> Vec<Bytes> {
    let chunk = |choices: Value| {
        json!({
            "id": completion.id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": completion.model.id,
            "choices": choices,
            "system_fingerprint": completion.model.fingerprint,
        })
    };
    let mut events = Vec::new();
    for (index, choice) in completion.choices.iter().enumerate() {
        let deltas = deltas(choice).into_iter().map(|delta| json!([{ "index": index, "delta": delta }]));
        let finish = json!([{ "index": index, "delta": {}, "finish_reason": choice.turn.end.finish_reason() }]);
        events.extend(deltas.chain([finish]).map(|choices| sse::data(&chunk(choices))));
    }
    if with_usage {
        let mut last = chunk(json!([]));
        last["usage"] = completion.usage.chat(completion.model);
        events.push(sse::data(&last));
    }
    events
}

/// The role comes with the first piece, whatever that is.
fn deltas(choice: &Choice) -> Vec<Value> {
    let thought = choice.turn.thought.as_deref().unwrap_or_default();
    let reasoning = words::tokens(thought).into_iter().map(|token| json!({ "reasoning_content": token }));
    let mut deltas: Vec<_> = match &choice.turn.said {
        Said::Text(text) => {
            reasoning.chain(words::tokens(text).into_iter().map(|token| json!({ "content": token }))).collect()
        }
        Said::Call { .. } => reasoning.chain(choice.call().map(|call| json!({ "tool_calls": [call] }))).collect(),
    };
    if let Some(first) = deltas.first_mut() {
        first["role"] = json!("assistant");
    }
    deltas
}

/// Each chunk has a `message`, the usage so far, and an empty finish reason until the last.
fn early(completion: &Completion) -> Vec<Bytes> {
    let prompt = completion.usage.prompt();
    let mut said = 0;
    let mut events = Vec::new();
    for (index, choice) in completion.choices.iter().enumerate() {
        let mut pieces = early_pieces(choice);
        pieces.push((json!({ "role": "assistant", "content": "" }), 0, choice.turn.end.finish_reason()));
        for (message, tokens, finish_reason) in pieces {
            said += tokens;
            events.push(sse::data(&json!({
                "id": completion.id,
                "object": "chat.completion",
                "created": CREATED,
                "model": completion.model.id,
                "choices": [{ "index": index, "message": message, "finish_reason": finish_reason }],
                "usage": { "prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said },
                "system_fingerprint": completion.model.fingerprint,
            })));
        }
    }
    events
}

/// Pieces as of 2024: words with the space after them, with the number of tokens in each.
fn early_pieces(choice: &Choice) -> Vec<(Value, usize, &'static str)> {
    match &choice.turn.said {
        Said::Text(text) => text
            .split_inclusive(' ')
            .map(|piece| (json!({ "role": "assistant", "content": piece }), words::count(piece.trim_end()), ""))
            .collect(),
        Said::Call { .. } => {
            let message = json!({ "role": "assistant", "content": "", "tool_calls": [choice.call()] });
            vec![(message, choice.turn.said_tokens(), "")]
        }
    }
}
