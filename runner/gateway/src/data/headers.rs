//! Which headers are passed on, up to the provider and down to the caller.
//!
//! What belongs to one connection ends here, and so does whatever says whose account it is. The rest goes on as it came,
//! for it belongs to the call.

use http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};

/// One connection's own, in either direction.
fn is_of_a_connection(name: &str) -> bool {
    matches!(name, "connection" | "keep-alive" | "te" | "trailer" | "transfer-encoding" | "upgrade" | "http2-settings")
        || name.starts_with("proxy-")
}

/// Whose account it is, in either direction.
fn is_of_an_account(name: &str) -> bool {
    matches!(name, "openai-organization" | "openai-project" | "anthropic-organization-id" | "x-goog-user-project")
}

/// What a caller sends and no provider gets: credentials, where the caller is, and what is said anew.
fn ends_here(name: &str) -> bool {
    let is_credential = matches!(name, "authorization" | "x-api-key" | "api-key" | "x-goog-api-key" | "cookie");
    let is_whereabouts =
        matches!(name, "forwarded" | "via" | "x-real-ip" | "x-client-ip" | "true-client-ip" | "cf-connecting-ip");
    let is_said_anew = matches!(name, "host" | "expect" | "accept-encoding" | "content-length");
    let is_ours = name.starts_with("x-linkwork-") || name.starts_with("x-forwarded-");
    is_credential || is_whereabouts || is_said_anew || is_ours
}

/// What a provider says of its own origin, which is not where the caller is.
fn is_of_an_origin(name: &str) -> bool {
    matches!(
        name,
        "set-cookie" | "alt-svc" | "strict-transport-security" | "clear-site-data" | "expect-ct" | "nel" | "report-to"
    ) || name.starts_with("access-control-")
}

/// The headers of a request, as the provider gets them.
pub(super) fn up(headers: &mut HeaderMap) {
    remove_named_by_connection(headers);
    remove_all(headers, |name| is_of_a_connection(name) || is_of_an_account(name) || ends_here(name));
    // Bytes that are passed on untouched can be read on the way only if they are not compressed.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
}

/// The headers of an answer, as the caller gets them.
pub(super) fn down(headers: &mut HeaderMap) {
    remove_named_by_connection(headers);
    remove_all(headers, |name| is_of_a_connection(name) || is_of_an_account(name) || is_of_an_origin(name));
}

/// Whether an answer is a stream of events that can be read.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("text/event-stream") && !headers.contains_key(CONTENT_ENCODING)
}

/// Whether an answer says itself where it ends, so that the end of its connection need not.
pub(super) fn is_framed(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
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
    let names: Vec<HeaderName> = headers.keys().filter(|name| is_to_go(name.as_str())).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}
