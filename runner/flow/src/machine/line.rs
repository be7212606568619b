//! What is under way: lines of steps, in a tree.
//!
//! A line goes through a list of steps, one after the other. What stands inside its step has lines of its own: the arm
//! of a branch, the turns of a loop, the branches of a parallel, the steps of a sub-flow, what is done on an error.

use std::sync::Arc;

use super::arena::{Arena, Id};
use super::loops::Turns;
use super::output::Output;
use super::parallel::Branches;
use super::run::FlowRun;
use super::scope::ScopeId;
use super::step_key::StepKey;
use crate::failure::Failure;
use crate::steps::Block;
use crate::time::Timestamp;

pub(super) type LineId = Id<Line>;
pub(super) type Lines = Arena<Line>;

/// A list of steps that is gone through. A line without a step under way stands in the queue of the Machine.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) owner: Owner,
    /// Which part of its owner it is: the number of a turn, or of a branch.
    pub(super) part: usize,
    pub(super) block: Block,
    /// The step that is under way, or comes next.
    pub(super) index: usize,
    /// One past the last step.
    pub(super) end: usize,
    pub(super) scope: ScopeId,
    /// Whether the scope is its own, and ends with it.
    pub(super) owns_scope: bool,
    /// What the keys of its steps begin with.
    pub(super) prefix: Arc<str>,
    /// When the time of what is around is over.
    pub(super) deadline: Option<Timestamp>,
    /// What the last step gave.
    pub(super) last: Output,
    /// Whether it is cut off: no step begins any more.
    pub(super) cancelled: bool,
    pub(super) step: Option<StepRun>,
}

/// Whose a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Owner {
    /// The run's.
    #[default]
    Run,
    /// Of the step that is under way in this line.
    Step(LineId),
}

/// A step that is under way.
#[derive(Debug)]
pub(super) struct StepRun {
    pub(super) key: StepKey,
    pub(super) started: Timestamp,
    /// Which attempt; of a step with steps in it, which round.
    pub(super) attempt: u32,
    /// When its time is over, or that of what is around.
    pub(super) deadline: Option<Timestamp>,
    pub(super) doing: Doing,
}

/// What a step does now.
#[derive(Debug, Default)]
pub(super) enum Doing {
    /// It begins, or ends.
    #[default]
    Nothing,
    /// Its action is called.
    Acting,
    /// It waits to be tried again.
    Resting { until: Timestamp },
    /// It waits, and its time may be over before the wait is.
    Sleeping { until: Timestamp, to_the_end: bool },
    /// It waits for a signal.
    Listening,
    /// It has not begun: others have their turn first.
    Pausing,
    /// What stands inside is under way.
    Parts(Box<Parts>),
}

impl StepRun {
    /// When time alone ends what it does, if it does.
    pub(super) fn wakes_at(&self) -> Option<Timestamp> {
        match self.doing {
            Doing::Resting { until } | Doing::Sleeping { until, .. } => Some(until),
            Doing::Listening => self.deadline,
            Doing::Pausing => Some(self.started),
            Doing::Nothing | Doing::Acting | Doing::Parts(_) => None,
        }
    }
}

/// What stands inside a step and is under way.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) lines: Vec<LineId>,
    /// How the step ends, once that is known and some of its lines are not over yet.
    pub(super) verdict: Option<End>,
    pub(super) work: Work,
}

/// What the lines of a step are.
#[derive(Debug)]
pub(super) enum Work {
    /// The arm of a branch.
    Arm,
    /// The turns of a loop.
    Turns(Turns),
    /// The branches of a parallel.
    Branches(Branches),
    /// The steps of a sub-flow.
    Flow(FlowRun),
    /// What is done about this failure of the step.
    Handler(Failure),
}

impl Parts {
    pub(super) fn of(work: Work) -> Doing {
        Doing::Parts(Box::new(Self { lines: Vec::new(), verdict: None, work }))
    }
}

/// How the work of a step, or a line, ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// It gave this.
    Gave(Output),
    /// It failed.
    Failed(Failure),
    /// It ends the loop around it. What the line had so far.
    Broke(Output),
    /// It ends the flow that it stands in, with this output.
    Stopped(Output),
    /// It was cut off.
    Cancelled,
}

impl End {
    /// Whether something was sent, and nothing proves what became of it: this outdoes every other end.
    pub(super) fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.is_in_doubt())
    }
}

impl From<Result<Output, Failure>> for End {
    fn from(result: Result<Output, Failure>) -> Self {
        result.map_or_else(Self::Failed, Self::Gave)
    }
}

/// What a line does after its step has ended.
#[derive(Debug)]
pub(super) enum Next {
    /// The step after it.
    Step,
    /// Nothing yet: the step is tried again, or its failure is handled.
    Wait,
    /// It ends.
    End(End),
}
