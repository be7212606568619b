//! Create Chat Completion with a stream: told while it arrives, given back whole, and never half of it.

use connector_sdk::{Error, Result};
use serde_json::{Value, json};

use crate::server::{self, stream, torn_stream};
use crate::world::{World, verdict};

/// A chunk as the API sends it in 2026.
fn chunk(choice: &str) -> String {
    chunk_at(1_770_774_064, choice)
}

fn chunk_at(created: u64, choices: &str) -> String {
    format!(
        r#"{{"id":"de9d896d","object":"chat.completion.chunk","created":{created},"model":"grok-4.3","choices":[{choices}],"system_fingerprint":"fp_2a885414fb"}}"#
    )
}

const USAGE: &str = r#"{"id":"de9d896d","object":"chat.completion.chunk","created":1770774067,"model":"grok-4.3","choices":[],"usage":{"prompt_tokens":291,"completion_tokens":26,"total_tokens":513,"completion_tokens_details":{"reasoning_tokens":196}},"system_fingerprint":"fp_2a885414fb","citations":["https://example.com"],"service_tier":"default"}"#;

struct Streamed {
    world: World,
    outcome: Result<Value>,
}

impl Streamed {
    fn error(&self) -> &Error {
        self.outcome.as_ref().unwrap_err()
    }

    fn output(&self) -> &Value {
        self.outcome.as_ref().unwrap()
    }
}

async fn streamed(answer: String) -> Streamed {
    let world = World::with(vec![answer]).await;
    let input = json!({ "model": "grok-4.3", "messages": [{ "role": "user", "content": "?" }], "stream": true });
    let outcome = world.call("create-chat-completion", input).await;
    Streamed { world, outcome }
}

async fn chunks(chunks: &[&str]) -> Streamed {
    streamed(stream(chunks)).await
}

#[tokio::test]
async fn a_stream_of_2026_becomes_the_completion() {
    let run = chunks(&[
        &chunk(r#"{"index":0,"delta":{"reasoning_content":"First","role":"assistant"}}"#),
        &chunk(r#"{"index":0,"delta":{"reasoning_content":","}}"#),
        &chunk_at(1_770_774_066, r#"{"index":0,"delta":{"content":"Hel"}}"#),
        &chunk(r#"{"index":0,"delta":{"content":"lo"}}"#),
        &chunk(r#"{"index":0,"delta":{},"finish_reason":"stop"}"#),
        USAGE,
        "[DONE]",
    ])
    .await;
    let expected = concat!(
        r#"{"id":"de9d896d","object":"chat.completion","created":1770774064,"model":"grok-4.3","#,
        r#""choices":[{"index":0,"message":{"role":"assistant","content":"Hello","reasoning_content":"First,"},"finish_reason":"stop"}],"#,
        r#""system_fingerprint":"fp_2a885414fb","#,
        r#""usage":{"prompt_tokens":291,"completion_tokens":26,"total_tokens":513,"completion_tokens_details":{"reasoning_tokens":196}},"#,
        r#""citations":["https://example.com"],"service_tier":"default"}"#,
    );
    assert_eq!(run.output().to_string(), expected);
    let told = json!([
        [0, { "reasoning": "First" }],
        [0, { "reasoning": "," }],
        [0, { "content": "Hel" }],
        [0, { "content": "lo" }],
    ]);
    assert_eq!(run.world.deltas(), told);
}

#[tokio::test]
async fn a_stream_always_asks_for_usage_and_for_events() {
    let run =
        streamed(stream(&[&chunk(r#"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#), "[DONE]"])).await;
    let heard = &run.world.heard()[0];
    assert_eq!(
        heard.body,
        r#"{"model":"grok-4.3","messages":[{"role":"user","content":"?"}],"stream":true,"stream_options":{"include_usage":true}}"#
    );
    assert!(heard.head.contains("accept: text/event-stream"), "{}", heard.head);
}

#[tokio::test]
async fn stream_and_its_options_may_come_as_additional_fields() {
    let finish = chunk(r#"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#);
    let world = World::with(vec![stream(&[&finish, "[DONE]"])]).await;
    let input = json!({
        "model": "m", "messages": [{ "role": "user", "content": "?" }],
        "additional_fields": { "stream_options": { "include_usage": false }, "stream": true },
    });
    let output = world.call("create-chat-completion", input).await.unwrap();
    assert_eq!(output["choices"][0]["message"]["content"], "a");
    assert_eq!(
        world.body(),
        r#"{"model":"m","messages":[{"role":"user","content":"?"}],"stream_options":{"include_usage":false},"stream":true}"#
    );
}

#[tokio::test]
async fn a_stream_of_2024_becomes_the_completion() {
    let chunk = |text: &str, used: u64| {
        format!(
            r#"{{"id":"304e12ef","object":"chat.completion","created":1728511727,"model":"grok-beta","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":""}}],"usage":{{"prompt_tokens":24,"completion_tokens":{used},"total_tokens":{}}},"system_fingerprint":"fp_3813298403"}}"#,
            24 + used
        )
    };
    let run = chunks(&[&chunk("The ", 1), &chunk("answer", 2), "[DONE]"]).await;
    let expected = concat!(
        r#"{"id":"304e12ef","object":"chat.completion","created":1728511727,"model":"grok-beta","#,
        r#""choices":[{"index":0,"message":{"role":"assistant","content":"The answer"},"finish_reason":""}],"#,
        r#""usage":{"prompt_tokens":24,"completion_tokens":2,"total_tokens":26},"system_fingerprint":"fp_3813298403"}"#,
    );
    assert_eq!(run.output().to_string(), expected);
    assert_eq!(run.world.deltas(), json!([[0, { "content": "The " }], [0, { "content": "answer" }]]));

    let cut = chunks(&[&chunk("The ", 1)]).await;
    assert_eq!(cut.error().kind().code(), "network");
}

/// The tool calls that come out of these pieces.
async fn tool_calls(pieces: &[&str]) -> Value {
    let mut data: Vec<String> =
        pieces.iter().map(|piece| chunk(&format!(r#"{{"index":0,"delta":{{"tool_calls":[{piece}]}}}}"#))).collect();
    data.push(chunk(r#"{"index":0,"delta":{},"finish_reason":"tool_calls"}"#));
    data.push("[DONE]".to_owned());
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    let run = chunks(&data).await;
    let told: Vec<Value> =
        pieces.iter().map(|piece| json!([0, { "tool_call": serde_json::from_str::<Value>(piece).unwrap() }])).collect();
    assert_eq!(run.world.deltas(), json!(told));
    run.output()["choices"][0]["message"]["tool_calls"].clone()
}

#[tokio::test]
async fn tool_calls_come_whole_or_in_pieces() {
    let whole = r#"{"id":"call_1","function":{"name":"weather","arguments":"{\"at\":\"San Francisco\"}"},"index":0,"type":"function"}"#;
    let other = r#"{"id":"call_2","function":{"name":"time","arguments":"{}"},"index":1,"type":"function"}"#;
    let expected = json!([
        { "id": "call_1", "function": { "name": "weather", "arguments": "{\"at\":\"San Francisco\"}" }, "type": "function" },
        { "id": "call_2", "function": { "name": "time", "arguments": "{}" }, "type": "function" },
    ]);
    assert_eq!(tool_calls(&[whole, other]).await, expected);

    let in_pieces = [
        r#"{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":""}}"#,
        r#"{"index":0,"function":{"arguments":"{\"at\":"}}"#,
        r#"{"index":1,"id":"call_2","type":"function","function":{"name":"time","arguments":null}}"#,
        r#"{"index":0,"function":{"arguments":"\"San Francisco\"}"}}"#,
        r#"{"index":1,"id":null,"function":{"arguments":"{}"}}"#,
    ];
    assert_eq!(tool_calls(&in_pieces).await, expected);
}

#[tokio::test]
async fn tool_calls_are_told_apart_without_an_index() {
    let without_index = [
        r#"{"id":"a","type":"function","function":{"name":"x","arguments":"{"}}"#,
        r#"{"function":{"arguments":"}"}}"#,
        r#"{"id":"b","type":"function","function":{"name":"y","arguments":"{}"}}"#,
    ];
    let expected = json!([
        { "id": "a", "type": "function", "function": { "name": "x", "arguments": "{}" } },
        { "id": "b", "type": "function", "function": { "name": "y", "arguments": "{}" } },
    ]);
    assert_eq!(tool_calls(&without_index).await, expected);

    let all_zero = [
        r#"{"index":0,"id":"a","type":"function","function":{"name":"x","arguments":"{}"}}"#,
        r#"{"index":0,"id":"b","type":"function","function":{"name":"y","arguments":"{}"}}"#,
    ];
    assert_eq!(tool_calls(&all_zero).await, expected);

    let nameless = [r#"{"function":{"name":"x","arguments":"{}"}}"#, r#"{"function":{"name":"y","arguments":"{}"}}"#];
    let calls = tool_calls(&nameless).await;
    assert_eq!(calls.as_array().unwrap().len(), 2, "{calls}");
}

#[tokio::test]
async fn several_choices_are_kept_apart() {
    let run = chunks(&[
        &chunk(r#"{"index":1,"delta":{"role":"assistant","content":"b"}},{"index":0,"delta":{"content":"a"}}"#),
        &chunk(r#"{"index":0,"delta":{"content":"A"},"finish_reason":"stop","logprobs":{"content":[{"token":"a"}]}}"#),
        &chunk(r#"{"index":1,"delta":{},"finish_reason":"length","logprobs":null}"#),
        &chunk(r#"{"index":0,"logprobs":{"content":[{"token":"A"}]}}"#),
        "[DONE]",
    ])
    .await;
    let expected = json!([
        { "index": 0, "message": { "role": "assistant", "content": "aA" }, "finish_reason": "stop",
          "logprobs": { "content": [{ "token": "a" }, { "token": "A" }] } },
        { "index": 1, "message": { "role": "assistant", "content": "b" }, "finish_reason": "length" },
    ]);
    assert_eq!(run.output()["choices"], expected);
    assert_eq!(run.world.deltas(), json!([[1, { "content": "b" }], [0, { "content": "a" }], [0, { "content": "A" }]]));
}

#[tokio::test]
async fn comments_and_empty_events_are_no_pieces() {
    let finish = chunk(r#"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#);
    let body = format!(": ping\n\ndata:\n\ndata: {finish}\n\n: ping\n\ndata: [DONE]\n\n");
    let run = streamed(server::answer(200, "text/event-stream; charset=utf-8", &body)).await;
    assert_eq!(run.output()["choices"][0]["message"]["content"], "a");
}

#[tokio::test]
async fn a_finished_stream_need_not_say_done() {
    let finish = chunk(r#"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#);
    assert_eq!(chunks(&[&finish]).await.output()["choices"][0]["finish_reason"], "stop");

    let world = World::with(vec![stream(&[&finish])]).await;
    let input = json!({
        "model": "m", "messages": [{ "role": "user", "content": "?" }], "stream": true, "additional_fields": { "n": 2 },
    });
    let error = world.call("create-chat-completion", input).await.unwrap_err();
    assert_eq!(error.kind().code(), "network", "one of two choices is not the answer");
}

#[tokio::test]
async fn a_stream_that_is_cut_is_an_error() {
    let role = chunk(r#"{"index":0,"delta":{"role":"assistant"}}"#);
    let text = chunk(r#"{"index":0,"delta":{"content":"half an ans"}}"#);
    for (answer, evidence) in [
        (stream(&[]), "Unanswered"),
        (stream(&["[DONE]"]), "Unanswered"),
        (stream(&[&role]), "Unanswered"),
        (stream(&[USAGE, "[DONE]"]), "Unanswered"),
        (torn_stream(&[&role]), "Unanswered"),
        (stream(&[&text]), "Final"),
        (stream(&[&text, "[DONE]"]), "Final"),
        (torn_stream(&[&text]), "Final"),
    ] {
        let run = streamed(answer.clone()).await;
        let (kind, found, _) = verdict(run.error());
        assert_eq!((kind.as_str(), found.as_str()), ("network", evidence), "{answer}");
    }
}

#[tokio::test]
async fn a_failure_in_mid_stream_is_an_error() {
    let text = chunk(r#"{"index":0,"delta":{"content":"half an ans"}}"#);
    let failures = [
        r#"{"code":"The service is currently unavailable","error":"The model is currently at capacity due to high demand. Please retry your request."}"#,
        r#"{"error":{"message":"The model is currently at capacity due to high demand","type":"server_error","param":null,"code":null}}"#,
    ];
    for failure in failures {
        let early = chunks(&[failure]).await;
        assert_eq!(verdict(early.error()), ("unavailable".into(), "Failed".into(), String::new()));
        assert!(early.error().message().contains("currently at capacity"), "{}", early.error());

        let late = chunks(&[&text, failure]).await;
        assert_eq!(verdict(late.error()), ("unavailable".into(), "Final".into(), String::new()));
        assert_eq!(late.world.deltas(), json!([[0, { "content": "half an ans" }]]));
    }
    let named = server::answer(200, "text/event-stream", "event: error\ndata: upstream gone\n\n");
    let run = streamed(named).await;
    assert_eq!(run.error().kind().code(), "unavailable");
    assert!(run.error().message().ends_with("upstream gone"), "{}", run.error());
}

#[tokio::test]
async fn nonsense_in_a_stream_is_an_error() {
    for data in ["{", "7", r#"{"choices":{}}"#, r#"{"choices":[7]}"#, r#"{"choices":[{"delta":{"tool_calls":[7]}}]}"#] {
        let run = chunks(&[data, "[DONE]"]).await;
        assert_eq!(verdict(run.error()).0, "malformed_answer", "{data}");
    }
}

#[tokio::test]
async fn a_stream_has_no_endless_number_of_choices() {
    let many: Vec<String> = (0..2000).map(|index| format!(r#"{{"index":{index},"delta":{{"content":""}}}}"#)).collect();
    let run = chunks(&[&chunk(&many.join(",")), "[DONE]"]).await;
    assert_eq!(verdict(run.error()).0, "limit_exceeded");
}

#[tokio::test]
async fn a_whole_answer_in_place_of_a_stream_is_an_answer_too() {
    let whole = r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}"#;
    assert_eq!(streamed(server::json(200, whole)).await.output().to_string(), whole);

    let failure = r#"{"code":"The service is currently unavailable","error":"Timed out waiting for first token"}"#;
    let run = streamed(server::json(200, failure)).await;
    assert_eq!(verdict(run.error()), ("unavailable".into(), "Failed".into(), String::new()));
}

#[tokio::test]
async fn a_failure_before_the_first_piece_is_repeated_and_one_after_it_is_not() {
    let failure = r#"{"code":"The service is currently unavailable","error":"Timed out waiting for first token"}"#;
    let text = chunk(r#"{"index":0,"delta":{"content":"a"}}"#);
    let finish = chunk(r#"{"index":0,"delta":{},"finish_reason":"stop"}"#);
    let input = json!({ "model": "m", "messages": [{ "role": "user", "content": "?" }], "stream": true });

    let world = World::with(vec![server::json(200, failure), stream(&[&text, &finish, "[DONE]"])]).await.repeating();
    let output = world.call("create-chat-completion", input.clone()).await.unwrap();
    assert_eq!(output["choices"][0]["message"]["content"], "a");
    assert_eq!(world.heard().len(), 2);

    let world = World::with(vec![stream(&[&text]), stream(&[&text, &finish, "[DONE]"])]).await.repeating();
    world.call("create-chat-completion", input).await.unwrap_err();
    assert_eq!(world.heard().len(), 1);
}
