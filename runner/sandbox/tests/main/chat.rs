use serde_json::{Value, json};

use crate::document::assert_valid;
use crate::support::{Bench, ask, with};

const PATH: &str = "/v1/chat/completions";

/// The body of the first curl example of xAI's first documentation.
const CURL: &str = r#"{
      "messages": [
        {
          "role": "system",
          "content": "You are Grok, a chatbot inspired by the Hitchhikers Guide to the Galaxy."
        },
        {
          "role": "user",
          "content": "What is the answer to life and universe?"
        }
      ],
      "model": "grok-beta",
      "stream": false,
      "temperature": 0
    }"#;

fn weather() -> Value {
    json!({ "type": "function", "function": { "name": "weather", "parameters": {
        "type": "object",
        "properties": { "city": { "type": "string" }, "days": { "type": "integer", "minimum": 1 } },
        "required": ["city", "days"],
    } } })
}

#[tokio::test]
async fn the_first_curl_example_answers_42() {
    let bench = Bench::start().await;
    let body = bench.chat(&serde_json::from_str(CURL).unwrap()).await;
    assert_valid("ChatResponse", &body);
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["model"], "grok-beta");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert!(body["choices"][0]["message"]["content"].as_str().unwrap().contains("**42**"));
}

#[tokio::test]
async fn the_answer_quotes_the_question_and_names_the_served_model() {
    let bench = Bench::start().await;
    let body = bench.chat(&ask("grok-3-fast-latest", "Is it raining?")).await;
    assert_valid("ChatResponse", &body);
    assert_eq!(body["model"], "grok-3-fast");
    let content = body["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(content.contains("\"Is it raining?\""), "{content}");
}

#[tokio::test]
async fn a_reasoning_model_thinks_and_the_total_counts_it() {
    let bench = Bench::start().await;
    let body = bench.chat(&ask("grok-4.7", "Hello")).await;
    assert_valid("ChatResponse", &body);
    assert!(body["choices"][0]["message"]["reasoning_content"].as_str().unwrap().starts_with("First, the user"));
    let number = |pointer: &str| body["usage"].pointer(pointer).and_then(Value::as_u64).unwrap();
    let reasoning = number("/completion_tokens_details/reasoning_tokens");
    assert!(reasoning > 0);
    assert_eq!(number("/total_tokens"), number("/prompt_tokens") + number("/completion_tokens") + reasoning);
    assert_eq!(
        number("/cost_in_usd_ticks"),
        number("/prompt_tokens") * 20_000 + (number("/completion_tokens") + reasoning) * 60_000
    );
}

#[tokio::test]
async fn effort_none_switches_reasoning_off_where_it_may() {
    let bench = Bench::start().await;
    let body = bench.chat(&with(ask("grok-4.3", "Hello"), &json!({ "reasoning_effort": "none" }))).await;
    assert_valid("ChatResponse", &body);
    assert!(body["choices"][0]["message"].get("reasoning_content").is_none());
    assert_eq!(body["usage"]["completion_tokens_details"]["reasoning_tokens"], 0);
}

#[tokio::test]
async fn a_tool_is_called_after_the_user_and_not_after_the_tool() {
    let bench = Bench::start().await;
    let request = with(ask("grok-4.7", "Weather in Rome?"), &json!({ "tools": [weather()] }));
    let body = bench.chat(&request).await;
    assert_valid("ChatResponse", &body);
    assert_eq!(body["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(body["choices"][0]["message"]["content"], "");
    let call = body["choices"][0]["message"]["tool_calls"][0].clone();
    assert_eq!(call["function"]["name"], "weather");
    let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({ "city": "sandbox", "days": 1 }));

    let answered = with(
        request,
        &json!({ "messages": [
        { "role": "user", "content": "Weather in Rome?" },
        { "role": "assistant", "content": null, "tool_calls": [call] },
        { "role": "tool", "tool_call_id": call["id"], "content": "21 degrees" },
    ] }),
    );
    let body = bench.chat(&answered).await;
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert!(body["choices"][0]["message"]["content"].as_str().unwrap().contains("21 degrees"));
}

#[tokio::test]
async fn tool_choice_is_obeyed() {
    let bench = Bench::start().await;
    let mut other = weather();
    other["function"]["name"] = json!("tides");
    let request = with(ask("grok-3", "Hello"), &json!({ "tools": [weather(), other] }));
    for (choice, name) in [
        (json!("auto"), Some("weather")),
        (json!("required"), Some("weather")),
        (json!({ "type": "function", "function": { "name": "tides" } }), Some("tides")),
        (json!("none"), None),
    ] {
        let body = bench.chat(&with(request.clone(), &json!({ "tool_choice": choice }))).await;
        let called = body["choices"][0]["message"]["tool_calls"][0]["function"]["name"].as_str();
        assert_eq!(called, name, "{choice}");
    }
}

#[tokio::test]
async fn a_json_schema_is_answered_with_an_instance_of_it() {
    let bench = Bench::start().await;
    let schema = json!({
        "type": "object",
        "properties": {
            "kind": { "enum": ["bug", "question"] },
            "score": { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
            "tags": { "type": "array", "items": { "$ref": "#/$defs/tag" }, "minItems": 2 },
            "when": { "type": "string", "format": "date" },
            "maybe": { "anyOf": [{ "type": "null" }, { "type": "string" }] },
            "both": { "allOf": [
                { "type": "object", "properties": { "a": { "type": "boolean" } }, "required": ["a"] },
                { "type": "object", "properties": { "b": { "type": "integer" } }, "required": ["b"] },
            ] },
        },
        "required": ["kind", "score", "tags", "when", "maybe", "both"],
        "additionalProperties": false,
        "$defs": { "tag": { "type": "string", "minLength": 9 } },
    });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "t", "schema": schema, "strict": true } });
    let body = bench.chat(&with(ask("grok-4.3", "Sort it"), &json!({ "response_format": format }))).await;
    assert_valid("ChatResponse", &body);
    let content: Value = serde_json::from_str(body["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&content), "{content:#}");
}

#[tokio::test]
async fn a_schema_without_an_end_gets_an_answer() {
    let bench = Bench::start().await;
    let node = json!({ "type": "object", "properties": {
        "left": { "$ref": "#" }, "right": { "$ref": "#" }, "many": { "type": "array", "items": { "$ref": "#" }, "minItems": 999 },
    }, "required": ["left", "right", "many"] });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "t", "schema": node } });
    let body = bench.chat(&with(ask("grok-3", "Grow"), &json!({ "response_format": format }))).await;
    assert_valid("ChatResponse", &body);
}

#[tokio::test]
async fn a_json_object_is_answered_with_one() {
    let bench = Bench::start().await;
    let request = with(ask("grok-3", "Hello"), &json!({ "response_format": { "type": "json_object" } }));
    let body = bench.chat(&request).await;
    let content: Value = serde_json::from_str(body["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    assert!(content["answer"].as_str().unwrap().contains("Hello"));
}

#[tokio::test]
async fn choices_bounds_and_stops_are_honoured() {
    let bench = Bench::start().await;
    let body = bench.chat(&with(ask("grok-3", "Hello"), &json!({ "n": 3, "max_tokens": 2 }))).await;
    assert_valid("ChatResponse", &body);
    let choices = body["choices"].as_array().unwrap();
    assert_eq!(choices.iter().map(|choice| &choice["index"]).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(choices.iter().all(|choice| choice["finish_reason"] == "length"));
    assert_eq!(choices[0]["message"]["content"], "You said");
    assert_eq!(body["usage"]["completion_tokens"], 6);

    let body = bench.chat(&with(ask("grok-3", "Hello"), &json!({ "stop": ["nowhere", " said"] }))).await;
    assert_eq!(body["choices"][0]["message"]["content"], "You");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
}

#[tokio::test]
async fn pictures_and_parts_are_taken_by_a_model_that_sees() {
    let bench = Bench::start().await;
    let body = bench
        .chat(&json!({ "model": "grok-4.7", "messages": [{ "role": "user", "content": [
            { "type": "text", "text": "What is this?" },
            { "type": "image_url", "image_url": { "url": "https://example.com/a.png", "detail": "low" } },
        ] }] }))
        .await;
    assert_valid("ChatResponse", &body);
    assert_eq!(body["usage"]["prompt_tokens_details"]["image_tokens"], 256);
}

#[tokio::test]
async fn a_deferred_completion_is_pending_then_there_then_gone() {
    let bench = Bench::start().await;
    let request = with(ask("grok-4.7", "Hello"), &json!({ "deferred": true }));
    let started = bench.chat(&request).await;
    assert_valid("StartDeferredChatResponse", &started);
    let path = format!("/v1/chat/deferred-completion/{}", started["request_id"].as_str().unwrap());

    let pending = bench.get(&path).await;
    assert_eq!((pending.status.as_u16(), pending.text.as_str()), (202, ""));
    let there = bench.get(&path).await;
    assert_eq!(there.status, 200);
    assert_valid("ChatResponse", &there.json());
    assert_eq!(bench.get(&path).await.status, 404);
    assert_ne!(bench.chat(&request).await["request_id"], started["request_id"]);
}

#[tokio::test]
async fn the_same_request_gets_the_same_bytes_and_another_gets_others() {
    let bench = Bench::start().await;
    for fields in [json!({}), json!({ "stream": true }), json!({ "tools": [weather()] })] {
        let request = with(ask("grok-4.7", "Hello"), &fields);
        let (first, second) = (bench.post(PATH, &request).await, bench.post(PATH, &request).await);
        assert_eq!(first.text, second.text);
        assert_ne!(first.headers["x-request-id"], second.headers["x-request-id"]);
        let elsewhere = Bench::start().await.post(PATH, &request).await;
        assert_eq!(first.text, elsewhere.text);
    }
    let other = bench.chat(&ask("grok-4.7", "Hello!")).await;
    assert_ne!(bench.chat(&ask("grok-4.7", "Hello")).await["id"], other["id"]);
}
