//! What was sent, and whether two requests are the same.

use std::collections::BTreeMap;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::body::as_json;
use super::kept_headers;
use super::mask::Mask;
use crate::http::{Multipart, Part};
use crate::limits;
use crate::violation::pointer_to;

/// The headers of a request that are written down.
const KEPT: [&str; 2] = ["accept", "content-type"];

/// A request, without its credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// The path below the connection's base, and the query.
    pub target: String,
    /// The headers that matter, in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<SentBody>,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentBody {
    /// JSON.
    Json(Value),
    /// Text.
    Text(String),
    /// Bytes that are not text, or too many: only their digest.
    Sha256(String),
    /// A form.
    Form(Vec<SentPart>),
}

/// A part of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentPart {
    /// The field's name.
    pub name: String,
    /// What it holds, if it is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The file's name, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

impl Sent {
    pub(crate) fn new(
        method: &str,
        target: &str,
        headers: &HeaderMap,
        body: Option<SentBody>,
        mask: &Mask<'_>,
    ) -> Self {
        let mut headers = kept_headers(headers, &KEPT, mask);
        if matches!(body, Some(SentBody::Form(_))) {
            // Its boundary is another one each time.
            headers.insert("content-type".to_owned(), "multipart/form-data".to_owned());
        }
        Self { method: method.to_owned(), target: mask.target(target), headers, body }
    }

    /// Method and path, for messages: a query may hold what nobody should read.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path())
    }

    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// In what the other request is not this one, if in anything: method, target or body.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if (self.method.as_str(), self.path()) != (other.method.as_str(), other.path()) {
            return Some(format!("it is {}", other.line()));
        }
        if self.target != other.target {
            return Some("its query is another one".to_owned());
        }
        match (&self.body, &other.body) {
            (Some(SentBody::Json(own)), Some(SentBody::Json(other))) => first_difference(own, other, String::new())
                .map(|at| match at.as_str() {
                    "" => "its body is another one".to_owned(),
                    at => format!("its body differs at {at}"),
                }),
            (Some(SentBody::Form(own)), Some(SentBody::Form(other))) => {
                (!same_parts(own, other)).then(|| "its form has other parts".to_owned())
            }
            (own, other) => (own != other).then(|| "its body is another one".to_owned()),
        }
    }
}

impl SentBody {
    /// A body of this media type, masked. `None` if it is empty.
    pub(crate) fn of(media_type: Option<&str>, bytes: &[u8], mask: &Mask<'_>) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        if bytes.len() > limits::RECORDED {
            return Some(Self::digest(bytes));
        }
        if let Some(value) = as_json(media_type, bytes) {
            return Some(Self::Json(mask.value(value)));
        }
        Some(std::str::from_utf8(bytes).map_or_else(|_| Self::digest(bytes), |text| Self::Text(mask.text(text))))
    }

    pub(crate) fn of_form(form: &Multipart, mask: &Mask<'_>) -> Self {
        let described = |part: &Part| SentPart {
            name: mask.text(&part.name),
            file: part.file.as_ref().map(|(name, _)| mask.text(name)),
            value: part.file.is_none().then(|| mask.text(&String::from_utf8_lossy(&part.content))),
        };
        Self::Form(form.parts.iter().map(described).collect())
    }

    fn digest(bytes: &[u8]) -> Self {
        Self::Sha256(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Files differ from one machine to the next; that the same parts are there is what counts.
fn same_parts(own: &[SentPart], other: &[SentPart]) -> bool {
    let shapes =
        |parts: &[SentPart]| -> Vec<_> { parts.iter().map(|part| (part.name.clone(), part.file.is_some())).collect() };
    shapes(own) == shapes(other)
}

/// The pointer of the first place where two values differ.
fn first_difference(own: &Value, other: &Value, at: String) -> Option<String> {
    match (own, other) {
        (Value::Object(own), Value::Object(other)) => {
            let extra = other.keys().find(|key| !own.contains_key(*key)).map(|key| pointer_to(&at, key));
            let within = own.iter().find_map(|(key, value)| match other.get(key) {
                Some(other) => first_difference(value, other, pointer_to(&at, key)),
                None => Some(pointer_to(&at, key)),
            });
            within.or(extra)
        }
        (Value::Array(own), Value::Array(other)) if own.len() == other.len() => {
            let pairs = own.iter().zip(other).enumerate();
            pairs.into_iter().find_map(|(index, (own, other))| first_difference(own, other, format!("{at}/{index}")))
        }
        _ => (own != other).then_some(at),
    }
}
