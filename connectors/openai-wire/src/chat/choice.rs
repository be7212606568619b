//! One answer of a chat completion. Only what none lacks is required; the rest is described.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// One answer.
#[derive(Deserialize, JsonSchema)]
pub struct Choice {
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
