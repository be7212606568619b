//! Create Message without a stream.

use serde_json::json;

use crate::server;
use crate::world::{World, verdict, warnings};

const MESSAGE: &str = r#"{"id":"6b1fa8ff","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":""},{"type":"text","text":"42"},{"type":"tool_use","id":"call-1","name":"look","input":{"b":1,"a":9007199254740993}}],"model":"grok-4.3","stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":5}}"#;

#[tokio::test]
async fn defaults_are_filled_in_and_the_rest_goes_through() {
    let world = World::with(vec![server::json(200, MESSAGE), server::json(200, MESSAGE)]).await;
    let output =
        world.call("create-message", json!({ "messages": [{ "role": "user", "content": "?" }] })).await.unwrap();
    assert_eq!(output.to_string(), MESSAGE);
    let full = json!({
        "model": "grok-4.3", "max_tokens": 7, "messages": [{ "role": "user", "content": [{ "type": "text", "text": "?" }] }],
        "additional_fields": { "system": "Be brief.", "tools": [{ "name": "look", "description": "", "input_schema": {} }] },
    });
    world.call("create-message", full).await.unwrap();
    let heard = world.heard();
    assert_eq!(heard[0].line(), "POST /v1/messages");
    assert_eq!(
        heard[0].body,
        r#"{"messages":[{"role":"user","content":"?"}],"model":"grok-3-fast-latest","max_tokens":100}"#
    );
    assert_eq!(
        heard[1].body,
        r#"{"messages":[{"role":"user","content":[{"type":"text","text":"?"}]}],"model":"grok-4.3","max_tokens":7,"system":"Be brief.","tools":[{"name":"look","description":"","input_schema":{}}]}"#
    );
}

#[test]
fn the_default_model_is_doubted_and_a_live_one_is_not() {
    let doubts = warnings("create-message", json!({ "messages": [{ "role": "user", "content": "?" }] }));
    assert_eq!(doubts, ["/model: grok-3-fast-latest was retired by xAI; use grok-4.3"]);
    let live = json!({ "messages": [{ "role": "user", "content": "?" }], "model": "grok-4.3" });
    assert_eq!(warnings("create-message", live), [""; 0]);
}

#[tokio::test]
async fn a_retired_model_and_a_removed_endpoint_are_explained() {
    let unknown = r#"{"code":"Some requested entity was not found","error":"The model grok-3-fast-latest does not exist or your team 0c2a does not have access to it. Please ensure you're using the correct API key."}"#;
    let removed = r#"{"code":"gone","error":"The Anthropic SDK compatibility is deprecated."}"#;
    let world = World::with(vec![server::json(404, unknown), server::json(410, removed)]).await;
    let input = json!({ "messages": [{ "role": "user", "content": "?" }] });
    let error = world.call("create-message", input.clone()).await.unwrap_err();
    let fix = "grok-3-fast-latest was retired by xAI; use grok-4.3";
    assert_eq!(verdict(&error), ("not_found".into(), "Final".into(), fix.into()));
    let error = world.call("create-message", input).await.unwrap_err();
    let fix = "xAI has removed this endpoint; Create Chat Completion does what Create Message did";
    assert_eq!(verdict(&error), ("gone".into(), "Final".into(), fix.into()));
}
