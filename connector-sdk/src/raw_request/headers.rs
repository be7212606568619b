//! The headers that a Raw Request may set.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::input::RawInput;
use crate::connection::Auth;
use crate::http::header_value;
use crate::limits;
use crate::violation::{Violation, pointer_to};

/// Those that belong to the transport, or would carry a credential past the connection.
const RESERVED: [&str; 11] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "cookie",
    "http2-settings",
];

/// What is wrong with the headers of an input.
pub(super) fn check(input: &RawInput) -> Vec<Violation> {
    let given = given(input);
    let mut found: Vec<_> = given.iter().filter_map(|(name, value)| parse(name, value).err()).collect();
    if given.len() > limits::HEADERS {
        found.push(Violation::new("/headers", "length", format!("must have at most {} headers", limits::HEADERS)));
    }
    found
}

/// The headers, all of them right.
pub(super) fn build(input: &RawInput) -> HeaderMap {
    given(input).iter().filter_map(|(name, value)| parse(name, value).ok()).fold(
        HeaderMap::new(),
        |mut map, (name, value)| {
            map.append(name, value);
            map
        },
    )
}

/// A header that the connection itself sets cannot be set by an input.
pub(super) fn check_credential(headers: &HeaderMap, auth: &Auth<'_>) -> Option<Violation> {
    let own = match auth {
        Auth::None => return None,
        Auth::Bearer(_) | Auth::Basic { .. } => "authorization",
        Auth::Header { name, .. } => name,
    };
    headers.contains_key(own).then(|| {
        Violation::new(pointer_to("/headers", own), "reserved", "is set by the connection, and cannot be set here")
    })
}

fn given(input: &RawInput) -> Vec<(&str, &str)> {
    let pairs = input.headers.iter().flat_map(|headers| &headers.0);
    pairs.map(|(name, value)| (name.as_str(), value.0.as_str())).collect()
}

fn parse(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Violation> {
    let wrong = |rule, message: &str| Violation::new(pointer_to("/headers", name), rule, message);
    let header =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("header", "cannot be the name of a header"))?;
    if RESERVED.contains(&header.as_str()) || header.as_str().starts_with("proxy-") {
        return Err(wrong("reserved", "belongs to the transport, and cannot be set here"));
    }
    let value = header_value(value).ok_or_else(|| {
        wrong("header", "holds a character that no header can carry: a line break, or one outside ASCII")
    })?;
    Ok((header, value))
}
