use serde_json::{Value, json};

use crate::document::assert_valid;
use crate::support::{Bench, ask, json, with};

const PATH: &str = "/v1/chat/completions";

async fn chunks(bench: &Bench, request: &Value) -> Vec<Value> {
    let mut events = bench.stream(PATH, &with(request.clone(), &json!({ "stream": true }))).await;
    assert_eq!(events.pop().as_deref(), Some("[DONE]"));
    events.iter().map(|event| json(event)).collect()
}

fn joined(chunks: &[Value], field: &str) -> String {
    let deltas = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"][field].as_str());
    deltas.collect()
}

#[tokio::test]
async fn chunks_are_as_recorded_in_2026() {
    let bench = Bench::start().await;
    let request = ask("grok-4.7", "Hello");
    let chunks = chunks(&bench, &request).await;
    for chunk in &chunks {
        assert_valid("ChatResponseChunk", chunk);
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert!(chunk.get("usage").is_none());
    }
    let (last, others) = chunks.split_last().unwrap();
    assert_eq!(last["choices"], json!([{ "index": 0, "delta": {}, "finish_reason": "stop" }]));
    assert!(others.iter().all(|chunk| chunk["choices"][0].get("finish_reason").is_none()));
    assert_eq!(others[0]["choices"][0]["delta"], json!({ "reasoning_content": "First", "role": "assistant" }));
    assert!(others[1..].iter().all(|chunk| chunk["choices"][0]["delta"].get("role").is_none()));

    let whole = bench.chat(&request).await;
    let message = &whole["choices"][0]["message"];
    assert_eq!(joined(&chunks, "reasoning_content"), message["reasoning_content"].as_str().unwrap());
    assert_eq!(joined(&chunks, "content"), message["content"].as_str().unwrap());
}

#[tokio::test]
async fn usage_comes_last_and_only_if_asked_for() {
    let bench = Bench::start().await;
    let request = with(ask("grok-4.7", "Hello"), &json!({ "stream_options": { "include_usage": true } }));
    let chunks = chunks(&bench, &request).await;
    let last = chunks.last().unwrap();
    assert_valid("ChatResponseChunk", last);
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"], bench.chat(&ask("grok-4.7", "Hello")).await["usage"]);
    assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk.get("usage").is_none()));
}

#[tokio::test]
async fn a_tool_call_comes_whole_in_one_delta() {
    let bench = Bench::start().await;
    let tool = json!({ "type": "function", "function": { "name": "now", "parameters": { "type": "object" } } });
    let chunks = chunks(&bench, &with(ask("grok-3", "What time is it?"), &json!({ "tools": [tool] }))).await;
    assert_eq!(chunks.len(), 2);
    chunks.iter().for_each(|chunk| assert_valid("ChatResponseChunk", chunk));
    let delta = &chunks[0]["choices"][0]["delta"];
    assert_eq!(delta["role"], "assistant");
    let call = &delta["tool_calls"][0];
    assert_eq!(call["index"], 0);
    assert_eq!(call["type"], "function");
    assert_eq!(call["function"], json!({ "name": "now", "arguments": "{}" }));
    assert_eq!(chunks[1]["choices"][0]["finish_reason"], "tool_calls");
}

#[tokio::test]
async fn each_choice_has_its_own_chunks() {
    let bench = Bench::start().await;
    let chunks = chunks(&bench, &with(ask("grok-3", "Hello"), &json!({ "n": 2, "max_tokens": 1 }))).await;
    let seen: Vec<_> = chunks.iter().map(|chunk| chunk["choices"][0]["index"].as_u64().unwrap()).collect();
    assert_eq!(seen, [0, 0, 1, 1]);
}

/// The second curl example of xAI's first documentation, and the event that it shows.
#[tokio::test]
async fn grok_beta_streams_as_in_2024() {
    let bench = Bench::start().await;
    let request = json(
        r#"{
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
    "stream": true,
    "temperature": 0
  }"#,
    );
    let chunks = chunks(&bench, &request).await;
    let first = &chunks[0];
    let prompt = first["usage"]["prompt_tokens"].as_u64().unwrap();
    let expected = json!({
        "id": first["id"],
        "object": "chat.completion",
        "created": first["created"],
        "model": "grok-beta",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "The " }, "finish_reason": "" }],
        "usage": { "prompt_tokens": prompt, "completion_tokens": 1, "total_tokens": prompt + 1 },
        "system_fingerprint": "fp_3813298403",
    });
    assert_eq!(first, &expected);

    let said: Vec<_> = chunks.iter().map(|chunk| chunk["usage"]["completion_tokens"].as_u64().unwrap()).collect();
    assert!(said.is_sorted());
    let (last, others) = chunks.split_last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert!(others.iter().all(|chunk| chunk["choices"][0]["finish_reason"] == ""));

    let text: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["message"]["content"].as_str()).collect();
    let whole = bench.chat(&with(request, &json!({ "stream": false }))).await;
    assert_eq!(whole["choices"][0]["message"]["content"], text);
    assert_eq!(whole["usage"]["completion_tokens"], *said.last().unwrap());
}
