//! Headers that may be set from outside, and the values that they may have.

use http::{HeaderName, HeaderValue};

/// Those that belong to the transport, or would carry a credential past the connection.
const RESERVED: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The name of a header that may be set from outside. Says in words why a text cannot be one.
pub fn free_header_name(name: &str) -> Result<HeaderName, &'static str> {
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "cannot be the name of a header")?;
    if RESERVED.contains(&header.as_str()) || header.as_str().starts_with("proxy-") {
        return Err("belongs to the transport, and cannot be set here");
    }
    Ok(header)
}

/// The header value of a text: visible ASCII. The `http` crate lets other characters pass, which no two servers read alike.
/// `None` if it holds a character that a header should not carry.
pub(crate) fn header_value(text: &str) -> Option<HeaderValue> {
    if text.is_ascii() { HeaderValue::from_str(text).ok() } else { None }
}
