//! Create Moderation.

use connector_openai_wire::retired::warn;
use connector_openai_wire::{additional_fields, send};
use connector_sdk::{About, Action, Context, Effect, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::connection::OpenAi;
use crate::moderations::{Moderation, ModerationInput};

/// Create Moderation.
pub(crate) struct CreateModeration;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// What to judge: a text, a list of texts, or a list of parts such as text and images.
    #[schemars(title = "Input")]
    input: Verbatim<ModerationInput>,
    /// The model that judges.
    #[schemars(title = "Model", length(min = 1))]
    #[schemars(extend("default" = "omni-moderation-latest", "x-options" = "select-model"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
}

#[async_trait]
impl Action for CreateModeration {
    type Connection = OpenAi;
    type Input = Input;
    type Output = Verbatim<Moderation>;

    fn about(&self) -> About {
        About::new("create-moderation", "Create Moderation", "Judge whether texts or images may be harmful")
            .effect(Effect::Generate)
            .example(json!({ "input": "A cat in a tree" }))
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        input.model.as_deref().and_then(|model| warn::<OpenAi>("/model", model)).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &OpenAi, input: Input) -> Result<Self::Output> {
        let fields = additional_fields::body(&input)?;
        Verbatim::answer(send(ctx, connection, "/moderations", fields).await?)
    }
}
