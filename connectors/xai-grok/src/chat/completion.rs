//! A chat completion, as xAI answers it. Only what no completion lacks is required; the rest is described.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use connector_sdk::{Result, Verbatim};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

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

/// One answer.
#[derive(Deserialize, JsonSchema)]
struct Choice {
    /// Its number, from 0.
    index: Option<u64>,
    /// The answer.
    message: Answer,
    /// Why the model stopped: `stop`, `length`, `tool_calls`. Old models leave it empty.
    finish_reason: Option<String>,
    /// The probabilities of the tokens, if they were asked for.
    logprobs: Option<Map<String, Value>>,
}

/// What the model says.
#[derive(Deserialize, JsonSchema)]
struct Answer {
    /// `assistant`.
    role: Option<String>,
    /// The text, if there is any.
    content: Option<String>,
    /// The reasoning, where the model shows it.
    reasoning_content: Option<String>,
    /// Why the model refuses, if it does.
    refusal: Option<String>,
    /// The tools that the model calls.
    tool_calls: Option<Vec<ToolCall>>,
}

/// A call of a tool.
#[derive(Deserialize, JsonSchema)]
struct ToolCall {
    /// The id that the tool's result names.
    id: Option<String>,
    /// `function`, mostly.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// The function that is called.
    function: Option<FunctionCall>,
}

/// A call of a function.
#[derive(Deserialize, JsonSchema)]
struct FunctionCall {
    /// The function's name.
    name: Option<String>,
    /// The arguments, as JSON text.
    arguments: Option<String>,
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
