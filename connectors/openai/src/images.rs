//! Images, as OpenAI answers them.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use connector_sdk::FileRef;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Images, as OpenAI answers them.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Images {
    /// When they were made, in seconds since 1970.
    created: Option<u64>,
    /// The images, as many as were asked for.
    data: Vec<Image>,
    /// The background: `transparent` or `opaque`.
    background: Option<String>,
    /// The format: `png`, `webp` or `jpeg`.
    output_format: Option<String>,
    /// The quality: `low`, `medium` or `high`.
    quality: Option<String>,
    /// Width and height, such as `1024x1024`.
    size: Option<String>,
    /// The tokens that were used.
    usage: Option<Map<String, Value>>,
}

/// One image.
#[derive(Deserialize, JsonSchema)]
struct Image {
    /// The image itself, where it came as base64, as newer models send it.
    file: Option<FileRef>,
    /// Where the image can be fetched for a while.
    url: Option<String>,
    /// The prompt that the model made of the given one.
    revised_prompt: Option<String>,
}
