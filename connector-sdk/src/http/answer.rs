//! An answer, whole.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderName};
use serde_json::{Map, Value};

use super::retry_after;
use crate::error::{Error, ErrorKind, Result};
use crate::json;

/// An answer whose body has arrived, decompressed.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// When it arrived.
    pub at: SystemTime,
}

impl Answer {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(HeaderName::from_bytes(name.as_bytes()).ok()?)?.to_str().ok()
    }

    /// The media type, without its parameters.
    pub fn media_type(&self) -> Option<String> {
        media_type(&self.headers)
    }

    /// The provider's own id of the request.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.headers)
    }

    /// How long the provider asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after::read(&self.headers, self.at)
    }

    /// The body as text, without a byte order mark.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(without_mark(&self.body)).into_owned()
    }

    /// The body as JSON. An answer that came with 2xx and is not JSON is never repeated: the work was done.
    pub fn json(&self) -> Result<Value> {
        json::parse(without_mark(&self.body)).map_err(|violation| {
            Error::new(ErrorKind::MalformedAnswer, format!("the provider's answer {violation}"))
                .with_request_id(self.request_id())
        })
    }

    /// All headers, in lower case; those that came several times are joined.
    pub fn header_map(&self) -> Map<String, Value> {
        let mut map = Map::new();
        for name in self.headers.keys() {
            let values: Vec<_> =
                self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            map.insert(name.as_str().to_owned(), values.join(", ").into());
        }
        map
    }
}

pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase())
}

/// The provider's own id of a request, under whichever name it goes.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    let found = ["x-request-id", "request-id", "cf-ray"].iter().find_map(|name| headers.get(*name)?.to_str().ok());
    found.map(clean)
}

fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn clean(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_graphic()).take(128).collect()
}
