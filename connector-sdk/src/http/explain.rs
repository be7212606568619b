//! What a status means, and the provider's own words about it.

use http::StatusCode;
use serde_json::Value;

use super::Answer;
use crate::error::{Error, ErrorKind, Evidence};

/// An error of an answer that is not 2xx, from its status alone and the provider's words.
/// A connector adds what it knows of its provider.
pub fn explain_status(answer: &Answer) -> Error {
    let status = answer.status;
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("unknown");
    let mut message = format!("the provider answered {status} {reason}");
    if let Some(words) = provider_message(answer) {
        message.push_str(&format!(": {words}"));
    }
    let mut error = Error::new(kind_of(status), message)
        .with_status(status)
        .with_evidence(evidence_of(answer))
        .with_repeating_forbidden(forbids_repeating(answer))
        .with_retry_after(answer.retry_after())
        .with_request_id(answer.request_id());
    if (300..400).contains(&status) {
        error = error.with_fix("redirects are not followed, so that a credential stays where it belongs");
    }
    error
}

fn kind_of(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        402 => ErrorKind::NoCredits,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        410 => ErrorKind::Gone,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

fn forbids_repeating(answer: &Answer) -> bool {
    answer.header("x-should-retry").is_some_and(|value| value.eq_ignore_ascii_case("false"))
}

fn evidence_of(answer: &Answer) -> Evidence {
    if forbids_repeating(answer) {
        return Evidence::Final;
    }
    match answer.status {
        408 | 425 | 429 => Evidence::Refused,
        503 if answer.retry_after().is_some() => Evidence::Refused,
        500.. => Evidence::Failed,
        _ => Evidence::Final,
    }
}

/// The sentence in an error body, whichever shape it has: flat, nested, or plain text.
pub fn provider_message(answer: &Answer) -> Option<String> {
    let text = answer.text();
    let words = match serde_json::from_str::<Value>(&text) {
        Ok(body) => message_in(&body)?.to_owned(),
        Err(_) if answer.media_type().as_deref() == Some("text/plain") => text,
        Err(_) => return None,
    };
    let words = sentence(&words);
    (!words.is_empty()).then_some(words)
}

/// Where an error's body says what is wrong, in any of the shapes that providers use.
pub fn message_in(body: &Value) -> Option<&str> {
    let error = body.get("error");
    error
        .and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str()))
        .or_else(|| body.get("message")?.as_str())
        .or_else(|| body.get("detail")?.as_str())
        .or_else(|| body.as_str())
}

/// One line, of a length that fits into a message, without anything that could steer a terminal.
fn sentence(text: &str) -> String {
    const LONGEST: usize = 400;
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST + 1).collect();
    if line.chars().count() > LONGEST {
        line.pop();
        line.push('…');
    }
    line.trim().to_owned()
}
