//! The headers that a Raw Request may set.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::input::RawInput;
use crate::connection::{Auth, Connection};
use crate::http::{free_header_name, header_value};
use crate::limits;
use crate::violation::{Violation, pointer_to};

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
pub(super) fn check_own<C: Connection>(headers: &HeaderMap, connection: &C) -> Option<Violation> {
    let credential = match connection.auth() {
        Auth::None => None,
        Auth::Bearer(_) | Auth::Basic { .. } => Some("authorization"),
        Auth::Header { name, .. } => Some(name),
    };
    let fixed = connection.headers().into_iter().map(|(name, _)| name);
    let mut own = credential.into_iter().chain(fixed).chain(connection.idempotency_header());
    let own = own.find(|own| headers.contains_key(*own))?;
    let message = "is set by the connection, and cannot be set here";
    Some(Violation::new(pointer_to("/headers", own), "reserved", message))
}

fn given(input: &RawInput) -> Vec<(&str, &str)> {
    let pairs = input.headers.iter().flat_map(|headers| &headers.0);
    pairs.map(|(name, value)| (name.as_str(), value.0.as_str())).collect()
}

fn parse(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Violation> {
    let wrong = |rule, message: &str| Violation::new(pointer_to("/headers", name), rule, message);
    let header = free_header_name(name).map_err(|why| wrong("header", why))?;
    let value = header_value(value).ok_or_else(|| {
        wrong("header", "holds a character that no header can carry: a line break, or one outside ASCII")
    })?;
    Ok((header, value))
}
