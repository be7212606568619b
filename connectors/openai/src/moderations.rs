//! Moderations: what goes in, and what comes out.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A text, or a list of texts or of parts such as text and images.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(crate) enum ModerationInput {
    Text(String),
    Several(#[schemars(length(min = 1))] Vec<Value>),
}

/// What a moderation found.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Moderation {
    /// The moderation's id.
    id: Option<String>,
    /// The model that judged.
    model: Option<String>,
    /// A verdict for each text, or one for all parts.
    results: Vec<Verdict>,
}

/// What was found in one input.
#[derive(Deserialize, JsonSchema)]
struct Verdict {
    /// Whether anything was found.
    flagged: bool,
    /// Whether each category was found, such as `violence`.
    categories: Option<Map<String, Value>>,
    /// How likely each category is, from 0 to 1.
    category_scores: Option<Map<String, Value>>,
    /// In which kinds of input each category was looked for.
    category_applied_input_types: Option<Map<String, Value>>,
}
