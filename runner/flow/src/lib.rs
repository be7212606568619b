//! Flows: from a file to a checked [`Flow`], and the [`Machine`] that says what a run does next.
//!
//! Pure: no IO, no clock, no randomness. The same text and the same completions give the same operations.

mod check;
mod codes;
mod concurrency;
mod definition;
mod diagnostic;
mod document;
mod duration;
mod expression;
mod failure;
mod flow;
mod footprint;
mod format;
mod graph;
mod machine;
mod name;
mod object;
mod on_error;
mod reading;
mod retry;
mod schema;
mod steps;
mod time;

pub use self::codes::{Explanation, codes, explain};
pub use self::concurrency::{Concurrency, WhenFull};
pub use self::diagnostic::{Diagnostic, Severity};
pub use self::document::{Document, Span};
pub use self::duration::{NotADuration, PATTERN as DURATION_PATTERN, parse_duration};
pub use self::expression::{Word, expression_filters, expression_tests};
pub use self::failure::{ErrorReport, Failure, Repeat};
pub use self::flow::{Flow, OutputPath};
pub use self::format::format;
pub use self::graph::{GraphFormat, graph};
pub use self::machine::{
    Act, Done, Machine, MachineStart, Op, Outcome, Pins, Reason, Signal, Slot, Status, StepKey, StepRecord,
};
pub use self::reading::{Folder, NoFolder};
pub use self::schema::schema;
pub use self::steps::{
    ActionStep, Block, BranchStep, FailStep, ForEachStep, ParallelStep, RepeatStep, SetStep, Step, StepKind, StopStep,
    SubFlowStep, WaitStep,
};
pub use self::time::Timestamp;
