//! Create Chat Completion without a stream: what is sent, byte for byte, and what comes back.

use serde_json::{Value, json};

use crate::server;
use crate::subject::KEY;
use crate::world::World;

const COMPLETION: &str = r#"{"id":"304e12ef-81f4-4e93-a41c-f5f57f6a2b56","object":"chat.completion","created":1770774058,"model":"grok-4.3","choices":[{"index":0,"message":{"role":"assistant","content":"42","reasoning_content":"Deep Thought.","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":241,"prompt_tokens_details":{"text_tokens":12,"audio_tokens":0,"image_tokens":0,"cached_tokens":2},"completion_tokens_details":{"reasoning_tokens":228,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0},"num_sources_used":0,"cost_in_usd_ticks":18446744073709551615},"system_fingerprint":"fp_2a885414fb","new_in_2027":[{"b":1,"a":2}]}"#;

async fn sent(input: Value) -> String {
    let world = World::with(vec![server::json(200, COMPLETION)]).await;
    world.call("create-chat-completion", input).await.unwrap();
    world.body()
}

#[tokio::test]
async fn only_what_is_set_is_sent() {
    let input = json!({ "messages": [{ "role": "user", "content": "?" }], "model": "grok-4.3" });
    assert_eq!(sent(input).await, r#"{"model":"grok-4.3","messages":[{"role":"user","content":"?"}]}"#);
}

#[tokio::test]
async fn everything_that_is_set_is_sent_as_it_was_written() {
    let input = r#"{
        "model": "grok-4.3",
        "messages": [
            { "content": "Be brief.", "role": "system", "zeta": 1, "alpha": 2 },
            { "role": "user", "content": [
                { "type": "text", "text": "What is this?" },
                { "image_url": { "url": "https://example.com/a.png", "detail": "high" }, "type": "image_url" },
                { "type": "hologram", "beam": 0.10 }
            ] },
            { "role": "assistant", "content": null, "tool_calls": [
                { "type": "function", "id": "call_1", "index": 0, "function": { "arguments": "{}", "name": "look" } }
            ] },
            { "role": "tool", "tool_call_id": "call_1", "content": "" }
        ],
        "temperature": 0,
        "top_p": 0.25,
        "stream": false,
        "additional_fields": { "seed": 18446744073709551615, "response_format": { "type": "json_object" }, "n": null }
    }"#;
    let body = sent(serde_json::from_str(input).unwrap()).await;
    let expected = concat!(
        r#"{"model":"grok-4.3","messages":[{"content":"Be brief.","role":"system","zeta":1,"alpha":2},"#,
        r#"{"role":"user","content":[{"type":"text","text":"What is this?"},"#,
        r#"{"image_url":{"url":"https://example.com/a.png","detail":"high"},"type":"image_url"},"#,
        r#"{"type":"hologram","beam":0.1}]},"#,
        r#"{"role":"assistant","content":null,"tool_calls":[{"type":"function","id":"call_1","index":0,"function":{"arguments":"{}","name":"look"}}]},"#,
        r#"{"role":"tool","tool_call_id":"call_1","content":""}],"#,
        r#""temperature":0,"top_p":0.25,"stream":false,"#,
        r#""seed":18446744073709551615,"response_format":{"type":"json_object"},"n":null}"#,
    );
    assert_eq!(body, expected);
}

#[tokio::test]
async fn an_optional_input_that_is_null_is_not_set() {
    let input = json!({
        "model": "m", "messages": [{ "role": "user", "content": "?" }],
        "temperature": null, "stream": null, "additional_fields": { "temperature": 0.5 },
    });
    assert_eq!(sent(input).await, r#"{"model":"m","messages":[{"role":"user","content":"?"}],"temperature":0.5}"#);
}

#[tokio::test]
async fn the_request_carries_the_key_and_goes_to_its_place() {
    let world = World::with(vec![server::json(200, COMPLETION)]).await;
    let input = json!({ "model": "grok-4.3", "messages": [{ "role": "user", "content": "?" }] });
    world.call("create-chat-completion", input).await.unwrap();
    let heard = &world.heard()[0];
    assert_eq!(heard.line(), "POST /v1/chat/completions");
    assert!(heard.head.contains(&format!("authorization: Bearer {KEY}")), "{}", heard.head);
    assert!(heard.head.contains("content-type: application/json"), "{}", heard.head);
    assert!(!world.log().contains(KEY), "{}", world.log());
}

#[tokio::test]
async fn the_output_is_the_body_of_the_answer_to_the_last_digit() {
    let world = World::with(vec![server::json(200, COMPLETION)]).await;
    let input = json!({ "model": "grok-4.3", "messages": [{ "role": "user", "content": "?" }] });
    let output = world.call("create-chat-completion", input).await.unwrap();
    assert_eq!(output.to_string(), COMPLETION);
    assert_eq!(world.deltas(), json!([]));
}

#[tokio::test]
async fn a_deferred_completion_is_its_receipt() {
    let world = World::with(vec![server::json(200, r#"{"request_id":"r-1"}"#)]).await;
    let input = json!({
        "model": "grok-4.3", "messages": [{ "role": "user", "content": "?" }], "additional_fields": { "deferred": true },
    });
    let output = world.call("create-chat-completion", input).await.unwrap();
    assert_eq!(output, json!({ "request_id": "r-1" }));
}

#[tokio::test]
async fn an_answer_that_is_no_completion_is_an_error() {
    for body in ["{}", "[]", "\"hello\"", r#"{"choices":[{"index":0}]}"#, "<html>", ""] {
        let world = World::with(vec![server::json(200, body)]).await;
        let input = json!({ "model": "grok-4.3", "messages": [{ "role": "user", "content": "?" }] });
        let error = world.call("create-chat-completion", input).await.unwrap_err();
        assert_eq!(error.kind().code(), "malformed_answer", "{body}");
    }
}
