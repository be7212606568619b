//! Steps: what they have in common, and their kinds. A kind is a file here, and is told by its key.

mod action;
mod block;
mod branch;
mod break_loop;
mod fail;
mod for_each;
mod parallel;
mod repeat;
mod set;
mod stop;
mod sub_flow;
mod wait;

use std::time::Duration;

pub use self::action::ActionStep;
pub use self::block::Block;
pub(crate) use self::branch::Arm;
pub use self::branch::BranchStep;
pub use self::fail::FailStep;
pub use self::for_each::ForEachStep;
pub(crate) use self::for_each::{Items, OnItemError};
pub use self::parallel::ParallelStep;
pub(crate) use self::parallel::WaitFor;
pub use self::repeat::RepeatStep;
pub(crate) use self::repeat::TURNS_WHILE;
pub use self::set::SetStep;
pub use self::stop::StopStep;
pub use self::sub_flow::SubFlowStep;
pub(crate) use self::wait::Awaited;
pub use self::wait::WaitStep;
use crate::codes::Code;
use crate::diagnostic::{Findings, Place};
use crate::expression::Expression;
use crate::name::check_name;
use crate::object::Object;
use crate::on_error::OnError;
use crate::reading::Reading;
use crate::retry::RetrySettings;

/// One step of a flow.
#[derive(Clone, Debug)]
pub struct Step {
    id: String,
    description: Option<String>,
    pub(crate) condition: Option<Expression>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetrySettings>,
    pub(crate) on_error: Option<OnError>,
    kind: StepKind,
    pointer: String,
}

/// What a step does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StepKind {
    /// Calls an action of a connector.
    Action(ActionStep),
    /// Goes one of several ways.
    Branch(BranchStep),
    /// Does its steps for every item.
    ForEach(ForEachStep),
    /// Does its steps again and again.
    Repeat(RepeatStep),
    /// Ends the loop around it.
    Break,
    /// Does several things side by side.
    Parallel(ParallelStep),
    /// Runs another flow.
    SubFlow(SubFlowStep),
    /// Puts values together.
    Set(SetStep),
    /// Waits.
    Wait(WaitStep),
    /// Ends the flow.
    Stop(StopStep),
    /// Fails.
    Fail(FailStep),
}

impl StepKind {
    /// The key in the file that tells this kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Action(_) => action::KIND.key,
            Self::Branch(_) => branch::KIND.key,
            Self::ForEach(_) => for_each::KIND.key,
            Self::Repeat(_) => repeat::KIND.key,
            Self::Break => break_loop::KIND.key,
            Self::Parallel(_) => parallel::KIND.key,
            Self::SubFlow(_) => sub_flow::KIND.key,
            Self::Set(_) => set::KIND.key,
            Self::Wait(_) => wait::KIND.key,
            Self::Stop(_) => stop::KIND.key,
            Self::Fail(_) => fail::KIND.key,
        }
    }
}

/// What a list of steps is to the step, or the flow, that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// What a flow does, or a loop in every turn.
    Body,
    /// What the nth arm of a branch does.
    Arm(usize),
    /// What the nth branch of a parallel does.
    Branch(usize),
    /// What is done when it has failed.
    Handler,
}

/// A kind of step: the key that tells it, and the keys that it has.
struct KindOfStep {
    key: &'static str,
    keys: &'static [&'static str],
    read: fn(&Object<'_>, &mut Reading<'_, '_>) -> Option<StepKind>,
}

/// Every kind.
static KINDS: [KindOfStep; 11] = [
    action::KIND,
    branch::KIND,
    for_each::KIND,
    repeat::KIND,
    break_loop::KIND,
    parallel::KIND,
    sub_flow::KIND,
    set::KIND,
    wait::KIND,
    stop::KIND,
    fail::KIND,
];

/// The keys that every step has.
const COMMON_KEYS: [&str; 6] = ["id", "description", "if", "timeout", "retry", "on_error"];

impl Step {
    /// Unique in its flow.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What its author says about it.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// What it does.
    pub fn kind(&self) -> &StepKind {
        &self.kind
    }

    /// The action that it calls, if it calls one.
    pub fn action(&self) -> Option<&ActionStep> {
        match &self.kind {
            StepKind::Action(action) => Some(action),
            _ => None,
        }
    }

    /// How long it may take in all, attempts and waits together.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// JSON Pointer of the step in its file.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// JSON Pointer of what stands under this key of the step.
    pub(crate) fn pointer_of(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }

    /// Whether its steps are done again and again.
    pub(crate) fn is_loop(&self) -> bool {
        matches!(self.kind, StepKind::ForEach(_) | StepKind::Repeat(_))
    }

    /// Whether the step with this id stands in it.
    pub fn holds(&self, id: &str) -> bool {
        self.blocks().any(|block| block.holds(id))
    }

    /// The lists of steps that stand in it, in the order of the file; what is done on an error last.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.parts().into_iter().map(|(_, block)| block)
    }

    /// The same, with what each list is to the step.
    pub(crate) fn parts(&self) -> Vec<(Part, &Block)> {
        let mut parts: Vec<(Part, &Block)> = match &self.kind {
            StepKind::Branch(branch) => {
                branch.arms.iter().enumerate().map(|(index, arm)| (Part::Arm(index), &arm.steps)).collect()
            }
            StepKind::Parallel(parallel) => {
                parallel.branches.iter().enumerate().map(|(index, (_, steps))| (Part::Branch(index), steps)).collect()
            }
            StepKind::ForEach(each) => vec![(Part::Body, &each.steps)],
            StepKind::Repeat(repeat) => vec![(Part::Body, &repeat.steps)],
            StepKind::Action(_)
            | StepKind::Break
            | StepKind::SubFlow(_)
            | StepKind::Set(_)
            | StepKind::Wait(_)
            | StepKind::Stop(_)
            | StepKind::Fail(_) => Vec::new(),
        };
        parts.extend(self.on_error.iter().map(|on_error| (Part::Handler, &on_error.steps)));
        parts
    }

    /// Visits this step and all that stand in it, in the order of the file.
    pub(crate) fn visit<'s>(&'s self, visit: &mut dyn FnMut(&'s Self)) {
        visit(self);
        self.blocks().flat_map(|block| block.iter()).for_each(|step| step.visit(visit));
    }

    pub(crate) fn read(object: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<Self> {
        let id = object.required("id", "a step", reading.findings).and_then(|_| object.text("id", reading.findings));
        if let Some(id) = id {
            check_name(id, Place::Value(&object.at("id")), reading.findings);
            reading.note_id(id, &object.pointer);
        }
        let description = object.text("description", reading.findings).map(str::to_owned);
        let condition = object.expression("if", reading.findings);
        let timeout = object.duration("timeout", reading.findings);
        let retry = RetrySettings::read(object, reading.findings);
        let kind = kind_of(object, reading.findings);
        if kind.is_none() {
            // What stands in a step of no kind is looked at all the same.
            Block::read(object, "steps", reading);
        }
        let kind = kind.and_then(|kind| (kind.read)(object, reading));
        let on_error = OnError::read(object, reading);
        let pointer = object.pointer.clone();
        let id = id.unwrap_or_default().to_owned();
        Some(Self { id, description, condition, timeout, retry, on_error, kind: kind?, pointer })
    }
}

/// The one kind that the step's keys tell, after a look at all its keys.
fn kind_of(object: &Object<'_>, findings: &mut Findings<'_>) -> Option<&'static KindOfStep> {
    let mut kinds = KINDS.iter().filter(|kind| object.has(kind.key));
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) => {
            let keys: Vec<&str> = COMMON_KEYS.iter().chain(kind.keys).copied().collect();
            object.only(&keys, &format!("a step with {:?}", kind.key), findings);
            Some(kind)
        }
        (Some(first), Some(second)) => {
            let message = format!("a step cannot have {:?} and {:?}", first.key, second.key);
            findings.error(
                Code::TWO_KINDS,
                Place::Key(&object.at(second.key)),
                message,
                Some("make two steps of it".to_owned()),
            );
            Some(first)
        }
        (None, _) => {
            unknown_kind(object, findings);
            None
        }
    }
}

/// A key that is not known is told as such; the step is without a kind only if there is none.
fn unknown_kind(object: &Object<'_>, findings: &mut Findings<'_>) {
    let keys: Vec<&str> = COMMON_KEYS.into_iter().chain(KINDS.iter().flat_map(|kind| kind.keys).copied()).collect();
    if object.only(&keys, "a step", findings) {
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
        let fix = Some(format!("a step has one of {}", kinds.join(", ")));
        findings.error(Code::UNKNOWN_KIND, Place::Value(&object.pointer), "this step does nothing", fix);
    }
}
