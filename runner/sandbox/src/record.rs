//! What the sandbox received, for tests that count and compare. Never holds a whole credential.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use bytes::Bytes;

use crate::shelf::hold;

const MOST_REQUESTS: usize = 1_000;
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A received request.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Names in lower case, in the order received. A credential's value is an ellipsis and its last four characters.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Recorded {
    pub(crate) fn new(parts: &Parts, body: Bytes) -> Self {
        Self {
            method: parts.method.to_string(),
            path: parts.uri.to_string(),
            headers: parts.headers.iter().map(|(name, value)| (name.to_string(), shown(name, value))).collect(),
            body,
        }
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn shown(name: &HeaderName, value: &HeaderValue) -> String {
    let value = String::from_utf8_lossy(value.as_bytes());
    match *name {
        header::AUTHORIZATION | header::PROXY_AUTHORIZATION | header::COOKIE => {
            format!("…{}", last_four(&value))
        }
        _ if name.as_str() == "x-api-key" => format!("…{}", last_four(&value)),
        _ => value.into_owned(),
    }
}

/// The last four characters, or none of a value so short that they would be most of it.
pub(crate) fn last_four(secret: &str) -> &str {
    match secret.char_indices().rev().nth(3) {
        Some((at, _)) if at >= 4 => &secret[at..],
        _ => "",
    }
}

#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    requests: VecDeque<Recorded>,
    bytes: usize,
}

impl Record {
    pub(crate) fn push(&self, request: Recorded) {
        let mut held = hold(&self.0);
        held.bytes += request.body.len();
        held.requests.push_back(request);
        while held.requests.len() > MOST_REQUESTS || held.bytes > MOST_BYTES {
            let Some(oldest) = held.requests.pop_front() else {
                break;
            };
            held.bytes -= oldest.body.len();
        }
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        hold(&self.0).requests.iter().cloned().collect()
    }
}
