//! Why an attempt failed, as the Machine, the records and the expressions know it.

use std::borrow::Cow;
use std::fmt;

use connector_sdk::retry::{self, OwnRetries};
use connector_sdk::{Effect, Error, ErrorKind, Evidence, Origin, Violation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::Span;
use crate::expression::Undefined;

/// A failed attempt: what went wrong, and whether it may be repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub error: Box<ErrorReport>,
    /// Whether the attempt may be repeated.
    pub repeat: Repeat,
}

/// Whether a failed attempt may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Not at all.
    Never,
    /// Only by a step that has a `retry` of its own.
    IfAsked,
    /// By any step.
    ByDefault,
}

impl Failure {
    /// Of an attempt that got as far as the action.
    pub fn of_attempt(error: &Error, effect: Effect, attempt: u32, own: OwnRetries) -> Self {
        let safe = error.kind() != ErrorKind::Cancelled && retry::is_safe(error, effect, 1);
        // A write that was never sent is as safe to repeat as anything else.
        let harmless = effect != Effect::Write || error.evidence() == Evidence::NotSent;
        let by_default = harmless && own == OwnRetries::Unsaid;
        let repeat = match own {
            OwnRetries::Counted => Repeat::Never,
            _ if !safe => Repeat::Never,
            _ if by_default && retry::is_safe(error, effect, attempt) => Repeat::ByDefault,
            OwnRetries::Unsaid | OwnRetries::Once => Repeat::IfAsked,
        };
        Self { error: Box::new(ErrorReport::from(error)), repeat }
    }

    /// Of an attempt that would fail again.
    pub fn lasting(error: impl Into<ErrorReport>) -> Self {
        Self { error: Box::new(error.into()), repeat: Repeat::Never }
    }

    /// Of what had no more time.
    pub(crate) fn timeout(message: String) -> Self {
        Self::lasting(&Error::new(ErrorKind::Timeout, message).with_origin(Origin::Runtime))
    }

    /// Of a step that fails because the flow says so.
    pub(crate) fn of_flow(code: &str, message: String) -> Self {
        let error = ErrorReport::from(&Error::new(ErrorKind::Rejected, message));
        Self::lasting(ErrorReport { code: code.to_owned().into(), origin: "flow".into(), ..error })
    }

    /// Whether something was sent, and nothing proves what became of it.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.error.code == ErrorKind::OutcomeUnknown.code()
    }

    /// Whether somebody cancelled what failed.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.error.code == ErrorKind::Cancelled.code()
    }

    /// Whether only a handler that names it may go on after it, or none.
    pub(crate) fn is_final(&self) -> bool {
        self.is_in_doubt() || self.is_cancelled()
    }
}

/// An error as a run keeps and reports it: the JSON shape of [`Error`], and the step that failed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// The stable code, in `snake_case`.
    pub code: Cow<'static, str>,
    /// A sentence for people.
    pub message: String,
    /// Whose fault it is.
    pub origin: Cow<'static, str>,
    /// The step that failed, in the report of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The HTTP status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How long the provider asked to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Everything that is wrong with an input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// The provider's whole response, where the action hands it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
    /// The line of the flow file where the expression stands that has no value, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Its column, counted from 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl ErrorReport {
    /// Of an expression that has no value: where in the file it stands is said twice, for programs and for people.
    pub(crate) fn expression(error: Undefined, pointer: String, place: &Span) -> Self {
        Self {
            violations: vec![Violation::new(pointer, "undefined", error.message.clone())],
            code: "expression".into(),
            origin: Origin::Expression.code().into(),
            fix: error.fix,
            line: Some(place.line),
            column: Some(place.column),
            ..Self::from(&Error::new(ErrorKind::InvalidInput, error.message))
        }
    }
}

impl From<&Error> for ErrorReport {
    fn from(error: &Error) -> Self {
        Self {
            code: error.kind().code().into(),
            message: error.message().to_owned(),
            origin: error.origin().code().into(),
            step: None,
            fix: error.fix().map(str::to_owned),
            status: error.status(),
            request_id: error.request_id().map(str::to_owned),
            retry_after_ms: error.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            violations: error.violations().to_vec(),
            response: error.response().cloned(),
            line: None,
            column: None,
        }
    }
}

/// Shows what the text shows and no more: a response may hold what the provider was told in confidence.
impl fmt::Debug for ErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorReport")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("origin", &self.origin)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
