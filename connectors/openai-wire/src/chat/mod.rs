//! Chat completions: what their messages and answers are made of, and how a completion is asked for.

mod assembly;
mod choice;
mod message;
mod tool_calls;

use connector_sdk::{Context, Result};
use serde_json::{Map, Value, json};

use self::assembly::ChatAssembly;
pub use self::choice::Choice;
pub use self::message::{Assistant, FunctionResult, Instructions, ToolResult, User, check_messages};
use crate::provider::Provider;
use crate::stream;

/// Sends a body to `/chat/completions`, and gives back the whole completion, streamed or not.
pub async fn complete<P: Provider>(ctx: &Context, connection: &P, mut body: Map<String, Value>) -> Result<Value> {
    if stream::asks_for_stream(&body) {
        // Without it a stream says nothing of what it used; without a stream it is refused.
        body.entry("stream_options").or_insert_with(|| json!({ "include_usage": true }));
    }
    let choices = body.get("n").and_then(Value::as_u64).unwrap_or(1);
    stream::exchange(ctx, connection, "/chat/completions", body, ChatAssembly::new(choices)).await
}
