use serde_json::{Value, json};

use crate::document::assert_valid;
use crate::support::{Bench, json, with};

const PATH: &str = "/v1/responses";

fn request(model: &str) -> Value {
    json!({ "model": model, "input": "Hello there" })
}

fn function() -> Value {
    json!({ "type": "function", "name": "now", "parameters": { "type": "object", "properties": {} } })
}

#[tokio::test]
async fn a_response_is_made_kept_and_deleted() {
    let bench = Bench::start().await;
    let made = bench.good(PATH, &request("grok-4.7")).await;
    assert_valid("ModelResponse", &made);
    assert_eq!(made["status"], "completed");
    assert_eq!(made["output"][0]["type"], "reasoning");
    assert!(made["output"][1]["content"][0]["text"].as_str().unwrap().contains("Hello there"));

    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.get(&path).await.json(), made);
    let deleted = crate::support::answer(bench.request(reqwest::Method::DELETE, &path)).await;
    assert_valid("DeleteStoredCompletionResponse", &deleted.json());
    assert_eq!(bench.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_is_not_stored_is_not_found() {
    let bench = Bench::start().await;
    let made = bench.good(PATH, &with(request("grok-3"), &json!({ "store": false }))).await;
    assert_valid("ModelResponse", &made);
    assert_eq!(bench.get(&format!("{PATH}/{}", made["id"].as_str().unwrap())).await.status, 404);
}

#[tokio::test]
async fn functions_bounds_formats_and_earlier_responses_are_taken() {
    let bench = Bench::start().await;
    let call = bench.good(PATH, &with(request("grok-3"), &json!({ "tools": [function()] }))).await;
    assert_valid("ModelResponse", &call);
    assert_eq!(call["output"][0]["type"], "function_call");

    let follow_up = json!({
        "model": "grok-3", "previous_response_id": call["id"], "tools": [function()],
        "input": [{ "type": "function_call_output", "call_id": call["output"][0]["call_id"], "output": "noon" }],
    });
    let answered = bench.good(PATH, &follow_up).await;
    assert_valid("ModelResponse", &answered);
    assert!(answered["output"][0]["content"][0]["text"].as_str().unwrap().contains("noon"));

    let short = bench.good(PATH, &with(request("grok-3"), &json!({ "max_output_tokens": 2 }))).await;
    assert_valid("ModelResponse", &short);
    assert_eq!(short["status"], "incomplete");
    assert_eq!(short["incomplete_details"]["reason"], "max_output_tokens");

    let schema = json!({ "type": "object", "properties": { "a": { "const": 7 } }, "required": ["a"] });
    let format = json!({ "format": { "type": "json_schema", "name": "s", "schema": schema } });
    let shaped = bench.good(PATH, &with(request("grok-3"), &json!({ "text": format }))).await;
    assert_valid("ModelResponse", &shaped);
    assert_eq!(shaped["output"][0]["content"][0]["text"], r#"{"a":7}"#);
}

#[tokio::test]
async fn events_are_numbered_and_end_with_the_whole() {
    let bench = Bench::start().await;
    let whole = bench.good(PATH, &request("grok-4.7")).await;
    let events = bench.stream(PATH, &with(request("grok-4.7"), &json!({ "stream": true }))).await;
    let events: Vec<Value> = events.iter().map(|event| json(event)).collect();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    assert_eq!(events[0]["type"], "response.created");
    assert_eq!(events[0]["response"]["usage"], Value::Null);
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.completed");
    assert_valid("ModelResponse", &last["response"]);
    let deltas = events.iter().filter(|event| event["type"] == "response.output_text.delta");
    let text: String = deltas.filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(whole["output"][1]["content"][0]["text"], text);
}
