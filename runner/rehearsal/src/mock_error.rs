//! An error that a mock answers with: the same that the SDK makes of such an answer, or of none.

use std::time::{Duration, SystemTime};

use connector_sdk::http::{Answer, HeaderMap, explain_status};
use connector_sdk::{Error, ErrorKind, Evidence};
use schemars::JsonSchema;
use serde::Deserialize;

/// An error that a step is answered with.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(crate) struct ErrorText {
    /// The HTTP status of the answer. It decides whether the step may be tried again, as in real life.
    #[schemars(range(min = 300, max = 599))]
    pub(crate) status: Option<u16>,
    /// The code of the error; if there is none, the one that the status means.
    #[serde(default)]
    #[schemars(schema_with = "codes")]
    pub(crate) code: Option<String>,
    /// What the provider says.
    pub(crate) message: Option<String>,
    /// How long the provider asks to wait, such as "2s".
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::duration")]
    pub(crate) retry_after: Option<String>,
    /// Whether the request left. Without an answer, it may then have been carried out.
    pub(crate) sent: Option<bool>,
}

/// An error that a step is answered with, read.
#[derive(Clone, Debug)]
pub(crate) struct MockError {
    pub(crate) text: ErrorText,
    pub(crate) retry_after: Option<Duration>,
}

fn codes(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let codes: Vec<&str> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    schemars::json_schema!({ "type": "string", "enum": codes })
}

impl MockError {
    /// The error, as the action would give it.
    pub(crate) fn to_error(&self) -> Error {
        let kind =
            self.text.code.as_deref().and_then(|code| ErrorKind::ALL.iter().find(|kind| kind.code() == code).copied());
        let error = match (self.text.status, kind) {
            (Some(status), None) => self.answered(status),
            (Some(status), Some(kind)) => self.answered(status).with_kind(kind),
            (None, kind) => self.of_kind(kind.unwrap_or(ErrorKind::Unavailable)),
        };
        if self.text.sent == Some(false) { error.with_evidence(Evidence::NotSent) } else { error }
    }

    fn answered(&self, status: u16) -> Error {
        let mut headers = HeaderMap::new();
        if let Some(Ok(wait)) = self.retry_after.map(|wait| wait.as_millis().to_string().parse()) {
            headers.insert("retry-after-ms", wait);
        }
        let body = serde_json::json!({ "error": { "message": self.text.message } });
        let body = body.to_string().into_bytes().into();
        explain_status(&Answer { status, headers, body, at: SystemTime::UNIX_EPOCH })
    }

    fn of_kind(&self, kind: ErrorKind) -> Error {
        let evidence = match kind {
            ErrorKind::RateLimited => Evidence::Refused,
            ErrorKind::Unavailable => Evidence::Failed,
            ErrorKind::Network | ErrorKind::Timeout | ErrorKind::Cancelled | ErrorKind::OutcomeUnknown => {
                Evidence::Unanswered
            }
            _ => Evidence::Final,
        };
        let message = self.text.message.clone().unwrap_or_else(|| format!("the test says {}", kind.code()));
        Error::new(kind, message).with_evidence(evidence).with_retry_after(self.retry_after)
    }
}
