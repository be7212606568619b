//! One call of a model: from the moment that it is let through until its record is written.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use runner_flow::Timestamp;
use serde::{Serialize, Serializer};

use super::usage::Usage;

/// What is known of a call before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it does, in the words of the `gen_ai` conventions.
    pub operation: &'static str,
    /// Whether the answer is to come in pieces.
    pub stream: bool,
    /// How long the request's body is.
    pub body_bytes: u64,
    /// How many tokens the answer may have, all choices together; 0 if it has none at all, nothing if the body does not say.
    pub max_output: Option<u64>,
}

/// What came of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallEnd {
    /// Whether any of it left for the provider.
    pub sent: bool,
    /// The provider's status, if it answered.
    pub status: Option<u16>,
    /// What went wrong, in one word; nothing if all went well.
    pub error_type: Option<Cow<'static, str>>,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the answer's body that were handed on.
    pub bytes_out: u64,
    /// What the answer told of its costs.
    pub usage: Usage,
    /// Until the first byte of the answer.
    pub first_byte: Option<Duration>,
    /// From the first byte of the request to the last of the answer.
    pub duration: Duration,
    /// Of that, what was not spent waiting for the provider or the caller.
    pub overhead: Duration,
    /// How the provider calls it.
    pub upstream_request_id: Option<String>,
    /// What was said, if the model keeps that.
    pub content: Option<Content>,
}

impl CallEnd {
    /// Whether a provider did what was asked, as far as anybody knows: it may cost something.
    pub(crate) fn was_served(&self) -> bool {
        self.sent && self.status.is_none_or(|status| (200..300).contains(&status))
    }
}

/// What was said in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The request's body.
    pub request: Bytes,
    /// The answer's body.
    pub answer: Bytes,
}

/// The id of a call. Ids of later calls are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(u128);

const PREFIX: &str = "call_";
/// Bits of an id below its milliseconds.
const CHANCE: u32 = 80;

impl CallId {
    /// No id is less.
    pub(crate) const FIRST: Self = Self(0);
    /// No id is greater.
    pub(crate) const LAST: Self = Self(u128::MAX);

    /// An id for a call of this moment, which nobody can guess.
    pub(crate) fn new(now: Timestamp) -> Self {
        let chance = rand::random::<u128>() & ((1 << CHANCE) - 1);
        Self(Self::first_of(now).0 | chance)
    }

    /// The least id of a moment.
    pub(crate) fn first_of(moment: Timestamp) -> Self {
        Self(u128::from(moment.as_millis()) << CHANCE)
    }

    /// As it is stored, in the order of ids.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{:032x}", self.0)
    }
}

/// Why a text is no id of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the id of a call, which is call_ and 32 digits")]
pub struct NotACall;

impl Serialize for CallId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl FromStr for CallId {
    type Err = NotACall;

    fn from_str(text: &str) -> Result<Self, NotACall> {
        let digits = text.strip_prefix(PREFIX).filter(|digits| digits.len() == 32).ok_or(NotACall)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u128::from_str_radix(digits, 16).ok().filter(|_| is_hex).map(Self).ok_or(NotACall)
    }
}
