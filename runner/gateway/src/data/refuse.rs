//! A no, in the shape that the caller's client reads.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use connector_sdk::http::message_in;
use connector_sdk::{Dialect, Error, ErrorKind, Evidence, Origin};
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer::Answer;
use crate::control::{Refusal, RefusalKind};

/// A client that is asked to wait longer is told not to try again by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a call ends without the provider's answer, or in the middle of it.
#[derive(Clone, Debug)]
pub(super) struct No {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
    /// What the audit is to be told; nothing, if it knows already, since the control itself said no.
    kind: Option<RefusalKind>,
}

impl No {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let kind = match status.as_u16() {
            401 => RefusalKind::Unauthenticated,
            403 => RefusalKind::Forbidden,
            404 => RefusalKind::NotFound,
            400..=499 => RefusalKind::Invalid,
            _ => RefusalKind::Unavailable,
        };
        Self { status, code, message: message.into(), retry_after: None, kind: Some(kind) }
    }

    pub(super) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", message)
    }

    pub(super) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub(super) fn too_large(bound: u64) -> Self {
        let message = format!("the body is over {} MiB, which is the most that is passed on", bound >> 20);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    pub(super) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the request's body arrives too slowly")
    }

    pub(super) fn busy() -> Self {
        let no = Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "the gateway has too much to do; try again");
        Self { retry_after: Some(Duration::from_secs(1)), ..no }
    }

    pub(super) fn revoked() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "revoked", "the key was revoked while the call was under way")
    }

    pub(super) fn silent(length: Duration) -> Self {
        let message = format!("the provider sent nothing for {} s", length.as_secs());
        Self::new(StatusCode::GATEWAY_TIMEOUT, "timeout", message)
    }

    pub(super) fn too_long() -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "too_long", "an event of the provider's stream is too long to be passed on")
    }

    pub(super) fn redirected() -> Self {
        let message = "the provider answered with a redirect, which is not followed; an admin can correct its base URL";
        Self::new(StatusCode::BAD_GATEWAY, "redirected", message)
    }

    pub(super) fn broken() -> Self {
        let message = "the connection to the provider broke before its answer was complete";
        Self::new(StatusCode::BAD_GATEWAY, "broken", message)
    }

    /// The word that metrics and records have for it.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// Whether it came to nothing before a byte had left.
    pub(super) fn is_before_sending(&self) -> bool {
        matches!(self.code, "no_connection" | "misconfigured" | "invalid")
    }

    /// What the audit has to be told of it.
    pub(super) fn to_note(&self) -> Option<Refusal> {
        self.kind.map(|kind| Refusal::new(kind, self.message.clone(), ""))
    }

    /// The whole answer.
    pub(super) fn response(&self, dialect: Dialect) -> Response<Answer> {
        let body = error(dialect, self.status, self.client_code(), &self.message).to_string();
        let mut response = Response::new(Answer::whole(body.into()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
            if wait > PATIENCE {
                headers.insert("x-should-retry", HeaderValue::from_static("false"));
            }
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }

    /// The event that ends a stream whose answer has begun.
    pub(super) fn event(&self, dialect: Dialect) -> Bytes {
        let data = error(dialect, self.status, self.client_code(), &self.message);
        match dialect {
            Dialect::OpenAi => format!("data: {data}\n\n").into(),
            Dialect::Anthropic => format!("event: error\ndata: {data}\n\n").into(),
        }
    }

    /// The code that clients of OpenAI know.
    fn client_code(&self) -> &'static str {
        match self.code {
            "unauthenticated" | "revoked" => "invalid_api_key",
            "no_model" => "model_not_found",
            "limit_reached" => "rate_limit_exceeded",
            code => code,
        }
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        let status = refusal.kind.status();
        // What this place looks for by name is always a model.
        let code = if refusal.kind == RefusalKind::NotFound { "no_model" } else { refusal.kind.code() };
        Self { retry_after: refusal.retry_after, kind: None, ..Self::new(status, code, refusal.to_string()) }
    }
}

/// What kept the provider's answer away.
impl From<&Error> for No {
    fn from(error: &Error) -> Self {
        match (error.kind(), error.evidence()) {
            (ErrorKind::Network, Evidence::NotSent) => {
                Self::new(StatusCode::BAD_GATEWAY, "no_connection", "the provider cannot be reached; nothing was sent")
            }
            (ErrorKind::Network, _) => Self::broken(),
            (ErrorKind::TargetRefused, _) if error.origin() == Origin::Input => {
                Self::invalid(error.message().to_owned())
            }
            _ => Self::new(
                StatusCode::BAD_GATEWAY,
                "misconfigured",
                "the connection to the provider does not work; an admin can test it",
            ),
        }
    }
}

/// An error as the caller's client reads it.
fn error(dialect: Dialect, status: StatusCode, code: &str, message: &str) -> Value {
    match dialect {
        Dialect::OpenAi => {
            json!({ "error": { "message": message, "type": type_of_openai(status), "param": null, "code": code } })
        }
        Dialect::Anthropic => {
            json!({ "type": "error", "error": { "type": type_of_anthropic(status), "message": message } })
        }
    }
}

fn type_of_openai(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        _ => "server_error",
    }
}

fn type_of_anthropic(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        504 => "timeout_error",
        503 | 529 => "overloaded_error",
        _ => "api_error",
    }
}

/// A provider's error in another shape than the caller's client reads, with the provider's words. Nothing, if the shape is right.
pub(super) fn reshaped(dialect: Dialect, status: StatusCode, body: &[u8]) -> Option<Bytes> {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    if parsed.as_ref().is_some_and(|parsed| is_right(dialect, parsed)) {
        return None;
    }
    let code = parsed.as_ref().and_then(|parsed| parsed.get("code")?.as_str()).unwrap_or("provider_error");
    let words = match &parsed {
        Some(parsed) => message_in(parsed).map(str::to_owned).unwrap_or_else(|| parsed.to_string()),
        None => plain_words(status, body),
    };
    Some(error(dialect, status, code, &words).to_string().into())
}

fn is_right(dialect: Dialect, body: &Value) -> bool {
    let says = |field: &str| body.pointer(field).is_some_and(Value::is_string);
    match dialect {
        Dialect::OpenAi => says("/error/message"),
        Dialect::Anthropic => body["type"] == "error" && says("/error/type") && says("/error/message"),
    }
}

/// A text is the provider's own; a page is some server's in front of it.
fn plain_words(status: StatusCode, body: &[u8]) -> String {
    match std::str::from_utf8(body).map(str::trim) {
        Ok(text) if !text.is_empty() && !text.starts_with('<') => text.to_owned(),
        _ => format!("the provider answered {status}"),
    }
}

#[cfg(test)]
mod tests {
    use connector_sdk::Dialect;
    use http::StatusCode;
    use serde_json::{Value, json};

    use super::reshaped;

    fn said(dialect: Dialect, body: &str) -> Option<Value> {
        let bytes = reshaped(dialect, StatusCode::TOO_MANY_REQUESTS, body.as_bytes())?;
        Some(serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn an_error_in_the_right_shape_stays_as_it_is() {
        assert_eq!(said(Dialect::OpenAi, r#"{"error": {"message": "no", "x": 1}}"#), None);
        assert_eq!(said(Dialect::Anthropic, r#"{"type":"error","error":{"type":"x","message":"no"}}"#), None);
    }

    #[test]
    fn another_shape_becomes_the_clients_with_the_providers_words() {
        let flat = r#"{"code":"resource-exhausted","error":"Too many requests for team x."}"#;
        let nested = json!({ "error": {
            "message": "Too many requests for team x.", "type": "rate_limit_error", "param": null, "code": "resource-exhausted"
        } });
        assert_eq!(said(Dialect::OpenAi, flat), Some(nested));
        let error = json!({ "type": "rate_limit_error", "message": "Too many requests for team x." });
        assert_eq!(said(Dialect::Anthropic, flat), Some(json!({ "type": "error", "error": error })));
        let message = |body| said(Dialect::OpenAi, body).unwrap()["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(message("missing field `input` at line 1"), "missing field `input` at line 1");
        assert_eq!(message("<html>…"), "the provider answered 429 Too Many Requests");
        assert_eq!(message(""), "the provider answered 429 Too Many Requests");
        assert_eq!(message(r#"{"what":1}"#), r#"{"what":1}"#);
    }
}
