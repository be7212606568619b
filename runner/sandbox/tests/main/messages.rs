use runner_sandbox::SandboxOptions;
use serde_json::{Value, json};

use crate::document::assert_valid;
use crate::support::{Answer, Bench, json, quick, with};

const PATH: &str = "/v1/messages";

fn meaning(model: &str) -> Value {
    json!({
        "model": model,
        "max_tokens": 128,
        "system": "You are Grok, a chatbot inspired by the Hitchhiker's Guide to the Galaxy.",
        "messages": [{
            "role": "user",
            "content": "What is the meaning of life, the universe, and everything?",
        }],
    })
}

fn tool() -> Value {
    json!({ "name": "search", "description": "Searches.", "input_schema": {
        "type": "object", "properties": { "q": { "type": "string" } }, "required": ["q"],
    } })
}

/// Each event's name and body, which must agree.
fn events(answer: &Answer) -> Vec<Value> {
    let parse = |event: &str| {
        let (name, data) = event.strip_prefix("event: ").unwrap().split_once("\ndata: ").unwrap();
        let data = json(data);
        assert_eq!(data["type"], name);
        data
    };
    answer.text.split_terminator("\n\n").map(parse).collect()
}

#[tokio::test]
async fn a_message_is_answered_in_anthropics_shape() {
    let bench = Bench::start().await;
    let body = bench.good(PATH, &meaning("grok-beta")).await;
    assert_valid("MessageResponse", &body);
    assert_eq!(body["stop_reason"], "end_turn");
    assert!(body["content"][0]["text"].as_str().unwrap().contains("**42**"));
}

#[tokio::test]
async fn thinking_tools_bounds_and_stops_are_told() {
    let bench = Bench::start().await;
    let thinking = bench.good(PATH, &meaning("grok-4.7")).await;
    assert_valid("MessageResponse", &thinking);
    assert_eq!(thinking["content"][0]["type"], "thinking");

    for (fields, reason) in [
        (json!({ "tools": [tool()] }), "tool_use"),
        (json!({ "tools": [tool()], "tool_choice": { "type": "any" } }), "tool_use"),
        (json!({ "tools": [tool()], "tool_choice": { "type": "tool", "name": "search" } }), "tool_use"),
        (json!({ "max_tokens": 3 }), "max_tokens"),
        (json!({ "stop_sequences": [" answer"] }), "stop_sequence"),
    ] {
        let body = bench.good(PATH, &with(meaning("grok-3-fast-latest"), &fields)).await;
        assert_valid("MessageResponse", &body);
        assert_eq!(body["stop_reason"], reason, "{fields}");
        assert_eq!(body["stop_sequence"].as_str(), (reason == "stop_sequence").then_some(" answer"));
    }
}

#[tokio::test]
async fn a_tools_result_is_answered_with_words() {
    let bench = Bench::start().await;
    let body = bench
        .good(
            PATH,
            &json!({ "model": "grok-3", "max_tokens": 200, "tools": [tool()], "messages": [
                { "role": "user", "content": [{ "type": "text", "text": "Find it" }] },
                { "role": "assistant", "content": [{ "type": "tool_use", "id": "call-1", "name": "search", "input": {} }] },
                { "role": "user", "content": [
                    { "type": "tool_result", "tool_use_id": "call-1", "content": [{ "type": "text", "text": "It is here" }] },
                ] },
            ] }),
        )
        .await;
    assert_valid("MessageResponse", &body);
    assert!(body["content"][0]["text"].as_str().unwrap().contains("It is here"));
}

#[tokio::test]
async fn events_come_in_order_and_add_up_to_the_whole() {
    let bench = Bench::start().await;
    let request = meaning("grok-4.7");
    let answer = bench.post(PATH, &with(request.clone(), &json!({ "stream": true }))).await;
    let events = events(&answer);
    let mut names: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    names.dedup();
    let block = ["content_block_start", "content_block_delta", "content_block_stop"];
    let expected = [&["message_start"][..], &block, &block, &["message_delta", "message_stop"]].concat();
    assert_eq!(names, expected);
    assert_valid("MessageResponse", &events[0]["message"]);

    let whole = bench.good(PATH, &request).await;
    let text: String = events.iter().filter_map(|event| event["delta"]["text"].as_str()).collect();
    assert_eq!(whole["content"][1]["text"], text);
    let said = events.iter().find(|event| event["delta"]["type"] == "text_delta").unwrap();
    assert_eq!(said["index"], 1);
    let closing = &events[events.len() - 2];
    assert_eq!(closing["delta"]["stop_reason"], whole["stop_reason"]);
    assert_eq!(closing["usage"]["output_tokens"], whole["usage"]["output_tokens"]);
}

#[tokio::test]
async fn a_tool_use_streams_its_input() {
    let bench = Bench::start().await;
    let request = with(meaning("grok-3"), &json!({ "stream": true, "tools": [tool()] }));
    let events = events(&bench.post(PATH, &request).await);
    assert_eq!(events[1]["content_block"]["input"], json!({}));
    assert_eq!(events[2]["delta"], json!({ "type": "input_json_delta", "partial_json": r#"{"q":"sandbox"}"# }));
}

#[tokio::test]
async fn the_real_defect_is_there_on_request() {
    let bench = Bench::with(SandboxOptions { real_block_indexes: true, ..quick() }).await;
    let request = with(meaning("grok-4.7"), &json!({ "stream": true }));
    for event in events(&bench.post(PATH, &request).await) {
        match event["type"].as_str().unwrap() {
            "content_block_start" | "content_block_stop" => assert_eq!(event["index"], 0),
            "content_block_delta" => assert!(event.get("index").is_none()),
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_endpoint_can_be_gone() {
    let bench = Bench::with(SandboxOptions { messages_gone: true, ..quick() }).await;
    assert_eq!(bench.post(PATH, &meaning("grok-beta")).await.status, 410);
}
