//! Create Message with a stream, whose indexes are wrong on the real API.

use connector_sdk::Result;
use serde_json::{Value, json};

use crate::server;
use crate::world::{World, verdict};

const START: &str = r#"{"type":"message_start","message":{"id":"6b1f","type":"message","role":"assistant","content":[],"model":"grok-4.3","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":1}}}"#;
const TEXT: &str = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
const HALF: &str = r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"half an ans"}}"#;
const STOPPED: &str =
    r#"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":21}}"#;
const STOP: &str = r#"{"type":"message_stop"}"#;

/// A turn as the real API sends it: every block has the index 0, and deltas have none.
fn turn() -> Vec<&'static str> {
    vec![
        START,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"Let me "}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"look."}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"ping"}"#,
        TEXT,
        r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"I look"}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":" it up."}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"call-1","name":"look","input":{}}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{\"id\":"}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"9007199254740993}"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        STOPPED,
    ]
}

/// With `event:` lines, as the API sends them.
fn named(data: &[&str]) -> String {
    let event = |data: &str| {
        let kind = serde_json::from_str::<Value>(data).map(|data| data["type"].as_str().unwrap().to_owned());
        format!("event: {}\ndata: {data}\n\n", kind.unwrap())
    };
    let events: String = data.iter().map(|data| event(data)).collect();
    server::answer(200, "text/event-stream", &events)
}

async fn streamed(answer: String) -> (World, Result<Value>) {
    let world = World::with(vec![answer]).await;
    let input = json!({
        "messages": [{ "role": "user", "content": "?" }], "model": "grok-4.3", "additional_fields": { "stream": true },
    });
    let outcome = world.call("create-message", input).await;
    (world, outcome)
}

const ASSEMBLED: &str = concat!(
    r#"{"id":"6b1f","type":"message","role":"assistant","content":["#,
    r#"{"type":"thinking","thinking":"Let me look.","signature":""},"#,
    r#"{"type":"text","text":"I look it up."},"#,
    r#"{"type":"tool_use","id":"call-1","name":"look","input":{"id":9007199254740993}}],"#,
    r#""model":"grok-4.3","stop_reason":"tool_use","stop_sequence":null,"#,
    r#""usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":21}}"#,
);

#[tokio::test]
async fn blocks_are_counted_and_not_believed() {
    let mut data = turn();
    data.push(STOP);
    let (world, outcome) = streamed(named(&data)).await;
    assert_eq!(outcome.unwrap().to_string(), ASSEMBLED);
    let told = json!([
        [0, { "reasoning": "Let me " }],
        [0, { "reasoning": "look." }],
        [0, { "content": "I look" }],
        [0, { "content": " it up." }],
        [0, { "tool_call": { "index": 2, "type": "tool_use", "id": "call-1", "name": "look", "input": {} } }],
        [0, { "tool_call": { "index": 2, "type": "input_json_delta", "partial_json": "{\"id\":" } }],
        [0, { "tool_call": { "index": 2, "type": "input_json_delta", "partial_json": "9007199254740993}" } }],
    ]);
    assert_eq!(world.deltas(), told);
    let body = r#"{"messages":[{"role":"user","content":"?"}],"model":"grok-4.3","stream":true,"max_tokens":100}"#;
    assert_eq!(world.body(), body);
}

#[tokio::test]
async fn the_documented_form_without_event_lines_is_read_too() {
    let mut data = turn();
    data.push("[DONE]");
    let (_, outcome) = streamed(server::stream(&data)).await;
    assert_eq!(outcome.unwrap().to_string(), ASSEMBLED);
}

#[tokio::test]
async fn a_message_that_is_cut_is_an_error() {
    for (data, evidence) in [
        (vec![], "Unanswered"),
        (vec![START], "Unanswered"),
        (vec![STOPPED, STOP], "Unanswered"),
        (vec![START, TEXT, HALF], "Final"),
        (vec![START, TEXT, HALF, "[DONE]"], "Final"),
    ] {
        let (_, outcome) = streamed(server::stream(&data)).await;
        let (kind, found, _) = verdict(&outcome.unwrap_err());
        assert_eq!((kind.as_str(), found.as_str()), ("network", evidence), "{data:?}");
    }
}

#[tokio::test]
async fn a_failure_in_mid_stream_is_an_error() {
    let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let flat = r#"{"code":"The service is currently unavailable","error":"Overloaded"}"#;
    for (data, evidence) in [
        (vec![overloaded], "Failed"),
        (vec![START, flat], "Failed"),
        (vec![START, TEXT, HALF, overloaded], "Final"),
        (vec![START, TEXT, HALF, flat, STOPPED, STOP], "Final"),
    ] {
        let (_, outcome) = streamed(server::stream(&data)).await;
        let error = outcome.unwrap_err();
        assert_eq!(verdict(&error), ("unavailable".into(), evidence.into(), String::new()), "{data:?}");
        assert!(error.message().ends_with("Overloaded"), "{error}");
    }
}

#[tokio::test]
async fn a_tool_call_whose_input_is_no_json_is_an_error() {
    let call = r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"b","input":{}}}"#;
    let input = r#"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{\"id\":"}}"#;
    let (_, outcome) = streamed(named(&[START, call, input, STOPPED, STOP])).await;
    assert_eq!(verdict(&outcome.unwrap_err()).0, "malformed_answer");

    let (_, outcome) = streamed(named(&[START, HALF, STOPPED, STOP])).await;
    assert_eq!(verdict(&outcome.unwrap_err()).0, "malformed_answer");
}
