//! Exchanges with a provider, written down so that people can read and edit them, and answered again without a network.
//!
//! What is written down holds no credential: of the headers only those on a short list are kept, and everything else
//! is masked before a recorder sees it. Where exchanges are replayed, nothing is dialled.

mod body;
mod broken;
mod mask;
mod recording;
mod replay;
mod sent;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;
use serde::{Deserialize, Serialize};

pub use self::body::Content;
pub(crate) use self::body::unreadable;
pub use self::broken::{Broken, BrokenBy};
pub(crate) use self::mask::Mask;
pub use self::recording::{Recorded, Recording};
pub use self::replay::{Missed, Replay};
pub use self::sent::{Sent, SentBody, SentPart};
use crate::error::Result;

/// What becomes of the exchanges of a call, apart from their being made.
#[derive(Clone, Default)]
pub enum Exchanges {
    /// Nothing: nobody looks on.
    #[default]
    Unobserved,
    /// Each is shown to this recorder once it is over.
    Record(Arc<dyn Recorder>),
    /// None is made: this replayer answers, and nothing is dialled.
    Replay(Arc<dyn Replayer>),
}

/// Sees each exchange once it is over. It is called from within the request and must not block.
pub trait Recorder: Send + Sync {
    /// Takes an exchange of the step at this path.
    fn record(&self, step: &str, exchange: Exchange);
}

/// Answers requests in place of the network.
pub trait Replayer: Send + Sync {
    /// What came of this request of the step at this path.
    fn replay(&self, step: &str, request: &Sent) -> Result<Outcome>;
}

/// A request, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What was sent.
    pub request: Sent,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The provider answered.
    Answered(Answered),
    /// No answer came.
    Broken(Broken),
}

/// What a provider answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The headers that matter to a flow, in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, decompressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Content>,
    /// Why the body ends here, if it is not whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
}

/// The headers on this list, in lower case; those that came several times are joined.
pub(crate) fn kept_headers(headers: &HeaderMap, list: &[&str], mask: &Mask<'_>) -> BTreeMap<String, String> {
    let kept = list.iter().filter(|name| headers.contains_key(**name));
    let joined = |name: &str| {
        let values = headers.get_all(name).iter().filter(|value| !value.is_sensitive());
        let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        mask.text(&values.join(", "))
    };
    kept.map(|name| ((*name).to_owned(), joined(name))).collect()
}
