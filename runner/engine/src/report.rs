//! What a run came to.

use std::time::Duration;

use runner_flow::{ErrorReport, Status};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::events::RunEvent;

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    /// `run_…`.
    pub run: String,
    /// How it ended.
    pub status: Status,
    /// What it gave, or null.
    pub output: Value,
    /// The steps that ran, in order.
    pub steps: Vec<StepReport>,
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
    pub id: String,
    /// How it ended.
    pub status: Status,
    /// How often its action was tried.
    pub attempts: u32,
    /// How long it took, attempts and waits together.
    #[serde(rename = "duration_ms", serialize_with = "as_millis")]
    pub duration: Duration,
    /// What it gave, or null.
    pub output: Value,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

impl RunReport {
    pub(crate) fn finished(&self) -> RunEvent {
        RunEvent::RunFinished {
            run: self.run.clone(),
            status: self.status,
            duration_ms: millis(self.duration),
            output: (self.status == Status::Succeeded).then(|| self.output.clone()),
            error: self.error.clone(),
        }
    }
}

impl StepReport {
    pub(crate) fn finished(&self, run: &str) -> RunEvent {
        RunEvent::StepFinished {
            run: run.to_owned(),
            step: self.id.clone(),
            status: self.status,
            attempts: self.attempts,
            duration_ms: millis(self.duration),
            output: (self.status == Status::Succeeded).then(|| self.output.clone()),
            error: self.error.clone(),
        }
    }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn as_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(millis(*duration))
}
