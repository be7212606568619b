//! Which headers are passed on, up to the provider and down to the caller.
//!
//! What belongs to one connection ends here, and so does whatever says whose account it is. The rest goes on as it came,
//! for it belongs to the call.

use http::header::{
    ACCEPT_ENCODING, ALT_SVC, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, FORWARDED, HOST,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE, STRICT_TRANSPORT_SECURITY, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE, VIA,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::presented;

/// One connection's own, in either direction.
const OF_A_CONNECTION: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("http2-settings"),
];

/// Whose account it is, in either direction.
const OF_AN_ACCOUNT: [HeaderName; 4] = [
    HeaderName::from_static("openai-organization"),
    HeaderName::from_static("openai-project"),
    HeaderName::from_static("anthropic-organization-id"),
    HeaderName::from_static("x-goog-user-project"),
];

/// What a caller sends and no provider gets: credentials, where the caller is, and what is said anew.
const NOT_UP: [HeaderName; 17] = [
    AUTHORIZATION,
    presented::API_KEY,
    presented::OWN,
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-goog-api-key"),
    COOKIE,
    FORWARDED,
    VIA,
    HOST,
    EXPECT,
    ACCEPT_ENCODING,
    CONTENT_LENGTH,
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-client-ip"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("cf-connecting-ip"),
    HeaderName::from_static("x-original-url"),
];

/// What a provider says of its own origin, which is not where the caller is.
const NOT_DOWN: [HeaderName; 10] = [
    SET_COOKIE,
    ALT_SVC,
    STRICT_TRANSPORT_SECURITY,
    HeaderName::from_static("clear-site-data"),
    HeaderName::from_static("expect-ct"),
    HeaderName::from_static("nel"),
    HeaderName::from_static("report-to"),
    HeaderName::from_static("access-control-allow-origin"),
    HeaderName::from_static("access-control-allow-credentials"),
    HeaderName::from_static("access-control-expose-headers"),
];

/// The headers of a request, as the provider gets them.
pub(super) fn up(headers: &mut HeaderMap) {
    remove_named_by_connection(headers);
    for name in OF_A_CONNECTION.iter().chain(&OF_AN_ACCOUNT).chain(&NOT_UP) {
        headers.remove(name);
    }
    remove_all(headers, |name| name.starts_with("x-forwarded-") || name.starts_with("proxy-"));
    // Bytes that are passed on untouched can be read on the way only if they are not compressed.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
}

/// The headers of an answer, as the caller gets them.
pub(super) fn down(headers: &mut HeaderMap) {
    remove_named_by_connection(headers);
    for name in OF_A_CONNECTION.iter().chain(&OF_AN_ACCOUNT).chain(&NOT_DOWN) {
        headers.remove(name);
    }
}

/// Whether an answer is a stream of events that can be read.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("text/event-stream") && !headers.contains_key(http::header::CONTENT_ENCODING)
}

fn remove_named_by_connection(headers: &mut HeaderMap) {
    if !headers.contains_key(CONNECTION) {
        return;
    }
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
}

fn remove_all(headers: &mut HeaderMap, is_to_go: impl Fn(&str) -> bool) {
    if headers.keys().any(|name| is_to_go(name.as_str())) {
        let names: Vec<HeaderName> = headers.keys().filter(|name| is_to_go(name.as_str())).cloned().collect();
        names.iter().for_each(|name| drop(headers.remove(name)));
    }
}
