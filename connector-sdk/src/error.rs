//! What went wrong, whose fault it is, and whether trying again can help.
//!
//! The text of an error is for people: it never holds a secret, a whole body or a query string.
//! Machines look at [`ErrorKind`], at the [`Evidence`] and, where there was one, at the provider's response.

use std::fmt;
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::limits;
use crate::violation::Violation;

/// A result whose error is the SDK's own.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, for machines. Each kind has a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input does not fit the action's schema; nothing was sent.
    InvalidInput,
    /// A connection is missing, or its fields are wrong.
    InvalidConnection,
    /// The provider does not accept the credential.
    Unauthorized,
    /// The credential is good and may not do this.
    Forbidden,
    /// The account has no credit left: waiting does not help.
    NoCredits,
    /// The provider asks to slow down.
    RateLimited,
    /// What was asked for does not exist.
    NotFound,
    /// What was asked for existed and was removed by the provider.
    Gone,
    /// The provider refuses the request as it is.
    Rejected,
    /// The provider failed, or is overloaded.
    Unavailable,
    /// The network failed.
    Network,
    /// Time ran out.
    Timeout,
    /// Somebody cancelled.
    Cancelled,
    /// The provider's answer cannot be what it should be.
    MalformedAnswer,
    /// A bound of this runtime was met.
    LimitExceeded,
    /// The target would leave the connection's origin, or the address may not be dialled.
    TargetRefused,
    /// A request that may change something was sent, and nothing proves what became of it.
    OutcomeUnknown,
    /// A defect of this program or of a connector.
    Internal,
}

impl ErrorKind {
    /// Every kind, in the order of their definition.
    pub const ALL: &'static [Self] = &[
        Self::InvalidInput,
        Self::InvalidConnection,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NoCredits,
        Self::RateLimited,
        Self::NotFound,
        Self::Gone,
        Self::Rejected,
        Self::Unavailable,
        Self::Network,
        Self::Timeout,
        Self::Cancelled,
        Self::MalformedAnswer,
        Self::LimitExceeded,
        Self::TargetRefused,
        Self::OutcomeUnknown,
        Self::Internal,
    ];

    /// The stable code, in `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::InvalidConnection => "invalid_connection",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NoCredits => "no_credits",
            Self::RateLimited => "rate_limited",
            Self::NotFound => "not_found",
            Self::Gone => "gone",
            Self::Rejected => "rejected",
            Self::Unavailable => "unavailable",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::MalformedAnswer => "malformed_answer",
            Self::LimitExceeded => "limit_exceeded",
            Self::TargetRefused => "target_refused",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Internal => "internal",
        }
    }

    /// Whose fault such an error is, unless more is known.
    fn usual_origin(self) -> Origin {
        match self {
            Self::InvalidInput | Self::TargetRefused => Origin::Input,
            Self::InvalidConnection | Self::Unauthorized | Self::Forbidden | Self::NoCredits => Origin::Connection,
            Self::NotFound | Self::Gone | Self::Rejected => Origin::Input,
            Self::RateLimited
            | Self::Unavailable
            | Self::Network
            | Self::Timeout
            | Self::MalformedAnswer
            | Self::OutcomeUnknown => Origin::Provider,
            Self::Cancelled => Origin::Cancelled,
            Self::LimitExceeded => Origin::Runtime,
            Self::Internal => Origin::Connector,
        }
    }
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Whoever wrote the input.
    Input,
    /// Whoever wrote the expression.
    Expression,
    /// Whoever set up the connection.
    Connection,
    /// The service behind the connection.
    Provider,
    /// The connector's code.
    Connector,
    /// This runtime.
    Runtime,
    /// The program that embeds the runtime.
    Host,
    /// Nobody: it was cancelled.
    Cancelled,
}

impl Origin {
    /// The stable word, in `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Expression => "expression",
            Self::Connection => "connection",
            Self::Provider => "provider",
            Self::Connector => "connector",
            Self::Runtime => "runtime",
            Self::Host => "host",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What is known about the request behind a failed attempt. It decides, with the action's effect, what may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// No byte of the request left: repeating is always safe.
    NotSent,
    /// The provider said that it did not process the request (429, 408, 425, 503 with Retry-After).
    Refused,
    /// The provider answered that it failed (5xx): it may have done a part.
    Failed,
    /// The request left and no whole answer came back.
    Unanswered,
    /// The same request would fail again, or has been carried out.
    Final,
}

/// An error of the SDK, of a connector or of a provider.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    origin: Origin,
    evidence: Evidence,
    fix: Option<String>,
    retry_after: Option<Duration>,
    status: Option<u16>,
    request_id: Option<String>,
    attempts: u32,
    forbids_repeating: bool,
    violations: Vec<Violation>,
    response: Option<Value>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind. The message is a sentence for the person who has to act on it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            origin: kind.usual_origin(),
            evidence: Evidence::Final,
            fix: None,
            retry_after: None,
            status: None,
            request_id: None,
            attempts: 0,
            forbids_repeating: false,
            violations: Vec::new(),
            response: None,
            source: None,
        }))
    }

    /// An input that does not fit, with everything that is wrong with it.
    pub fn invalid_input(what: &str, violations: Vec<Violation>) -> Self {
        Self::with_violations(ErrorKind::InvalidInput, what, violations)
    }

    /// A connection whose fields do not fit, with everything that is wrong with them.
    pub fn invalid_connection(what: &str, violations: Vec<Violation>) -> Self {
        Self::with_violations(ErrorKind::InvalidConnection, what, violations)
    }

    fn with_violations(kind: ErrorKind, what: &str, violations: Vec<Violation>) -> Self {
        let mut message = match violations.len() {
            1 => format!("{what} is not valid:"),
            n if n > limits::VIOLATIONS => format!("{what} is not valid, in more than {} places:", limits::VIOLATIONS),
            n => format!("{what} is not valid, in {n} places:"),
        };
        for violation in &violations {
            message.push_str(&format!("\n  {violation}"));
        }
        let mut error = Self::new(kind, message);
        error.0.violations = violations;
        error
    }

    /// What the person who reads the message can do about it.
    pub fn with_fix(mut self, fix: impl Into<String>) -> Self {
        self.0.fix = Some(fix.into());
        self
    }

    /// What is known about the request behind this error.
    pub fn with_evidence(mut self, evidence: Evidence) -> Self {
        self.0.evidence = evidence;
        self
    }

    /// Whose fault it is, where the kind alone does not say.
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.0.origin = origin;
        self
    }

    /// The kind, where it turns out to be another one than the status alone suggests.
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self.0.origin = kind.usual_origin();
        self
    }

    /// How long the provider asks to wait.
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// The provider says that the request must not be repeated, whatever else it says.
    pub fn with_repeating_forbidden(mut self, forbidden: bool) -> Self {
        self.0.forbids_repeating = forbidden;
        self
    }

    /// The HTTP status of the answer.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The provider's own id of the request.
    pub fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    /// The provider's whole response, for machines.
    pub fn with_response(mut self, response: Value) -> Self {
        self.0.response = Some(response);
        self
    }

    /// What caused it, for logs.
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whose fault it is.
    pub fn origin(&self) -> Origin {
        self.0.origin
    }

    /// What is known about the request behind it.
    pub fn evidence(&self) -> Evidence {
        self.0.evidence
    }

    /// The sentence for people, without the fix.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it.
    pub fn fix(&self) -> Option<&str> {
        self.0.fix.as_deref()
    }

    /// How long the provider asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the provider says that the request must not be repeated.
    pub fn forbids_repeating(&self) -> bool {
        self.0.forbids_repeating
    }

    /// The HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How many times the request was tried.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Everything that is wrong with an input.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// The provider's whole response, where the action hands it on.
    pub fn response(&self) -> Option<&Value> {
        self.0.response.as_ref()
    }

    /// Applies `change` to every text that came from outside: the message, the fix, the request id and the response.
    pub(crate) fn rewrite_texts(&mut self, change: &dyn Fn(&mut String), values: &dyn Fn(&mut Value)) {
        let inner = &mut *self.0;
        change(&mut inner.message);
        inner.fix.as_mut().map(change);
        inner.request_id.as_mut().map(change);
        for violation in &mut inner.violations {
            change(&mut violation.message);
        }
        inner.response.as_mut().map(values);
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// Shows what the text shows and no more: a response may hold what the provider was told in confidence.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("origin", &self.0.origin)
            .field("evidence", &self.0.evidence)
            .field("status", &self.0.status)
            .field("request_id", &self.0.request_id)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

/// `{code, message, origin, …}`, absent parts left out: the shape that the report of a run gives to its failures too.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inner = &self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", inner.kind.code())?;
        map.serialize_entry("message", &inner.message)?;
        map.serialize_entry("origin", inner.origin.code())?;
        if let Some(fix) = &inner.fix {
            map.serialize_entry("fix", fix)?;
        }
        if let Some(status) = inner.status {
            map.serialize_entry("status", &status)?;
        }
        if let Some(id) = &inner.request_id {
            map.serialize_entry("request_id", id)?;
        }
        if let Some(wait) = inner.retry_after {
            map.serialize_entry("retry_after_ms", &(wait.as_millis() as u64))?;
        }
        if inner.attempts > 0 {
            map.serialize_entry("attempts", &inner.attempts)?;
        }
        if !inner.violations.is_empty() {
            map.serialize_entry("violations", &inner.violations)?;
        }
        if let Some(response) = &inner.response {
            map.serialize_entry("response", response)?;
        }
        map.end()
    }
}
