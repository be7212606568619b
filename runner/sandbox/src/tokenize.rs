//! `POST /v1/tokenize-text`. Tokens are words and marks; their ids are hashes.

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::models::{LANGUAGE_MODELS, fit};
use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::words;

/// The size of the vocabulary that the ids pretend to come from.
const VOCABULARY: u64 = 131_072;

#[derive(Deserialize)]
pub(crate) struct TokenizeRequest {
    model: String,
    text: String,
}

pub(crate) async fn create(Json(request): Json<TokenizeRequest>) -> Result<Json<Value>, Refusal> {
    fit(&LANGUAGE_MODELS, &request.model, "tokenization")?;
    let tokens: Vec<_> = words::tokens(&request.text)
        .into_iter()
        .map(|token| {
            json!({
                "token_id": Seed::of(&[token.as_bytes()]).number() % VOCABULARY,
                "string_token": token,
                "token_bytes": token.as_bytes(),
            })
        })
        .collect();
    Ok(Json(json!({ "token_ids": tokens })))
}
