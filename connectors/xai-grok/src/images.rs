//! Images, as xAI answers them.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use connector_sdk::FileRef;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Images, as xAI answers them.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Images {
    /// The images, as many as were asked for.
    data: Vec<Image>,
    /// What they cost.
    usage: Option<Map<String, Value>>,
}

/// One image.
#[derive(Deserialize, JsonSchema)]
struct Image {
    /// Where the image can be fetched for a while.
    url: Option<String>,
    /// The image itself, where `response_format` is `b64_json`.
    file: Option<FileRef>,
    /// The prompt that the model made of the given one.
    revised_prompt: Option<String>,
    /// The media type.
    mime_type: Option<String>,
    /// False where moderation kept the image back.
    respect_moderation: Option<bool>,
}
