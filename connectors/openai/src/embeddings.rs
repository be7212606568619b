//! Embeddings: what goes in, and what comes out.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// A text, or a list of texts or of tokens.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(crate) enum EmbeddingInput {
    Text(#[schemars(length(min = 1))] String),
    Several(#[schemars(length(min = 1, max = 2048))] Vec<Value>),
}

/// Embeddings, one for each text.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Embeddings {
    /// `list`.
    object: Option<String>,
    /// The embeddings, in the order of the texts.
    data: Vec<Embedding>,
    /// The model that made them.
    model: Option<String>,
    /// What it used.
    usage: Option<Usage>,
}

/// The embedding of one text.
#[derive(Deserialize, JsonSchema)]
struct Embedding {
    /// `embedding`.
    object: Option<String>,
    /// The number of the text, from 0.
    index: Option<u64>,
    /// The vector: a list of numbers, or base64 where `encoding_format` asks for it.
    embedding: Value,
}

/// Tokens.
#[derive(Deserialize, JsonSchema)]
struct Usage {
    /// Tokens of the texts.
    prompt_tokens: Option<u64>,
    /// The same.
    total_tokens: Option<u64>,
}
