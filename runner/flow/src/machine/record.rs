//! What became of a step.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::step_key::StepKey;
use crate::failure::ErrorReport;
use crate::time::Timestamp;

/// How a step, or a run, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed,
    /// Its condition did not hold.
    Skipped,
    /// Somebody cancelled it.
    Cancelled,
    /// Something was sent, and nothing proves what became of it.
    OutcomeUnknown,
}

impl Status {
    /// The stable word, in `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }

    /// How what ended with this error ended.
    pub fn of_error(error: &ErrorReport) -> Self {
        match &*error.code {
            "cancelled" => Self::Cancelled,
            "outcome_unknown" => Self::OutcomeUnknown,
            _ => Self::Failed,
        }
    }
}

/// A step that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The step.
    pub key: StepKey,
    /// The key in the file that tells what it does: `action`, `for_each`, …
    pub kind: Cow<'static, str>,
    /// How it ended.
    pub status: Status,
    /// What it gave, or null.
    #[serde(with = "super::shared")]
    pub output: Arc<Value>,
    /// What went wrong, also where the flow has handled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<ErrorReport>>,
    /// How often it was tried; for a step with steps in it, its rounds. None if it did not come to that.
    pub attempts: u32,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
}
