//! Create Chat Completion with a stream, as OpenAI cuts it. What breaks a stream is tested with xAI's, by the same code.

use serde_json::{Value, json};

use crate::server::{self, stream, torn_stream};
use crate::world::{World, verdict};

fn chunk(choices: &str) -> String {
    format!(
        r#"{{"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4.1-mini-2025-04-14","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{choices}],"usage":null,"obfuscation":"x"}}"#
    )
}

const USAGE: &str = r#"{"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4.1-mini-2025-04-14","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,"completion_tokens_details":{"reasoning_tokens":8}}}"#;

fn input() -> Value {
    json!({ "model": "gpt-4.1-mini", "messages": [{ "role": "user", "content": "?" }], "stream": true })
}

#[tokio::test]
async fn a_stream_becomes_the_completion() {
    let pieces = [
        &chunk(
            r#"{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}"#,
        ),
        &chunk(r#"{"index":0,"delta":{"content":"Hel"},"logprobs":null,"finish_reason":null}"#),
        &chunk(r#"{"index":0,"delta":{"content":"lo"},"logprobs":null,"finish_reason":null}"#),
        &chunk(r#"{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}"#),
        USAGE,
        "[DONE]",
    ];
    let world = World::with(vec![stream(&pieces)]).await;
    let output = world.call("create-chat-completion", input()).await.unwrap();
    assert_eq!(output["object"], "chat.completion");
    let choice = json!({ "index": 0, "message": { "role": "assistant", "content": "Hello" }, "finish_reason": "stop" });
    assert_eq!(output["choices"], json!([choice]));
    assert_eq!(output["usage"]["total_tokens"], 21);
    assert_eq!(world.deltas(), json!([[0, { "content": "Hel" }], [0, { "content": "lo" }]]));
    let asked = r#""stream":true,"stream_options":{"include_usage":true}}"#;
    assert!(world.body().ends_with(asked), "{}", world.body());
}

#[tokio::test]
async fn tool_calls_come_in_pieces() {
    let pieces = [
        &chunk(
            r#"{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]},"finish_reason":null}"#,
        ),
        &chunk(
            r#"{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"at\":"}}]},"finish_reason":null}"#,
        ),
        &chunk(
            r#"{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"7}"}}]},"finish_reason":null}"#,
        ),
        &chunk(r#"{"index":0,"delta":{},"finish_reason":"tool_calls"}"#),
        "[DONE]",
    ];
    let world = World::with(vec![stream(&pieces)]).await;
    let output = world.call("create-chat-completion", input()).await.unwrap();
    let call = json!({ "id": "call_1", "type": "function", "function": { "name": "look", "arguments": "{\"at\":7}" } });
    assert_eq!(output["choices"][0]["message"], json!({ "role": "assistant", "content": null, "tool_calls": [call] }));
}

#[tokio::test]
async fn a_stream_that_breaks_is_an_error_of_openais() {
    let text = chunk(r#"{"index":0,"delta":{"content":"half an ans"},"finish_reason":null}"#);
    let failure = r#"{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}"#;
    for (answer, kind, words) in [
        (stream(&[&text]), "network", "OpenAI's stream ended before the answer was complete"),
        (torn_stream(&[&text]), "network", "the connection broke"),
        (
            stream(&[&text, failure]),
            "unavailable",
            "OpenAI answered 200 and reported a failure: The server had an error",
        ),
        (stream(&["{", "[DONE]"]), "malformed_answer", "OpenAI's stream holds an event"),
    ] {
        let world = World::with(vec![answer]).await;
        let error = world.call("create-chat-completion", input()).await.unwrap_err();
        assert_eq!(verdict(&error).0, kind);
        assert!(error.message().starts_with(words), "{error}");
    }
}

#[tokio::test]
async fn a_stream_that_is_refused_is_explained() {
    let refusal = r#"{"error":{"message":"Your organization must be verified to stream this model. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.","type":"invalid_request_error","param":"stream","code":"unsupported_value"}}"#;
    let world = World::with(vec![server::json(400, refusal)]).await;
    let error = world.call("create-chat-completion", input()).await.unwrap_err();
    let fix = "verify the organization at https://platform.openai.com/settings/organization/general";
    assert_eq!(verdict(&error), ("forbidden".into(), "Final".into(), fix.into()));
}
