//! Whose API the sandbox is to be: a request's key tells.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::auth;
use crate::openai;
use crate::refusal::{CAPACITY, Refusal};

/// A provider that the sandbox stands in for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Provider {
    Xai,
    OpenAi,
}

impl Provider {
    /// OpenAI's keys begin with `sk-`, as Anthropic's do in another way. Whoever shows no key gets xAI's answers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match auth::presented(headers) {
            Some(key) if key.starts_with("sk-") && !key.starts_with("sk-ant-") => Self::OpenAi,
            _ => Self::Xai,
        }
    }

    /// A refusal that no route made, in this provider's form.
    pub(crate) fn refuse(self, refusal: Refusal) -> Response {
        match self {
            Self::Xai => refusal.into_response(),
            Self::OpenAi => openai::Refusal::from(refusal).into_response(),
        }
    }

    /// The event of a failure in mid-stream.
    pub(crate) fn failure(self) -> Value {
        match self {
            Self::Xai => json!({ "code": "unavailable", "error": CAPACITY }),
            Self::OpenAi => openai::Refusal::overloaded().body(),
        }
    }
}
