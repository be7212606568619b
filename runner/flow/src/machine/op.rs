//! What a Machine asks for, and what it is told. All of it can be written down and read back.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::step_key::StepKey;
use crate::failure::Failure;
use crate::time::Timestamp;

/// Outputs of steps that are taken as given, by the keys of the steps: those steps do not run.
pub type Pins = BTreeMap<String, Value>;

/// Something to do. What became of it is told to [`Machine::complete`](super::Machine::complete).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Call an action.
    Act(Act),
    /// Wait until a moment.
    Sleep {
        /// The step that waits.
        key: StepKey,
        /// When it goes on.
        until: Timestamp,
        /// Why what it does is repeated then; none if the step is a wait.
        reason: Option<Reason>,
    },
    /// Wait for a signal, or until its time is over.
    Wait {
        /// The step that waits.
        key: StepKey,
        /// The name of the signal.
        signal: String,
        /// When it waits no longer.
        until: Option<Timestamp>,
    },
    /// Stop what this step does now. An `Act` tells nevertheless what became of it; a `Sleep` and a `Wait` do not.
    /// A `Wait` is stopped also when its signal has come.
    Cancel {
        /// The step.
        key: StepKey,
    },
}

/// One attempt of a step that calls an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// The step.
    pub key: StepKey,
    /// Which attempt, counted from 1.
    pub attempt: u32,
    /// `connector/action`.
    pub action: String,
    /// The connection that it uses.
    pub connection: Option<Slot>,
    /// The action's input.
    pub input: Value,
    /// What is left of the time that the flow allows for the step. If it says nothing, the action's own time holds.
    pub timeout: Option<Duration>,
    /// When the time of what is around the step is over.
    pub deadline: Option<Timestamp>,
}

/// A connection of a flow, as the file names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Its name in the file.
    pub name: String,
    /// The connector that it has to be of.
    pub connector: String,
}

/// Why something is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The attempt that failed, counted from 1.
    pub attempt: u32,
    /// The stable code of the error.
    pub code: Cow<'static, str>,
    /// A sentence for people.
    pub message: String,
}

/// What became of an operation, or a signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// A `Sleep` ended, or the time of a `Wait` is over.
    Slept {
        /// The step.
        key: StepKey,
    },
    /// Somebody sent a signal.
    Signalled(Signal),
}

/// What somebody outside tells a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Its own id: one that comes a second time is ignored.
    pub id: String,
    /// Which steps wait for it.
    pub name: String,
    /// What comes with it.
    pub data: Value,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it should.
    Succeeded {
        /// What the run gave.
        #[serde(with = "super::shared")]
        output: Arc<Value>,
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
