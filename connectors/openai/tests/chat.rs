//! Create Chat Completion without a stream: what is sent, byte for byte, and what comes back.

use serde_json::{Value, json};

use crate::server;
use crate::subject::KEY;
use crate::world::World;

const COMPLETION: &str = r#"{"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion","created":1741569952,"model":"gpt-4.1-mini-2025-04-14","choices":[{"index":0,"message":{"role":"assistant","content":"42","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_38343a2f8f"}"#;

async fn sent(input: Value) -> String {
    let world = World::with(vec![server::json(200, COMPLETION)]).await;
    world.call("create-chat-completion", input).await.unwrap();
    world.body()
}

#[tokio::test]
async fn only_what_is_set_is_sent() {
    let input = json!({ "messages": [{ "role": "user", "content": "?" }], "model": "gpt-4.1-mini" });
    assert_eq!(sent(input).await, r#"{"model":"gpt-4.1-mini","messages":[{"role":"user","content":"?"}]}"#);
}

#[tokio::test]
async fn everything_that_is_set_is_sent_as_it_was_written() {
    let input = r#"{
        "model": "gpt-5.5",
        "messages": [
            { "content": "Be brief.", "role": "developer", "zeta": 1, "alpha": 2 },
            { "role": "user", "content": [
                { "type": "text", "text": "What is this?" },
                { "type": "input_audio", "input_audio": { "data": "UklGRg==", "format": "wav" } }
            ] },
            { "role": "assistant", "content": null, "refusal": "No.", "tool_calls": [
                { "type": "function", "id": "call_1", "function": { "arguments": "{}", "name": "look" } }
            ] },
            { "role": "tool", "tool_call_id": "call_1", "content": "" }
        ],
        "max_completion_tokens": 7,
        "stream": false,
        "additional_fields": { "seed": 9007199254740993, "reasoning_effort": "low", "store": null }
    }"#;
    let body = sent(serde_json::from_str(input).unwrap()).await;
    let expected = concat!(
        r#"{"model":"gpt-5.5","messages":[{"content":"Be brief.","role":"developer","zeta":1,"alpha":2},"#,
        r#"{"role":"user","content":[{"type":"text","text":"What is this?"},"#,
        r#"{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}}]},"#,
        r#"{"role":"assistant","content":null,"refusal":"No.","tool_calls":[{"type":"function","id":"call_1","function":{"arguments":"{}","name":"look"}}]},"#,
        r#"{"role":"tool","tool_call_id":"call_1","content":""}],"#,
        r#""max_completion_tokens":7,"stream":false,"seed":9007199254740993,"reasoning_effort":"low","store":null}"#,
    );
    assert_eq!(body, expected);
}

#[tokio::test]
async fn the_request_carries_the_key_and_goes_to_its_place() {
    let world = World::with(vec![server::json(200, COMPLETION)]).await;
    let input = json!({ "model": "gpt-4.1-mini", "messages": [{ "role": "user", "content": "?" }] });
    let output = world.call("create-chat-completion", input).await.unwrap();
    assert_eq!(output.to_string(), COMPLETION, "it comes back to the last digit");
    let heard = &world.heard()[0];
    assert_eq!(heard.line(), "POST /v1/chat/completions");
    assert!(heard.head.contains(&format!("authorization: Bearer {KEY}")), "{}", heard.head);
    assert!(!heard.head.contains("openai-"), "nobody named an account: {}", heard.head);
    assert!(!world.log().contains(KEY), "{}", world.log());
}

#[tokio::test]
async fn an_answer_that_is_no_completion_is_an_error() {
    for body in ["{}", "[]", r#"{"choices":[{"index":0}]}"#, r#"{"request_id":"r-1"}"#, "<html>", ""] {
        let world = World::with(vec![server::json(200, body)]).await;
        let input = json!({ "model": "gpt-4.1-mini", "messages": [{ "role": "user", "content": "?" }] });
        let error = world.call("create-chat-completion", input).await.unwrap_err();
        assert_eq!(error.kind().code(), "malformed_answer", "{body}");
    }
}
