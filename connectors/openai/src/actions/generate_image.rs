//! Generate Image.

use connector_openai_wire::images::keep_as_files;
use connector_openai_wire::retired::warn;
use connector_openai_wire::{additional_fields, send, stream};
use connector_sdk::{About, Action, Context, Effect, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::connection::OpenAi;
use crate::images::Images;

/// Generate Image.
pub(crate) struct GenerateImage;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// What to draw.
    #[schemars(title = "Prompt", length(min = 1))]
    prompt: String,
    /// The model that draws.
    #[schemars(title = "Model", length(min = 1), extend("x-options" = "select-model"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// How many images to draw.
    #[schemars(title = "Number of Images", range(min = 1, max = 10))]
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u8>,
    /// Width and height, such as 1024x1024, or auto.
    #[schemars(title = "Size", length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<String>,
    /// How carefully to draw, such as low, medium or high.
    #[schemars(title = "Quality", length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<String>,
    /// Fields that are not among the inputs. See [OpenAI's API](https://platform.openai.com/docs/api-reference/images/create).
    #[schemars(title = "Additional Fields")]
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_fields: Option<Map<String, Value>>,
}

#[async_trait]
impl Action for GenerateImage {
    type Connection = OpenAi;
    type Input = Input;
    type Output = Verbatim<Images>;

    fn about(&self) -> About {
        About::new("generate-image", "Generate Image", "Generate an image using OpenAI's image models")
            .effect(Effect::Generate)
            .example(json!({
                "prompt": "A cat in a tree",
                "model": "gpt-image-2",
                "n": 1,
                "size": "1024x1024",
                "quality": "low",
            }))
    }

    fn check(&self, input: &Input) -> Vec<Violation> {
        let mut found = additional_fields::conflicts(input);
        if input.additional_fields.as_ref().is_some_and(stream::asks_for_stream) {
            let message =
                "is not for this action, which gives back whole images; a Raw Request gives the events as text";
            found.push(Violation::new("/additional_fields/stream", "unsupported", message));
        }
        found
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        input.model.as_deref().and_then(|model| warn::<OpenAi>("/model", model)).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &OpenAi, input: Input) -> Result<Self::Output> {
        let fields = additional_fields::body(&input)?;
        let mut images = send(ctx, connection, "/images/generations", fields).await?;
        keep_as_files::<OpenAi>(ctx, &mut images).await?;
        Verbatim::answer(images)
    }
}
