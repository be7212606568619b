//! Create Chat Completion.

use connector_openai_wire::additional_fields;
use connector_openai_wire::chat::{check_messages, complete};
use connector_openai_wire::retired::warn;
use connector_sdk::{About, Action, Context, Effect, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use crate::chat::{ChatCompletion, Message};
use crate::connection::OpenAi;
use crate::retired;

/// Create Chat Completion.
pub(crate) struct CreateChatCompletion;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The model to ask. They are listed [here](https://platform.openai.com/docs/models).
    #[schemars(title = "Model", length(min = 1), extend("x-options" = "select-model"))]
    model: String,
    /// The conversation so far.
    #[schemars(title = "Messages", length(min = 1))]
    messages: Vec<Verbatim<Message>>,
    /// How freely the model chooses its words, from 0 to 2. Models that reason take only the default.
    #[schemars(title = "Temperature", range(min = 0, max = 2), extend("default" = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    /// The share of likely words among which the model chooses, from 0 to 1. Change this or Temperature, not both.
    #[schemars(title = "Top P", range(min = 0, max = 1), extend("default" = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<Number>,
    /// The most tokens that the answer may have, those of the reasoning included.
    #[schemars(title = "Max Completion Tokens", range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u64>,
    /// Whether the answer is told piece by piece while it arrives.
    #[schemars(title = "Stream", extend("default" = false))]
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    /// Fields that are not among the inputs. See [OpenAI's API](https://platform.openai.com/docs/api-reference/chat/create).
    #[schemars(title = "Additional Fields")]
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_fields: Option<Map<String, Value>>,
}

#[async_trait]
impl Action for CreateChatCompletion {
    type Connection = OpenAi;
    type Input = Input;
    type Output = Verbatim<ChatCompletion>;

    fn about(&self) -> About {
        About::new("create-chat-completion", "Create Chat Completion", "Create a chat completion using OpenAI")
            .effect(Effect::Generate)
            .example(json!({
                "model": retired::LIVE,
                "messages": [
                    { "role": "developer", "content": "Answer in one sentence." },
                    { "role": "user", "content": "What is the answer to life and universe?" },
                ],
            }))
    }

    fn check(&self, input: &Input) -> Vec<Violation> {
        let mut found = check_messages(&input.messages);
        found.extend(additional_fields::conflicts(input));
        found
    }

    fn warn(&self, input: &Input) -> Vec<Violation> {
        warn::<OpenAi>("/model", &input.model).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &OpenAi, input: Input) -> Result<Self::Output> {
        let body = additional_fields::body(&input)?;
        Verbatim::answer(complete(ctx, connection, body).await?)
    }
}
