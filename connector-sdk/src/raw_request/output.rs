//! What a Raw Request gives: the status, the headers and the body.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::input::ResponseType;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::http::Answer;

/// An answer as an output.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RawOutput {
    /// The HTTP status.
    pub status: u16,
    /// The headers, in lower case; those that came several times are joined by commas.
    pub headers: Map<String, Value>,
    /// The body: JSON, text, or a reference to a file, as Response Type asks.
    pub body: Value,
}

impl RawOutput {
    pub(super) fn to_json(&self) -> Value {
        serde_json::json!({ "status": self.status, "headers": self.headers, "body": self.body })
    }
}

/// The output, and the error if the body is not what was asked for.
pub(super) async fn of(
    answer: &Answer,
    wanted: ResponseType,
    ctx: &Context,
    url: &str,
) -> Result<(RawOutput, Option<Error>)> {
    let (body, misfit) = match wanted {
        ResponseType::Text => (Value::from(answer.text()), None),
        ResponseType::Json => json(answer),
        ResponseType::Binary => {
            let media_type = answer.media_type().unwrap_or_else(|| "application/octet-stream".to_owned());
            let file = ctx.blobs().put(&file_name(url, &media_type), &media_type, answer.body.clone()).await?;
            (serde_json::json!(file), None)
        }
    };
    Ok((RawOutput { status: answer.status, headers: answer.header_map(), body }, misfit))
}

/// JSON whatever the content type says. Nothing at all and an event stream are text; anything else is a misfit.
fn json(answer: &Answer) -> (Value, Option<Error>) {
    let is_stream = answer.media_type().as_deref() == Some("text/event-stream");
    if answer.body.is_empty() || is_stream {
        return (Value::from(answer.text()), None);
    }
    match answer.json() {
        Ok(value) => (value, None),
        Err(error) => {
            let error = error.with_fix("set response_type to text or binary to take the body as it is");
            (Value::from(answer.text()), Some(error))
        }
    }
}

/// The last part of the path, with an extension that fits the media type.
fn file_name(url: &str, media_type: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or("response");
    let safe: String = last.chars().filter(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_')).take(100).collect();
    let name = if safe.is_empty() { "response".to_owned() } else { safe };
    let extension = mime_guess::get_mime_extensions_str(media_type).and_then(|all| all.first());
    match extension {
        Some(extension) if !name.contains('.') => format!("{name}.{extension}"),
        _ => name,
    }
}
