//! Create Message.

use connector_openai_wire::retired::warn;
use connector_openai_wire::{additional_fields, stream};
use connector_sdk::{About, Action, Context, Effect, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::connection::XaiGrok;
use crate::messages::{Message, MessageAnswer, MessageAssembly};
use crate::retired;

/// What is sent where nobody says how many.
const MAX_TOKENS: u64 = 100;

/// Create Message.
pub(crate) struct CreateMessage;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Input messages. See [xAI API docs](https://docs.x.ai/docs/api-reference#messages-anthropic-compatible) for possible values.
    #[schemars(title = "Messages", length(min = 1))]
    messages: Vec<Verbatim<Message>>,
    /// Model name for the model to use. Obtainable [here](https://docs.x.ai/docs/models).
    #[schemars(title = "Model", length(min = 1))]
    #[schemars(extend("default" = retired::MESSAGE_DEFAULT, "x-options" = "select-model"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// The maximum number of tokens to generate before stopping. The model may stop before the max_tokens when it reaches the stop sequence.
    #[schemars(title = "Max Tokens", range(min = 1), extend("default" = MAX_TOKENS))]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    /// Additional fields that are not supported by the action inputs. See [xAI API docs](https://docs.x.ai/docs/api-reference#messages-anthropic-compatible) for possible values.
    #[schemars(title = "Additional Fields")]
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_fields: Option<Map<String, Value>>,
}

#[async_trait]
impl Action for CreateMessage {
    type Connection = XaiGrok;
    type Input = Input;
    type Output = Verbatim<MessageAnswer>;

    fn about(&self) -> About {
        let description = "Create a message using the Anthropic-compatible messages API endpoint";
        About::new("create-message", "Create Message", description).effect(Effect::Generate).example(json!({
            "messages": [{ "role": "user", "content": "What is the answer to life and universe?" }],
            "model": retired::LIVE,
            "max_tokens": 100,
        }))
    }

    fn check(&self, input: &Input) -> Vec<Violation> {
        additional_fields::conflicts(input)
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        let additional = input.additional_fields.as_ref().and_then(|fields| fields.get("model")?.as_str());
        let model = input.model.as_deref().or(additional).unwrap_or(retired::MESSAGE_DEFAULT);
        warn::<XaiGrok>("/model", model).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &XaiGrok, input: Input) -> Result<Self::Output> {
        let mut body = additional_fields::body(&input)?;
        // The API requires both, so these defaults are sent, unless the additional fields give them.
        body.entry("model").or_insert_with(|| retired::MESSAGE_DEFAULT.into());
        body.entry("max_tokens").or_insert_with(|| MAX_TOKENS.into());
        let assembly = MessageAssembly::default();
        Verbatim::answer(stream::exchange(ctx, connection, "/messages", body, assembly).await?)
    }
}
