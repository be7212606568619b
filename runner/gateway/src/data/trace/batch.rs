//! Spans as OTLP has them in JSON: ids in hexadecimal digits, moments in nanoseconds, and large numbers as texts.

use std::time::{Duration, UNIX_EPOCH};

use serde::{Serialize, Serializer};

use super::span::Span;
use crate::control::CallId;

/// A span that asks somebody else for something.
const CLIENT: u8 = 3;
/// The status of one that came to nothing.
const FAILED: u8 = 2;

/// The body of a request that tells of these calls.
pub(super) fn body(spans: &[Box<Span>]) -> serde_json::Result<Vec<u8>> {
    let service =
        [attribute("service.name", Told::Text("linkwork")), attribute("service.version", Told::Text(VERSION))];
    let spans = spans.iter().map(|span| Written::of(span)).collect();
    serde_json::to_vec(&Batch {
        resource_spans: [OfResource {
            resource: Resource { attributes: service },
            scope_spans: [OfScope { scope: Scope { name: "linkwork.gateway", version: VERSION }, spans }],
        }],
    })
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The value of an attribute.
#[derive(Serialize)]
pub(super) enum Told<'a> {
    #[serde(rename = "stringValue")]
    Text(&'a str),
    #[serde(rename = "stringValue")]
    Shown(CallId),
    #[serde(rename = "intValue", serialize_with = "as_text")]
    Whole(u64),
    #[serde(rename = "doubleValue")]
    Part(f64),
    #[serde(rename = "boolValue")]
    Flag(bool),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    resource_spans: [OfResource<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfResource<'a> {
    resource: Resource<'a>,
    scope_spans: [OfScope<'a>; 1],
}

#[derive(Serialize)]
struct Resource<'a> {
    attributes: [Attribute<'a>; 2],
}

#[derive(Serialize)]
struct OfScope<'a> {
    scope: Scope,
    spans: Vec<Written<'a>>,
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<String>,
    name: String,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Attribute<'a>>,
    status: Status,
}

#[derive(Serialize)]
struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u8>,
}

#[derive(Serialize)]
struct Attribute<'a> {
    key: &'static str,
    value: Told<'a>,
}

impl<'a> Written<'a> {
    fn of(span: &'a Span) -> Self {
        let ended = span.ended.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            trace_id: format!("{:032x}", span.link.trace),
            span_id: hex(span.link.span),
            parent_span_id: span.link.parent.map(hex),
            name: format!("{} {}", span.operation, span.model.name),
            kind: CLIENT,
            start_time_unix_nano: nanos(ended.saturating_sub(span.end.duration)),
            end_time_unix_nano: nanos(ended),
            attributes: span.attributes().map(|(key, value)| attribute(key, value)).collect(),
            status: Status { code: span.end.error_type.is_some().then_some(FAILED) },
        }
    }
}

fn attribute<'a>(key: &'static str, value: Told<'a>) -> Attribute<'a> {
    Attribute { key, value }
}

fn hex(id: u64) -> String {
    format!("{id:016x}")
}

fn nanos(since: Duration) -> String {
    since.as_nanos().to_string()
}

/// JSON's numbers do not hold all of them.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn as_text<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(number)
}
