//! Create Response.

use connector_openai_wire::retired::warn;
use connector_openai_wire::{additional_fields, stream};
use connector_sdk::{About, Action, Context, Effect, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::connection::OpenAi;
use crate::responses::{Response, ResponseAssembly, ResponseInput};
use crate::retired;

/// Create Response.
pub(crate) struct CreateResponse;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The model to ask. They are listed [here](https://platform.openai.com/docs/models).
    #[schemars(title = "Model", length(min = 1), extend("x-options" = "select-model"))]
    model: String,
    /// What is asked: text, or a list of items such as messages and results of tools.
    #[schemars(title = "Input")]
    input: Verbatim<ResponseInput>,
    /// Instructions that the model keeps to.
    #[schemars(title = "Instructions")]
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<String>,
    /// The most tokens that the answer may have, those of the reasoning included.
    #[schemars(title = "Max Output Tokens", range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u64>,
    /// Whether OpenAI keeps the response, so that a later one can go on from it.
    #[schemars(title = "Store", extend("default" = true))]
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<bool>,
    /// Whether the answer is told piece by piece while it arrives.
    #[schemars(title = "Stream", extend("default" = false))]
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    /// Fields that are not among the inputs. See [OpenAI's API](https://platform.openai.com/docs/api-reference/responses/create).
    #[schemars(title = "Additional Fields")]
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_fields: Option<Map<String, Value>>,
}

#[async_trait]
impl Action for CreateResponse {
    type Connection = OpenAi;
    type Input = Input;
    type Output = Verbatim<Response>;

    fn about(&self) -> About {
        About::new("create-response", "Create Response", "Create a response using OpenAI's Responses API")
            .effect(Effect::Generate)
            .example(json!({
                "model": retired::LIVE,
                "input": "What is the answer to life and universe?",
                "instructions": "Answer in one sentence.",
                "store": false,
            }))
    }

    fn check(&self, input: &Input) -> Vec<Violation> {
        additional_fields::conflicts(input)
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        warn::<OpenAi>("/model", &input.model).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &OpenAi, input: Input) -> Result<Self::Output> {
        let body = additional_fields::body(&input)?;
        let assembly = ResponseAssembly::default();
        Verbatim::answer(stream::exchange(ctx, connection, "/responses", body, assembly).await?)
    }
}
