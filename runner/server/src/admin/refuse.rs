//! A no of the API: its status, and what is wrong in words.

use http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Method, Response, StatusCode};
use runner_flow::Diagnostic;
use runner_gateway::control::{ControlError, Refusal, RefusalKind};
use runner_gateway::data::Answer;
use serde_json::{Value, json};

use super::json_response;

/// A no.
#[derive(Debug)]
pub(super) struct No(Box<Said>);

#[derive(Debug)]
struct Said {
    status: StatusCode,
    code: &'static str,
    message: String,
    fix: String,
    /// What is wrong with the document as it would be.
    findings: Vec<Value>,
    header: Option<(http::HeaderName, HeaderValue)>,
    /// Whether the control has said no, and noted it.
    is_noted: bool,
}

impl No {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self(Box::new(Said {
            status,
            code,
            message: message.into(),
            fix: fix.into(),
            findings: Vec::new(),
            header: None,
            is_noted: false,
        }))
    }

    /// What was asked for cannot be.
    pub(super) fn invalid(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", message, fix)
    }

    pub(super) fn nowhere() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here", "GET /openapi.json tells what there is")
    }

    pub(super) fn method(allowed: &[Method]) -> Self {
        let allowed: Vec<&str> = allowed.iter().map(Method::as_str).collect();
        let allowed = allowed.join(", ");
        let header = HeaderValue::try_from(&allowed).ok().map(|value| (ALLOW, value));
        let mut no = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            "this method is not known here",
            format!("use {allowed}"),
        );
        no.0.header = header;
        no
    }

    /// What was sent is wrong in these places.
    pub(super) fn findings(findings: &[Diagnostic], within: &str) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let mut no = Self::new(
            status,
            "invalid",
            "this cannot be, as it is wrong in these places",
            "mend each, and send it again",
        );
        no.0.findings = findings.iter().map(|finding| told(finding, within)).collect();
        no
    }

    /// There is no such thing, as far as the asker may know.
    pub(super) fn missing(what: &str, name: &str, fix: &'static str) -> Self {
        let mut no = Self::from(Refusal::missing(what, name, fix));
        no.0.is_noted = false;
        no
    }

    /// What the audit has to be told of it; nothing, if it knows already.
    pub(super) fn to_note(&self) -> Option<Refusal> {
        let kind = match self.0.status {
            StatusCode::NOT_FOUND => RefusalKind::NotFound,
            StatusCode::PRECONDITION_FAILED => RefusalKind::Conflict,
            status if status.is_client_error() => RefusalKind::Invalid,
            _ => RefusalKind::Unavailable,
        };
        (!self.0.is_noted).then(|| Refusal::new(kind, self.0.message.clone(), ""))
    }

    /// Why the control did not do it. Places are told below this pointer; what is above it is nobody's here.
    pub(super) fn of_control(error: ControlError, within: &str) -> Self {
        match error {
            ControlError::Refused(refusal) => refusal.into(),
            ControlError::Invalid(findings) => {
                let mut no = Self::findings(&findings, within);
                no.0.is_noted = true;
                no
            }
            ControlError::Store(error) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the store takes nothing now", error.fix())
            }
        }
    }

    pub(super) fn response(self) -> Response<Answer> {
        let Said { status, code, message, fix, findings, header, is_noted: _ } = *self.0;
        let mut error =
            json!({ "message": message, "type": "invalid_request_error", "param": null, "code": code, "fix": fix });
        if !findings.is_empty() {
            error["findings"] = Value::Array(findings);
        }
        let mut response = json_response(status, json!({ "error": error }).to_string());
        response.headers_mut().extend(header);
        response
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        let status = refusal.kind.status();
        let header = match (refusal.kind, refusal.retry_after) {
            (RefusalKind::Unauthenticated, _) => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            (_, Some(wait)) => Some((RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)))),
            _ => None,
        };
        let mut no = Self::new(status, refusal.kind.code(), refusal.message, refusal.fix);
        (no.0.header, no.0.is_noted) = (header, true);
        no
    }
}

/// A finding, with its place below what the caller knows.
fn told(finding: &Diagnostic, within: &str) -> Value {
    match finding.pointer.strip_prefix(within) {
        Some(pointer) => {
            json!({ "pointer": pointer, "code": finding.code, "message": finding.message, "fix": finding.fix })
        }
        None => {
            let message = "the server's file is wrong elsewhere; whoever runs the server has to mend it";
            json!({ "pointer": null, "code": "elsewhere", "message": message, "fix": null })
        }
    }
}
