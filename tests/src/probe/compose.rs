//! An input of every shape, for the messages about wrong ones.

use std::collections::BTreeMap;

use connector_sdk::{About, Action, Context, Result, Verbatim, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Probe;

/// Takes an input of every shape and gives back how many messages it holds.
pub(super) struct Compose;

/// An input of every shape.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// Model name for the model to use. There is a list of them.
    #[schemars(title = "Model", length(min = 1))]
    #[expect(dead_code, reason = "only its schema matters")]
    model: String,
    /// A list of messages that make up the conversation.
    #[schemars(title = "Messages", length(min = 1))]
    messages: Verbatim<Vec<Message>>,
    /// The sampling temperature.
    #[schemars(title = "Temperature", range(min = 0.0, max = 2.0))]
    #[expect(dead_code, reason = "only its schema matters")]
    temperature: Option<f64>,
    /// How many tokens at most.
    #[schemars(title = "Max Tokens", range(min = 1))]
    #[expect(dead_code, reason = "only its schema matters")]
    max_tokens: Option<u32>,
    /// Whether pieces are handed on as they arrive.
    #[schemars(title = "Stream")]
    #[expect(dead_code, reason = "only its schema matters")]
    stream: Option<bool>,
    /// How much thought goes into it.
    #[schemars(title = "Effort")]
    #[expect(dead_code, reason = "only its schema matters")]
    effort: Option<Effort>,
    /// Texts at which the answer ends.
    #[schemars(title = "Stop", length(max = 4))]
    #[expect(dead_code, reason = "only its schema matters")]
    stop: Option<Vec<String>>,
    /// Notes of any name; each is a number.
    #[schemars(title = "Weights")]
    #[expect(dead_code, reason = "only its schema matters")]
    weights: Option<BTreeMap<String, i64>>,
}

/// How much thought goes into an answer.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Effort {
    Low,
    Medium,
    High,
}

/// A message, by who says it.
#[derive(JsonSchema)]
#[schemars(tag = "role", rename_all = "lowercase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema matters")]
enum Message {
    /// What the model is told beforehand.
    System {
        /// The text.
        content: String,
    },
    /// What the user says.
    User {
        /// Text, or text and pictures.
        content: Content,
        /// Who of several users it is.
        name: Option<String>,
    },
    /// What the model said.
    Assistant {
        /// The text.
        content: Option<String>,
    },
    /// What a tool gave.
    Tool {
        /// The text.
        content: String,
        /// The call that it answers.
        tool_call_id: String,
    },
}

/// Text, or a list of parts.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema matters")]
enum Content {
    /// Text alone.
    Text(String),
    /// Text and pictures.
    Parts(Vec<Part>),
}

/// A part of a message.
#[derive(JsonSchema)]
#[schemars(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema matters")]
enum Part {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// A picture.
    ImageUrl {
        /// Where it is.
        image_url: ImageUrl,
    },
}

/// Where a picture is.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema matters")]
struct ImageUrl {
    /// Its URL.
    url: String,
    /// How closely it is looked at.
    detail: Option<String>,
}

/// How many messages there were.
#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Their number.
    #[schemars(title = "Messages")]
    messages: usize,
}

#[async_trait]
impl Action for Compose {
    type Connection = Probe;
    type Input = Input;
    type Output = Output;

    fn about(&self) -> About {
        About::new("compose", "Compose", "Counts the messages of an input.").example(json!({
            "model": "large",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": [
                    { "type": "text", "text": "What is this?" },
                    { "type": "image_url", "image_url": { "url": "https://example.com/cat.jpg" } },
                ] },
            ],
            "temperature": 0,
            "max_tokens": 100,
            "stream": false,
            "effort": "low",
            "stop": ["END"],
            "weights": { "a/b": 1 },
        }))
    }

    async fn perform(&self, _: &Context, _: &Probe, input: Input) -> Result<Output> {
        Ok(Output { messages: input.messages.get().as_array().map_or(0, Vec::len) })
    }
}
