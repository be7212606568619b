//! Create Chat Completion.

use connector_openai_wire::additional_fields;
use connector_openai_wire::chat::{check_messages, complete};
use connector_openai_wire::retired::warn;
use connector_sdk::{About, Action, Context, Effect, Result, Verbatim, Violation, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use crate::chat::{ChatCompletion, Message};
use crate::connection::XaiGrok;
use crate::retired;

/// Create Chat Completion.
pub(crate) struct CreateChatCompletion;

/// What it takes.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Model name for the model to use. Obtainable [here](https://docs.x.ai/docs/models).
    #[schemars(title = "Model", length(min = 1), extend("x-options" = "select-model"))]
    model: String,
    /// A list of messages that make up the the chat conversation. Different models support different message types, such as image and text.
    #[schemars(title = "Messages", length(min = 1))]
    messages: Vec<Verbatim<Message>>,
    /// What sampling temperature to use, between 0 and 2. Higher values like 0.8 will make the output more random, while lower values like 0.2 will make it more focused and deterministic.
    #[schemars(title = "Temperature", range(min = 0, max = 2), extend("default" = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    /// An alternative to sampling with `Temperature`, called nucleus sampling, where the model considers the results of the tokens with `Top P` probability mass. It is generally recommended to alter this or `Temperature` but not both.
    #[schemars(title = "Top P", range(min = 0, max = 1), extend("default" = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<Number>,
    /// If set, partial message deltas will be sent.
    #[schemars(title = "Stream", extend("default" = false))]
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    /// Additional fields that are not supported by the action inputs. See [xAI API docs](https://docs.x.ai/docs/api-reference#chat-completions) for possible values.
    #[schemars(title = "Additional Fields")]
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_fields: Option<Map<String, Value>>,
}

#[async_trait]
impl Action for CreateChatCompletion {
    type Connection = XaiGrok;
    type Input = Input;
    type Output = Verbatim<ChatCompletion>;

    fn about(&self) -> About {
        About::new("create-chat-completion", "Create Chat Completion", "Create a chat completion using xAI Grok")
            .effect(Effect::Generate)
            .example(json!({
                "model": retired::LIVE,
                "messages": [
                    { "role": "system", "content": "Answer in one sentence." },
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
        warn::<XaiGrok>("/model", &input.model).into_iter().collect()
    }

    async fn perform(&self, ctx: &Context, connection: &XaiGrok, input: Input) -> Result<Self::Output> {
        let body = additional_fields::body(&input)?;
        ChatCompletion::output(complete(ctx, connection, body).await?)
    }
}
