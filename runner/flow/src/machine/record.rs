//! What became of the steps of a run.

use std::collections::HashMap;
use std::sync::Arc;

use connector_sdk::limits;
use serde::Serialize;
use serde_json::{Value, json};

use super::op::StepKey;
use super::step::InFlight;
use crate::failure::ErrorReport;
use crate::footprint::footprint;
use crate::time::Timestamp;

/// How a step, or a run, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed,
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
            Self::Cancelled => "cancelled",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }

    /// How what ended with this error ended.
    pub fn of_error(error: &ErrorReport) -> Self {
        match error.code {
            "cancelled" => Self::Cancelled,
            "outcome_unknown" => Self::OutcomeUnknown,
            _ => Self::Failed,
        }
    }
}

/// A step that is over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepRecord {
    /// The step.
    pub key: StepKey,
    /// How it ended.
    pub status: Status,
    /// What it gave, or null.
    pub output: Value,
    /// What went wrong.
    pub error: Option<ErrorReport>,
    /// When its first attempt began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
}

/// All steps that are over, pinned ones first.
#[derive(Debug, Default)]
pub(super) struct Records {
    all: Vec<StepRecord>,
    pinned: usize,
    /// The output and the error of each as expressions see them.
    shared: Vec<Shared>,
    by_id: HashMap<String, usize>,
    /// What all outputs take together.
    bytes: usize,
}

/// What expressions see of a step that is over.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) output: Arc<Value>,
    pub(super) error: Option<Arc<Value>>,
}

impl Records {
    pub(super) fn pin(&mut self, id: &str, output: Value, at: Timestamp) {
        let key = StepKey::new(id);
        self.add(StepRecord { key, status: Status::Succeeded, output, error: None, started: at, finished: at });
        self.pinned += 1;
    }

    pub(super) fn finish(&mut self, step: &InFlight, result: Result<Value, ErrorReport>, at: Timestamp) {
        let (status, output, error) = match result {
            Ok(output) => (Status::Succeeded, output, None),
            Err(error) => (Status::of_error(&error), Value::Null, Some(error)),
        };
        self.add(StepRecord { key: step.key.clone(), status, output, error, started: step.started, finished: at });
    }

    fn add(&mut self, record: StepRecord) {
        self.bytes += footprint(&record.output);
        self.by_id.insert(record.key.as_str().to_owned(), self.all.len());
        let error = record.error.as_ref().map(|error| Arc::new(json!(error)));
        self.shared.push(Shared { output: Arc::new(record.output.clone()), error });
        self.all.push(record);
    }

    /// Whether the outputs together are over [`limits::RUN_OUTPUTS`].
    pub(super) fn are_too_large(&self) -> bool {
        self.bytes > limits::RUN_OUTPUTS
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// The step with this id, and what expressions see of it.
    pub(super) fn get(&self, id: &str) -> Option<(&StepRecord, &Shared)> {
        let index = *self.by_id.get(id)?;
        Some((self.all.get(index)?, self.shared.get(index)?))
    }

    pub(super) fn last_output(&self, id: Option<&str>) -> Value {
        id.and_then(|id| self.get(id)).map_or(Value::Null, |(record, _)| record.output.clone())
    }

    pub(super) fn ended(&self) -> &[StepRecord] {
        &self.all[self.pinned..]
    }
}
