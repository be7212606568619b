//! `POST /v1/embeddings`. A vector is made of the text's words, so texts that share words lie close together.

use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::models::{EMBEDDING_MODELS, fit};
use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::words;

const DIMENSIONS: i64 = 256;
const MOST_DIMENSIONS: i64 = 4_096;
const MOST_INPUTS: usize = 2_048;

#[derive(Deserialize)]
pub(crate) struct EmbeddingRequest {
    input: Value,
    model: String,
    dimensions: Option<i64>,
    encoding_format: Option<String>,
}

pub(crate) async fn create(Json(request): Json<EmbeddingRequest>) -> Result<Json<Value>, Refusal> {
    let model = fit(&EMBEDDING_MODELS, &request.model, "embeddings")?;
    let inputs = texts(&request.input).filter(|inputs| (1..=MOST_INPUTS).contains(&inputs.len()));
    let inputs = inputs.ok_or_else(|| {
        Refusal::invalid("Invalid request content: input must be a text, a list of texts, or tokens, and not empty.")
    })?;
    let dimensions = request.dimensions.unwrap_or(DIMENSIONS);
    if !(1..=MOST_DIMENSIONS).contains(&dimensions) {
        return Err(Refusal::invalid("Invalid request content: dimensions must be between 1 and 4096."));
    }
    let encode = encoding(request.encoding_format.as_deref())?;
    let data: Vec<_> = inputs
        .iter()
        .enumerate()
        .map(|(index, input)| {
            json!({ "index": index, "embedding": encode(&vector(input, dimensions as usize)), "object": "embedding" })
        })
        .collect();
    let tokens: usize = inputs.iter().map(Vec::len).sum();
    let usage = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    Ok(Json(json!({ "object": "list", "model": model.id, "data": data, "usage": usage })))
}

/// The inputs as lists of tokens. Beside what clients send, a text, texts, numbers or lists of numbers, this takes
/// the same wrapped in the kind's name, as xAI's own document has it: `{"StringArray": […]}`.
pub(crate) fn texts(input: &Value) -> Option<Vec<Vec<String>>> {
    match input {
        Value::String(text) => Some(vec![of_text(text)?]),
        Value::Array(items) if items.first()?.is_number() => Some(vec![of_numbers(items)?]),
        Value::Array(items) => items.iter().map(of_item).collect(),
        Value::Object(wrapped) => ["String", "StringArray", "Ints", "IntsArray"]
            .iter()
            .find_map(|kind| wrapped.get(*kind))
            .filter(|inner| !inner.is_object())
            .and_then(texts),
        _ => None,
    }
}

fn of_item(item: &Value) -> Option<Vec<String>> {
    match item {
        Value::String(text) => of_text(text),
        Value::Array(numbers) => of_numbers(numbers),
        _ => None,
    }
}

fn of_text(text: &str) -> Option<Vec<String>> {
    let words: Vec<_> = words::tokens(text).iter().map(|word| word.trim().to_lowercase()).collect();
    (!words.is_empty()).then_some(words)
}

fn of_numbers(numbers: &[Value]) -> Option<Vec<String>> {
    let tokens: Option<Vec<_>> = numbers.iter().map(|number| number.as_i64().map(|n| n.to_string())).collect();
    tokens.filter(|tokens| !tokens.is_empty())
}

/// Each word adds to one place or takes from it; the sum is brought to length one.
pub(crate) fn vector(words: &[String], dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0f32; dimensions];
    for word in words {
        let number = Seed::of(&[word.as_bytes()]).number() as usize;
        let sign = if number & 1 == 0 { 1.0 } else { -1.0 };
        vector[(number >> 1) % dimensions] += sign;
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}

fn encoding(format: Option<&str>) -> Result<fn(&[f32]) -> Value, Refusal> {
    let unknown = || Refusal::invalid("Invalid request content: encoding_format must be float or base64.");
    encoder(format).ok_or_else(unknown)
}

/// How a vector is written in a format, if that is one.
pub(crate) fn encoder(format: Option<&str>) -> Option<fn(&[f32]) -> Value> {
    match format {
        None | Some("float") => Some(|vector| json!(vector)),
        Some("base64") => Some(|vector| {
            let bytes: Vec<_> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
            json!(STANDARD.encode(bytes))
        }),
        Some(_) => None,
    }
}
