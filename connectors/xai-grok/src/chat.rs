//! Chat, as far as xAI's differs: the roles of its messages, and what its completions say. Only what no completion lacks
//! is required; the rest is described.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use connector_openai_wire::chat::{Assistant, Choice, FunctionResult, Instructions, ToolResult, User};
use connector_sdk::{Result, Verbatim};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A message of the conversation. Fields that are not named here are passed on.
#[derive(JsonSchema)]
#[schemars(tag = "role", rename_all = "lowercase")]
pub(crate) enum Message {
    System(Instructions),
    User(User),
    Assistant(Assistant),
    Tool(ToolResult),
    Function(FunctionResult),
}

/// A chat completion, or the receipt of one that was deferred, which has no choices yet.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("required" = []))]
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
    /// The sources that the model cites.
    citations: Option<Vec<Value>>,
    /// The tier that served the request.
    service_tier: Option<String>,
    /// Only with `deferred`: the id under which the completion can be fetched, once.
    request_id: Option<String>,
}

/// Tokens and money.
#[derive(Deserialize, JsonSchema)]
struct Usage {
    /// Tokens of the prompt.
    prompt_tokens: Option<u64>,
    /// Tokens of the answer, without those of the reasoning.
    completion_tokens: Option<u64>,
    /// All tokens, with those of the reasoning.
    total_tokens: Option<u64>,
    /// The prompt's tokens by kind.
    prompt_tokens_details: Option<Map<String, Value>>,
    /// The answer's tokens by kind, with those of the reasoning.
    completion_tokens_details: Option<Map<String, Value>>,
    /// How many sources were used.
    num_sources_used: Option<u64>,
    /// What it cost: ten thousand million ticks are one US dollar.
    cost_in_usd_ticks: Option<u64>,
}

impl ChatCompletion {
    /// The API's answer as an output.
    pub(crate) fn output(answer: Value) -> Result<Verbatim<Self>> {
        let is_receipt = answer.get("request_id").is_some() && answer.get("choices").is_none();
        if is_receipt { Ok(Verbatim::unchecked(answer)) } else { Verbatim::answer(answer) }
    }
}
