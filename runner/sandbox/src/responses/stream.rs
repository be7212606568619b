//! A response as events, with OpenAI's names and running sequence numbers.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Answer, Status, summary_part, text_part};
use crate::sse;
use crate::turn::Said;
use crate::words;

pub(crate) fn events(answer: &Answer<'_>) -> Vec<Bytes> {
    let early = answer.envelope(Status::InProgress, &[], &Value::Null);
    let mut events = vec![
        json!({ "type": "response.created", "response": early }),
        json!({ "type": "response.in_progress", "response": early }),
    ];
    let mut at = 0;
    if let Some(thought) = &answer.turn.thought {
        events.extend(reasoning(answer, thought));
        at = 1;
    }
    events.extend(match &answer.turn.said {
        Said::Text(text) => message(answer, text, at),
        Said::Call { name, input } => call(answer, name, &input.to_string(), at),
    });
    let whole = answer.body();
    let end = if whole["status"] == "incomplete" { "response.incomplete" } else { "response.completed" };
    events.push(json!({ "type": end, "response": whole }));
    numbered(events)
}

fn numbered(events: Vec<Value>) -> Vec<Bytes> {
    let numbered = events.into_iter().enumerate().map(|(number, mut event)| {
        event["sequence_number"] = json!(number);
        sse::named(&event)
    });
    numbered.collect()
}

fn reasoning(answer: &Answer<'_>, thought: &str) -> Vec<Value> {
    let about = |mut event: Value| {
        event["item_id"] = json!(answer.reasoning_id());
        event["output_index"] = json!(0);
        event["summary_index"] = json!(0);
        event
    };
    let mut events = vec![
        added(0, &answer.reasoning_item(None, Status::InProgress)),
        about(json!({ "type": "response.reasoning_summary_part.added", "part": summary_part("") })),
    ];
    for token in words::tokens(thought) {
        events.push(about(json!({ "type": "response.reasoning_summary_text.delta", "delta": token })));
    }
    events.push(about(json!({ "type": "response.reasoning_summary_text.done", "text": thought })));
    events.push(about(json!({ "type": "response.reasoning_summary_part.done", "part": summary_part(thought) })));
    events.push(done(0, &answer.reasoning_item(Some(thought), Status::Ended)));
    events
}

fn message(answer: &Answer<'_>, text: &str, at: usize) -> Vec<Value> {
    let about = |mut event: Value| {
        event["item_id"] = json!(answer.message_id());
        event["output_index"] = json!(at);
        event["content_index"] = json!(0);
        event
    };
    let mut events = vec![
        added(at, &answer.message_item(None, Status::InProgress)),
        about(json!({ "type": "response.content_part.added", "part": text_part("") })),
    ];
    for token in words::tokens(text) {
        events.push(about(json!({ "type": "response.output_text.delta", "delta": token, "logprobs": [] })));
    }
    events.push(about(json!({ "type": "response.output_text.done", "text": text, "logprobs": [] })));
    events.push(about(json!({ "type": "response.content_part.done", "part": text_part(text) })));
    events.push(done(at, &answer.message_item(Some(text), Status::Ended)));
    events
}

fn call(answer: &Answer<'_>, name: &str, arguments: &str, at: usize) -> Vec<Value> {
    let about = |mut event: Value| {
        event["item_id"] = json!(answer.call_id());
        event["output_index"] = json!(at);
        event
    };
    vec![
        added(at, &answer.call_item(name, "", Status::InProgress)),
        about(json!({ "type": "response.function_call_arguments.delta", "delta": arguments })),
        about(json!({ "type": "response.function_call_arguments.done", "arguments": arguments, "name": name })),
        done(at, &answer.call_item(name, arguments, Status::Ended)),
    ]
}

fn added(at: usize, item: &Value) -> Value {
    json!({ "type": "response.output_item.added", "output_index": at, "item": item })
}

fn done(at: usize, item: &Value) -> Value {
    json!({ "type": "response.output_item.done", "output_index": at, "item": item })
}
