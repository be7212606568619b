//! Responses: what goes in, what comes out, and the stream, whose last event holds the whole.

use connector_openai_wire::stream::{Assembly, Flaw};
use connector_sdk::Part;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A text, or a list of items such as messages and results of tools.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "the type is the schema of a value that is passed on verbatim")]
pub(crate) enum ResponseInput {
    Text(String),
    Items(#[schemars(length(min = 1))] Vec<Map<String, Value>>),
}

/// A response.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the type is the schema of a value that is passed on verbatim")]
pub(crate) struct Response {
    /// The response's id, which a later request can name as `previous_response_id`.
    id: Option<String>,
    /// `response`.
    object: Option<String>,
    /// When it was made, in seconds since 1970.
    created_at: Option<f64>,
    /// `completed`, `incomplete`, or `queued` and `in_progress` in the background.
    status: Option<String>,
    /// Why it is incomplete, if it is.
    incomplete_details: Option<Map<String, Value>>,
    /// The model that answered.
    model: Option<String>,
    /// What the model thought, said and called, in order.
    output: Vec<Item>,
    /// What it used.
    usage: Option<Usage>,
}

/// A piece of the output. Which fields it has depends on its type.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the type is the schema of a value that is passed on verbatim")]
struct Item {
    /// `message`, `reasoning`, `function_call` or the call of a tool that OpenAI runs.
    #[serde(rename = "type")]
    kind: String,
    /// The item's id.
    id: Option<String>,
    /// Of a message: `assistant`.
    role: Option<String>,
    /// Of a message: its parts, such as `{type: "output_text", text}`.
    content: Option<Vec<Value>>,
    /// Of reasoning: its summary, if one was asked for.
    summary: Option<Vec<Value>>,
    /// Of a function call: the id that its result names.
    call_id: Option<String>,
    /// Of a function call: the function's name.
    name: Option<String>,
    /// Of a function call: the arguments, as JSON text.
    arguments: Option<String>,
}

/// Tokens.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the type is the schema of a value that is passed on verbatim")]
struct Usage {
    /// Tokens of the input.
    input_tokens: Option<u64>,
    /// The input's tokens by kind, such as `cached_tokens`.
    input_tokens_details: Option<Map<String, Value>>,
    /// Tokens of the output, with those of the reasoning.
    output_tokens: Option<u64>,
    /// The output's tokens by kind, such as `reasoning_tokens`.
    output_tokens_details: Option<Map<String, Value>>,
    /// All tokens.
    total_tokens: Option<u64>,
}

/// A streamed response: the pieces are told, and the last event's response is the answer.
#[derive(Default)]
pub(crate) struct ResponseAssembly {
    response: Option<Value>,
}

impl Assembly for ResponseAssembly {
    fn take(&mut self, mut event: Map<String, Value>) -> Result<Vec<(u64, Part)>, Flaw> {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
        let part = match kind {
            "response.completed" | "response.incomplete" => {
                self.response = event.shift_remove("response");
                None
            }
            "response.output_text.delta" => text(&event).map(Part::Content),
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                text(&event).map(Part::Reasoning)
            }
            "response.output_item.added" => begun_call(&event),
            "response.function_call_arguments.delta" => text(&event).map(|piece| {
                let arguments = ("arguments".to_owned(), Value::from(piece));
                call(&event, Map::from_iter([arguments]))
            }),
            _ => None,
        };
        Ok(part.map(|part| (0, part)).into_iter().collect())
    }

    fn is_over(&self) -> bool {
        self.response.is_some()
    }

    fn finish(self, _: bool) -> Result<Option<Value>, Flaw> {
        Ok(self.response)
    }
}

fn text(event: &Map<String, Value>) -> Option<String> {
    event.get("delta")?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn begun_call(event: &Map<String, Value>) -> Option<Part> {
    let item =
        event.get("item")?.as_object().filter(|item| item.get("type").is_some_and(|kind| kind == "function_call"))?;
    Some(call(event, item.clone()))
}

/// A function call, or a piece of one, with the index of its item.
fn call(event: &Map<String, Value>, piece: Map<String, Value>) -> Part {
    let index = event.get("output_index").cloned().unwrap_or_default();
    let mut told = Map::from_iter([("index".to_owned(), index)]);
    told.extend(piece);
    Part::ToolCall(told.into())
}
