//! What a run came to.

use std::sync::Arc;
use std::time::Duration;

use runner_flow::{ErrorReport, Status};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    /// `run_…`.
    pub run: Arc<str>,
    /// How it ended.
    pub status: Status,
    /// What it gave, or null.
    pub output: Arc<Value>,
    /// The steps that ran, in the order in which they ended. Of many, only the first.
    pub steps: Vec<StepReport>,
    /// How many steps are not among them.
    #[serde(skip_serializing_if = "is_zero")]
    pub steps_left_out: u64,
    /// What went wrong, and in which step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "as_millis")]
    pub duration: Duration,
}

/// What a step came to.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    /// The step.
    pub id: Arc<str>,
    /// How it ended.
    pub status: Status,
    /// How often its action was tried.
    pub attempts: u32,
    /// How long it took, attempts and waits together.
    #[serde(rename = "duration_ms", serialize_with = "as_millis")]
    pub duration: Duration,
    /// What it gave, or null.
    pub output: Arc<Value>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<ErrorReport>>,
}

/// What a run came to, without its steps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunResult {
    /// `run_…`.
    pub run: Arc<str>,
    /// How it ended.
    pub status: Status,
    /// What it gave, or null.
    pub output: Arc<Value>,
    /// What went wrong, and in which step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn as_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(millis(*duration))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it on so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
