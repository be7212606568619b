//! `POST /v1/embeddings`, of the same vectors as xAI's.

use axum::Json;
use axum::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::models::EMBEDDING_MODELS;
use super::{Refusal, read};
use crate::embeddings::{encoder, texts, vector};

const MOST_INPUTS: usize = 2_048;

#[derive(Deserialize)]
struct EmbeddingRequest {
    input: Option<Value>,
    model: Option<String>,
    dimensions: Option<i64>,
    encoding_format: Option<String>,
}

pub(super) async fn create(body: Bytes) -> Result<Json<Value>, Refusal> {
    let request: EmbeddingRequest = read(&body)?;
    let name = request.model.ok_or_else(Refusal::no_model)?;
    let model = EMBEDDING_MODELS.iter().find(|(id, _)| *id == name).ok_or_else(|| Refusal::unknown_model(&name))?;
    let input = request.input.ok_or_else(|| Refusal::missing("input"))?;
    let inputs = texts(&input).filter(|inputs| (1..=MOST_INPUTS).contains(&inputs.len()));
    let inputs = inputs.ok_or_else(|| Refusal::invalid("'$.input' is invalid. Please check the API reference."))?;
    let dimensions = request.dimensions.unwrap_or(model.1);
    if !(1..=model.1).contains(&dimensions) {
        return Err(Refusal::out_of_range("dimensions", &format!("between 1 and {}", model.1)));
    }
    let encode = encoder(request.encoding_format.as_deref())
        .ok_or_else(|| Refusal::invalid_value("encoding_format", "", "'float' and 'base64'"))?;
    let embedding = |(index, input): (usize, &Vec<String>)| json!({ "object": "embedding", "index": index, "embedding": encode(&vector(input, dimensions as usize)) });
    let data: Vec<_> = inputs.iter().enumerate().map(embedding).collect();
    let tokens: usize = inputs.iter().map(Vec::len).sum();
    let usage = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    Ok(Json(json!({ "object": "list", "data": data, "model": name, "usage": usage })))
}
