//! Chat, as far as OpenAI's differs: the roles of its messages, and what its completions say. Only what no completion lacks
//! is required; the rest is described.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use connector_openai_wire::chat::{Assistant, Choice, FunctionResult, Instructions, ToolResult, User};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A message of the conversation. Fields that are not named here are passed on.
#[derive(JsonSchema)]
#[schemars(tag = "role", rename_all = "lowercase")]
pub(crate) enum Message {
    Developer(Instructions),
    System(Instructions),
    User(User),
    Assistant(Assistant),
    Tool(ToolResult),
    Function(FunctionResult),
}

/// A chat completion.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ChatCompletion {
    /// The completion's id.
    id: Option<String>,
    /// `chat.completion`.
    object: Option<String>,
    /// When it was made, in seconds since 1970.
    created: Option<u64>,
    /// The model that answered.
    model: Option<String>,
    /// The answers, as many as were asked for.
    choices: Vec<Choice>,
    /// What it used.
    usage: Option<Usage>,
    /// The configuration of the model.
    system_fingerprint: Option<String>,
    /// The tier that served the request.
    service_tier: Option<String>,
}

/// Tokens.
#[derive(Deserialize, JsonSchema)]
struct Usage {
    /// Tokens of the prompt.
    prompt_tokens: Option<u64>,
    /// Tokens of the answer, with those of the reasoning.
    completion_tokens: Option<u64>,
    /// All tokens.
    total_tokens: Option<u64>,
    /// The prompt's tokens by kind, such as `cached_tokens`.
    prompt_tokens_details: Option<Map<String, Value>>,
    /// The answer's tokens by kind, such as `reasoning_tokens`.
    completion_tokens_details: Option<Map<String, Value>>,
}
