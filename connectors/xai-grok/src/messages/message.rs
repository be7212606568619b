//! The messages of an Anthropic-compatible conversation. They are checked and sent on exactly as they stand.
#![expect(dead_code, reason = "these types are the schema of values that are passed on verbatim")]

use connector_openai_wire::open;
use schemars::JsonSchema;
use serde_json::{Map, Value};

/// A message of the conversation. Fields that are not named here are passed on.
#[derive(JsonSchema)]
pub(crate) struct Message {
    /// Who says it.
    role: Role,
    /// What is said: text, or blocks.
    content: Content,
}

/// Who says something.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
enum Role {
    User,
    Assistant,
    System,
}

/// Text, or a list of blocks.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Content {
    Text(String),
    Blocks(#[schemars(length(min = 1))] Vec<Block>),
}

/// A block of a message. A type that is not named here is passed on as it stands.
#[derive(JsonSchema)]
#[schemars(tag = "type", rename_all = "snake_case", transform = open)]
enum Block {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// An image.
    Image {
        /// Where it is: `{type: "base64", media_type, data}` or `{type: "url", url}`.
        source: Map<String, Value>,
    },
    /// A call of a tool.
    ToolUse {
        /// The id that the result names.
        id: String,
        /// The tool's name.
        name: String,
        /// The arguments.
        input: Map<String, Value>,
    },
    /// The result of a tool call.
    ToolResult {
        /// The id of the tool call that this is the result of.
        tool_use_id: String,
        /// The result: text, or blocks.
        content: Option<Value>,
        /// Whether the tool failed.
        is_error: Option<bool>,
    },
}
