//! Why somebody does not get what they asked for, in words that tell them nothing that is not theirs to know.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::bounds;

/// What kind of no it is, for whoever has to say it in a protocol's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefusalKind {
    /// Nobody knows who asks.
    Unauthenticated,
    /// Whoever asks is known and may not do this.
    Forbidden,
    /// There is no such thing, or none that the asker may know of.
    NotFound,
    /// What was asked for cannot be.
    Invalid,
    /// Something changed meanwhile.
    Conflict,
    /// A limit is reached.
    LimitReached,
    /// It could not be done now.
    Unavailable,
}

impl RefusalKind {
    /// The stable code, in `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::LimitReached => "limit_reached",
            Self::Unavailable => "unavailable",
        }
    }

    /// The status of an answer that says so. What conflicts is the version that a change was made from.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::Conflict => StatusCode::PRECONDITION_FAILED,
            Self::LimitReached => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A no: what is wrong, what to do, and when it may be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of no it is.
    pub kind: RefusalKind,
    /// What is wrong, for people.
    pub message: Cow<'static, str>,
    /// What to do about it.
    pub fix: Cow<'static, str>,
    /// How long to wait, where waiting helps.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A no that waiting does not change.
    pub fn new(kind: RefusalKind, message: impl Into<Cow<'static, str>>, fix: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), fix: fix.into(), retry_after: None }
    }

    /// The one answer to whatever is not there, or not for whoever asks: there is no such connection, key or model.
    pub fn missing(what: &str, name: &str, fix: &'static str) -> Self {
        Self::new(RefusalKind::NotFound, format!("there is no {what} {:?}", shown(name)), fix)
    }

    /// The one answer to whatever is not a key that opens something now.
    pub fn unauthenticated() -> Self {
        Self::new(
            RefusalKind::Unauthenticated,
            "this key is not valid",
            "send a key that begins with lwk_ and is neither expired nor revoked, as \"Authorization: Bearer …\"",
        )
    }

    /// The one answer to whatever does not exist, or not for whoever asks.
    pub fn no_model(name: &str) -> Self {
        Self::new(
            RefusalKind::NotFound,
            format!("there is no model {:?} that this key may use", shown(name)),
            "GET /v1/models lists what it may use",
        )
    }
}

/// As much of what somebody calls something as a name may have.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(bounds::NAME).collect()
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.fix)
    }
}

impl std::error::Error for Refusal {}
