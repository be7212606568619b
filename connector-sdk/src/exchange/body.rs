//! The body of an answer, in the form in which people read and edit it best.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::mask::Mask;
use crate::error::{Error, ErrorKind, Origin, Result};
use crate::json;

/// A body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// JSON.
    Json(Value),
    /// Text of one line.
    Text(String),
    /// Text of several lines, such as an event stream: joined by line feeds.
    Lines(Vec<String>),
    /// Bytes that are not text.
    Base64(String),
}

impl Content {
    /// A body of this media type, masked. `None` if it is empty.
    pub(crate) fn of(media_type: Option<&str>, bytes: &[u8], mask: &Mask<'_>) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        if let Some(value) = as_json(media_type, bytes) {
            return Some(Self::Json(mask.value(value)));
        }
        Some(match std::str::from_utf8(bytes).map(|text| mask.text(text)) {
            Ok(text) if text.contains('\n') => Self::Lines(text.split('\n').map(str::to_owned).collect()),
            Ok(text) => Self::Text(text),
            Err(_) => Self::Base64(BASE64_STANDARD.encode(mask.bytes(bytes))),
        })
    }

    pub(crate) fn to_bytes(&self) -> Result<Bytes> {
        Ok(match self {
            Self::Json(value) => Bytes::from(value.to_string()),
            Self::Text(text) => Bytes::from(text.clone()),
            Self::Lines(lines) => Bytes::from(lines.join("\n")),
            Self::Base64(text) => Bytes::from(BASE64_STANDARD.decode(text).map_err(|_| unreadable("base64"))?),
        })
    }
}

/// The body as JSON, if its type says that it is and nothing is lost by reading it.
pub(super) fn as_json(media_type: Option<&str>, bytes: &[u8]) -> Option<Value> {
    let is_json = media_type.is_some_and(|media_type| media_type.ends_with("/json") || media_type.ends_with("+json"));
    if is_json { json::parse(bytes).ok() } else { None }
}

/// The error of a recording that was edited into something that no provider can answer.
pub(crate) fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("a recorded answer holds {what} that cannot be read"))
        .with_origin(Origin::Host)
        .with_fix("correct the recording, or record it again")
}
