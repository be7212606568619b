//! Generate Image.

use connector_openai_wire::images::keep_as_files;
use connector_openai_wire::retired::warn;
use connector_openai_wire::{additional_fields, send};
use connector_sdk::{About, Action, Context, Effect, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::connection::XaiGrok;
use crate::images::Images;

/// Generate Image.
pub(crate) struct GenerateImage;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The text prompt to generate an image from.
    #[schemars(title = "Prompt", length(min = 1))]
    prompt: String,
    /// Model to be used.
    #[schemars(title = "Model", length(min = 1), extend("x-options" = "select-model"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Number of images to generate.
    #[schemars(title = "Number of Images", range(min = 1, max = 10))]
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u8>,
    /// Additional fields that are not supported by the action inputs. See [xAI API docs](https://docs.x.ai/docs/api-reference#image-generations) for possible values.
    #[schemars(title = "Additional Fields")]
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_fields: Option<Map<String, Value>>,
}

#[async_trait]
impl Action for GenerateImage {
    type Connection = XaiGrok;
    type Input = Input;
    type Output = Verbatim<Images>;

    fn about(&self) -> About {
        About::new("generate-image", "Generate Image", "Generate an image using xAI's image generation API")
            .effect(Effect::Generate)
            .example(json!({
                "prompt": "A cat in a tree",
                "model": "grok-imagine-image-2.0",
                "n": 1,
                "additional_fields": { "response_format": "b64_json" },
            }))
    }

    fn check(&self, input: &Input) -> Vec<Violation> {
        additional_fields::conflicts(input)
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        input.model.as_deref().and_then(|model| warn::<XaiGrok>("/model", model)).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &XaiGrok, input: Input) -> Result<Self::Output> {
        let fields = additional_fields::body(&input)?;
        let mut images = send(ctx, connection, "/images/generations", fields).await?;
        keep_as_files::<XaiGrok>(ctx, &mut images).await?;
        Verbatim::answer(images)
    }
}
