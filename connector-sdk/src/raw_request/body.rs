//! What a Raw Request sends as its body.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::input::RawInput;
use super::query;
use crate::blob::{BlobStore, FileRef};
use crate::connection::Connection;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Multipart, Part, Request, header_value};

const JSON: &str = "application/json";

/// Whether the input gives a body of its own, apart from a form.
pub(super) fn has_data(input: &RawInput) -> bool {
    !matches!(&input.data, None | Some(Value::Null)) && input.data != Some(Value::from(""))
}

/// Whether the input gives a form.
pub(super) fn has_form(input: &RawInput) -> bool {
    let fields = input.form_data.as_ref().is_some_and(|form| !form.0.is_empty());
    let files = input.file_data.as_ref().is_some_and(|files| !files.0.is_empty());
    fields || files
}

/// The request with the body that the input asks for.
pub(super) async fn attach<'a, C: Connection>(
    request: Request<'a, C>,
    ctx: &Context,
    input: &RawInput,
    headers: &HeaderMap,
) -> Result<Request<'a, C>> {
    if has_form(input) {
        return Ok(request.multipart(form(ctx.blobs(), input).await?));
    }
    let Some(data) = input.data.as_ref().filter(|_| has_data(input)) else { return Ok(request) };
    if let Ok(file) = serde_json::from_value::<FileRef>(data.clone()) {
        let content = ctx.blobs().get(&file).await?;
        let media_type = header_value(&file.media_type)
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the file's media type cannot stand in a header"))?;
        let mut own = HeaderMap::new();
        own.insert(CONTENT_TYPE, headers.get(CONTENT_TYPE).cloned().unwrap_or(media_type));
        return Ok(request.headers(own).bytes("application/octet-stream", content));
    }
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let (media_type, text) = match data {
        Value::String(text) => encode_text(text, named),
        data => encode_data(data, named),
    };
    Ok(request.bytes(media_type, Bytes::from(text)))
}

/// JSON text is JSON; other text is text. Under a JSON type, text that is not JSON becomes a JSON string.
fn encode_text(text: &str, named: Option<&str>) -> (&'static str, String) {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    match named {
        Some(named) if !is_json && essence(named) == JSON => (JSON, Value::from(text).to_string()),
        None if !is_json => ("text/plain; charset=utf-8", text.to_owned()),
        _ => (JSON, text.to_owned()),
    }
}

/// Data is JSON, unless a header says that it is a form.
fn encode_data(data: &Value, named: Option<&str>) -> (&'static str, String) {
    match (data, named.map(essence).as_deref()) {
        (Value::Object(fields), Some("application/x-www-form-urlencoded")) => {
            let pairs = fields.iter().map(|(key, value)| (key.as_str(), value));
            ("application/x-www-form-urlencoded", query::encode(pairs))
        }
        _ => (JSON, data.to_string()),
    }
}

fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// All fields first, then the files, each in the order given.
async fn form(blobs: &dyn BlobStore, input: &RawInput) -> Result<Multipart> {
    let mut form = Multipart::default();
    for (name, value) in input.form_data.iter().flat_map(|form| &form.0) {
        form.parts.push(Part::text(name, &value.0));
    }
    for (name, file) in input.file_data.iter().flat_map(|files| &files.0) {
        let names = input.file_data_file_names.iter().flat_map(|names| &names.0);
        let given = names.clone().find(|(key, _)| key == name).map(|(_, name)| name.as_str());
        form.parts.push(Part::file(name, given.unwrap_or(name), blobs.get(file).await?));
    }
    Ok(form)
}
