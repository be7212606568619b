//! Header values: visible ASCII. The `http` crate lets other characters pass, which no two servers read alike.

use http::HeaderValue;

/// The header value of a text. `None` if it holds a character that a header should not carry.
pub(crate) fn header_value(text: &str) -> Option<HeaderValue> {
    if text.is_ascii() { HeaderValue::from_str(text).ok() } else { None }
}
