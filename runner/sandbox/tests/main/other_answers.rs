//! Completions, embeddings and tokens.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::document::assert_valid;
use crate::support::{Bench, json};

#[tokio::test]
async fn completions_answer_each_prompt() {
    let bench = Bench::start().await;
    let one = bench.good("/v1/completions", &json!({ "model": "grok-3", "prompt": "1, 2, 3, " })).await;
    assert_valid("SampleResponse", &one);
    assert_eq!(one["choices"][0]["finish_reason"], "stop");

    let request = json!({ "model": "grok-3", "prompt": ["a", "b"], "n": 2, "max_tokens": 1, "echo": true });
    let four = bench.good("/v1/completions", &request).await;
    assert_valid("SampleResponse", &four);
    let texts: Vec<_> =
        four["choices"].as_array().unwrap().iter().map(|choice| choice["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["aYou", "aYou", "bYou", "bYou"]);
    assert_eq!(four["choices"][3]["index"], 3);
    assert_eq!(four["choices"][0]["finish_reason"], "length");
}

#[tokio::test]
async fn completions_stream_their_text() {
    let bench = Bench::start().await;
    let request = json!({ "model": "grok-3", "prompt": "Hello" });
    let whole = bench.good("/v1/completions", &request).await;
    let streamed = json!({ "model": "grok-3", "prompt": "Hello", "stream": true });
    let mut events = bench.stream("/v1/completions", &streamed).await;
    assert_eq!(events.pop().as_deref(), Some("[DONE]"));
    let chunks: Vec<Value> = events.iter().map(|event| json(event)).collect();
    let text: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["text"].as_str()).collect();
    assert_eq!(whole["choices"][0]["text"], text);
    chunks.iter().for_each(|chunk| assert_valid("SampleResponse", chunk));
}

async fn embed(bench: &Bench, input: Value) -> Value {
    let body = bench.good("/v1/embeddings", &json!({ "model": "v1", "input": input, "dimensions": 64 })).await;
    assert_valid("EmbeddingResponse", &body);
    body
}

fn vector(body: &Value, index: usize) -> Vec<f64> {
    let numbers = body["data"][index]["embedding"].as_array().unwrap();
    numbers.iter().map(|number| number.as_f64().unwrap()).collect()
}

fn closeness(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[tokio::test]
async fn texts_that_share_words_lie_closer() {
    let bench = Bench::start().await;
    let texts = json!(["the red fox runs in the snow", "a red fox in the snow", "quarterly tax returns"]);
    let body = embed(&bench, texts).await;
    let [first, second, third] = [0, 1, 2].map(|index| vector(&body, index));
    assert_eq!(first.len(), 64);
    assert!((closeness(&first, &first) - 1.0).abs() < 1e-5);
    assert!(closeness(&first, &second) > closeness(&first, &third));
}

#[tokio::test]
async fn embeddings_take_every_form_of_input() {
    let bench = Bench::start().await;
    for (input, count) in [
        (json!("one"), 1),
        (json!([1, 2, 3]), 1),
        (json!([[1], [2, 3]]), 2),
        (json!({ "String": "one" }), 1),
        (json!({ "StringArray": ["one", "two"] }), 2),
    ] {
        assert_eq!(embed(&bench, input).await["data"].as_array().unwrap().len(), count);
    }
}

#[tokio::test]
async fn base64_holds_the_same_floats() {
    let bench = Bench::start().await;
    let floats = vector(&embed(&bench, json!("a fox")).await, 0);
    let request = json!({ "model": "v1", "input": "a fox", "dimensions": 64, "encoding_format": "base64" });
    let body = bench.good("/v1/embeddings", &request).await;
    assert_valid("EmbeddingResponse", &body);
    let bytes = base64::engine::general_purpose::STANDARD.decode(body["data"][0]["embedding"].as_str().unwrap());
    let decoded = bytes
        .unwrap()
        .chunks_exact(4)
        .map(|four| f64::from(f32::from_le_bytes(four.try_into().unwrap())))
        .collect::<Vec<_>>();
    assert_eq!(decoded, floats);
}

#[tokio::test]
async fn tokens_join_to_the_text_again() {
    let bench = Bench::start().await;
    let text = "Hello world! Grüße,\n  42 — 你好.";
    let body = bench.good("/v1/tokenize-text", &json!({ "model": "grok-4.7", "text": text })).await;
    assert_valid("TokenizeResponse", &body);
    let tokens = body["token_ids"].as_array().unwrap();
    let joined: String = tokens.iter().map(|token| token["string_token"].as_str().unwrap()).collect();
    assert_eq!(joined, text);
    let bytes: Vec<u8> = serde_json::from_value(tokens[0]["token_bytes"].clone()).unwrap();
    assert_eq!(bytes, b"Hello");
}
