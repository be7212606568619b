//! What a Machine asks for, and what it is told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::failure::Failure;
use crate::time::Timestamp;

/// Which step of a run: its path in the flow, such as `classify`. The same in every replay.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepKey(Arc<str>);

impl StepKey {
    pub(super) fn new(path: &str) -> Self {
        Self(path.into())
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for StepKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something to do. What became of an `Act` and of a `Sleep` is told to [`Machine::complete`](super::Machine::complete).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Op {
    /// Call an action.
    Act(Act),
    /// Wait until a moment.
    Sleep {
        /// The step that waits.
        key: StepKey,
        /// When it goes on.
        until: Timestamp,
        /// Why its attempt is repeated.
        reason: Reason,
    },
    /// Stop what this step does now. An `Act` tells nevertheless what became of it; a `Sleep` does not.
    Cancel {
        /// The step.
        key: StepKey,
    },
}

/// One attempt of a step that calls an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Act {
    /// The step.
    pub key: StepKey,
    /// Which attempt, counted from 1.
    pub attempt: u32,
    /// `connector/action`.
    pub action: String,
    /// The slot of the connection.
    pub connection: Option<String>,
    /// The action's input.
    pub input: Value,
    /// What is left of the time that the flow allows for the step. If it says nothing, the action's own time holds.
    pub timeout: Option<Duration>,
    /// What is left of the run's time, where it is bounded.
    pub time_left: Option<Duration>,
}

/// Why an attempt is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The stable code of the error.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Done {
    /// An attempt ended.
    Acted {
        /// The step.
        key: StepKey,
        /// Which attempt.
        attempt: u32,
        /// What it gave.
        outcome: Result<Value, Failure>,
    },
    /// A wait ended.
    Slept {
        /// The step.
        key: StepKey,
    },
}

impl Done {
    pub(super) fn key(&self) -> &StepKey {
        match self {
            Self::Acted { key, .. } | Self::Slept { key } => key,
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Outcome {
    /// All its steps did.
    Succeeded {
        /// What the run gave.
        output: Value,
    },
    /// A step failed, or the run could not begin or give its output.
    Failed {
        /// The step, if it was one.
        step: Option<StepKey>,
        /// What went wrong.
        failure: Failure,
    },
    /// Somebody cancelled it, and nothing is in doubt.
    Cancelled,
    /// Something was sent, and nothing proves what became of it.
    OutcomeUnknown {
        /// The step that sent it.
        step: StepKey,
        /// What is known.
        failure: Failure,
    },
}
