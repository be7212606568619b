//! An exchange that did not end with a whole answer.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Evidence};

/// Why there is no answer, or not the whole of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broken {
    /// What broke it.
    pub by: BrokenBy,
    /// Whether bytes of the request may have left.
    pub sent: bool,
    /// A sentence for people.
    pub message: String,
}

/// What broke an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokenBy {
    /// The network failed.
    Network,
    /// Time ran out, or the caller gave up.
    Timeout,
    /// The answer was too long for a recording.
    Limit,
}

impl Broken {
    /// What broke an exchange that ended with this error. `None` if nothing did: the error is about something else.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        let by = match error.kind() {
            ErrorKind::Network => BrokenBy::Network,
            ErrorKind::Timeout => BrokenBy::Timeout,
            _ => return None,
        };
        Some(Self { by, sent: error.evidence() != Evidence::NotSent, message: error.message().to_owned() })
    }

    /// The caller did not wait for the end.
    pub(crate) fn given_up(evidence: Evidence) -> Self {
        let message = "the caller gave up before the answer was complete".to_owned();
        Self { by: BrokenBy::Timeout, sent: evidence != Evidence::NotSent, message }
    }

    /// The same failure again.
    pub(crate) fn to_error(&self) -> Error {
        let kind = match self.by {
            BrokenBy::Network => ErrorKind::Network,
            BrokenBy::Timeout => ErrorKind::Timeout,
            BrokenBy::Limit => ErrorKind::LimitExceeded,
        };
        let evidence = match (self.by, self.sent) {
            (BrokenBy::Limit, _) => Evidence::Final,
            (_, true) => Evidence::Unanswered,
            (_, false) => Evidence::NotSent,
        };
        Error::new(kind, &*self.message).with_evidence(evidence)
    }
}
