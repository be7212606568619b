//! A message, as xAI answers it. Only what no message lacks is required; the rest is described.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What the model says.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct MessageAnswer {
    /// The message's id.
    id: Option<String>,
    /// `message`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// `assistant`.
    role: Option<String>,
    /// The blocks of the answer.
    content: Vec<Block>,
    /// The model that answered.
    model: Option<String>,
    /// Why the model stopped: `end_turn`, `max_tokens`, `stop_sequence` or `tool_use`.
    stop_reason: Option<String>,
    /// The sequence that made it stop, if one did.
    stop_sequence: Option<String>,
    /// What it used.
    usage: Option<Usage>,
}

/// A block of the answer. Which fields it has depends on its type.
#[derive(Deserialize, JsonSchema)]
struct Block {
    /// `text`, `thinking`, `redacted_thinking` or `tool_use`.
    #[serde(rename = "type")]
    kind: String,
    /// Of a text: the text.
    text: Option<String>,
    /// Of thinking: the reasoning.
    thinking: Option<String>,
    /// Of a tool call: the id that the result names.
    id: Option<String>,
    /// Of a tool call: the tool's name.
    name: Option<String>,
    /// Of a tool call: the arguments.
    input: Option<Map<String, Value>>,
}

/// Tokens.
#[derive(Deserialize, JsonSchema)]
struct Usage {
    /// Tokens of the prompt.
    input_tokens: Option<u64>,
    /// Tokens that were put into the cache.
    cache_creation_input_tokens: Option<u64>,
    /// Tokens that came out of the cache.
    cache_read_input_tokens: Option<u64>,
    /// Tokens of the answer.
    output_tokens: Option<u64>,
}
