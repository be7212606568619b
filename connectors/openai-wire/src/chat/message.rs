//! What the messages of a conversation are made of; which roles there are is the connector's to say. They are checked and
//! sent on exactly as they stand.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use connector_sdk::{Verbatim, Violation, limits};
use schemars::JsonSchema;
use serde_json::Value;

use crate::open_union::open;

/// Instructions that the model keeps to.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Instructions {
    /// The instructions.
    content: Content,
    /// An identifier of the end user.
    name: Option<String>,
}

/// What the user says.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct User {
    /// What the user says: text, or parts such as text and images.
    content: Content,
    /// An identifier of the end user.
    name: Option<String>,
}

/// What the model said before.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Assistant {
    /// What the model said. It may be null only beside tool calls.
    content: Option<Content>,
    /// The reasoning behind it.
    reasoning_content: Option<String>,
    /// The tools that the model called.
    tool_calls: Option<Vec<ToolCall>>,
    /// An identifier of the end user.
    name: Option<String>,
}

/// The result of a tool call.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct ToolResult {
    /// The result.
    content: Content,
    /// The id of the tool call that this is the result of.
    tool_call_id: Option<String>,
}

/// The result of a function call. The role `tool` replaces it.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct FunctionResult {
    /// The result.
    content: Content,
    /// The name of the function.
    name: Option<String>,
}

/// Text, or a list of parts.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Content {
    Text(String),
    Parts(#[schemars(length(min = 1))] Vec<Part>),
}

/// A part of a message. A type that is not named here is passed on as it stands.
#[derive(JsonSchema)]
#[schemars(tag = "type", rename_all = "snake_case", transform = open)]
enum Part {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// An image.
    ImageUrl {
        /// The image.
        image_url: ImageUrl,
    },
    /// A file.
    File {
        /// The file: its `file_id` at the provider, or the file itself.
        file: Value,
    },
}

/// Where an image is.
#[derive(JsonSchema)]
struct ImageUrl {
    /// An `https:` or a `data:` URL.
    url: String,
    /// How closely to look at it: `auto`, `low` or `high`.
    detail: Option<String>,
}

/// A call of a tool.
#[derive(JsonSchema)]
struct ToolCall {
    /// The id that the result names.
    id: String,
    /// `function`, mostly.
    #[schemars(rename = "type")]
    kind: Option<String>,
    /// The function that is called.
    function: Option<FunctionCall>,
}

/// A call of a function.
#[derive(JsonSchema)]
struct FunctionCall {
    /// The function's name.
    name: String,
    /// The arguments, as JSON text.
    arguments: Option<String>,
}

/// What the API refuses in messages and a schema cannot say: an assistant that neither speaks nor calls.
pub fn check_messages<M>(messages: &[Verbatim<M>]) -> Vec<Violation> {
    let silent = |message: &Value| {
        let says = message.get("content").is_some_and(|content| !content.is_null());
        let calls = message.get("tool_calls").and_then(Value::as_array).is_some_and(|calls| !calls.is_empty());
        message["role"] == "assistant" && !says && !calls
    };
    let silent = messages.iter().enumerate().filter(|(_, message)| silent(message.get()));
    let violation = |index| Violation::new(format!("/messages/{index}/content"), "required", NEEDS_CONTENT);
    silent.take(limits::VIOLATIONS).map(|(index, _)| violation(index)).collect()
}

const NEEDS_CONTENT: &str = "must be text or a list of parts: only an assistant message with tool_calls may go without";
