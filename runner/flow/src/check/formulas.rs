//! The expressions of a step, and when each is evaluated.

use serde_json::Value;

use crate::definition::Definition;
use crate::expression::{Compared, Expression, Path, Template};
use crate::steps::{Awaited, Items, Step, StepKind, WaitStep};

/// A value with expressions, or a bare expression.
pub(super) enum Formula<'f> {
    Template(&'f Template),
    Bare(&'f Expression),
}

impl<'f> Formula<'f> {
    /// What it refers to, each with the pointer, from here, of the text that it stands in.
    pub(super) fn paths(&self) -> Vec<(String, &'f Path)> {
        match self {
            Self::Template(template) => template.references(),
            Self::Bare(expression) => expression.references().iter().map(|path| (String::new(), path)).collect(),
        }
    }

    /// What it compares with what, each with the same pointer.
    pub(super) fn comparisons(&self) -> Vec<(String, Compared<'f>)> {
        match self {
            Self::Template(template) => template.comparisons(),
            Self::Bare(expression) => expression.comparisons().into_iter().map(|one| (String::new(), one)).collect(),
        }
    }
}

/// Those of the flow itself, each with its pointer.
pub(super) fn of_flow(flow: &Definition) -> Vec<(String, Formula<'_>)> {
    let key = flow.concurrency.as_ref().and_then(|concurrency| concurrency.key.as_ref());
    let key = key.map(|key| ("/concurrency/key".to_owned(), Formula::Template(key)));
    let output = flow.output.as_ref().map(|output| ("/output".to_owned(), Formula::Template(output)));
    key.into_iter().chain(output).collect()
}

/// All those of a step, each with its pointer.
pub(super) fn all<'f>(step: &'f Step, file: &Value) -> Vec<(String, Formula<'f>)> {
    before(step, file).into_iter().chain(before_turn(step)).chain(after_turn(step)).collect()
}

/// Those of a step that are evaluated before anything in it runs, each with its pointer.
pub(super) fn before<'f>(step: &'f Step, file: &Value) -> Vec<(String, Formula<'f>)> {
    let condition = step.condition.iter().map(|condition| (step.pointer_of("if"), Formula::Bare(condition)));
    let mut found: Vec<(String, Formula<'f>)> = condition.collect();
    let (key, formula) = match step.kind() {
        StepKind::Action(action) => ("with", Formula::Template(&action.with)),
        StepKind::SubFlow(flow) => ("with", Formula::Template(&flow.with)),
        StepKind::Set(set) => ("set", Formula::Template(&set.value)),
        StepKind::Stop(stop) => ("stop", Formula::Template(&stop.response)),
        StepKind::Fail(fail) => {
            let in_object = file.pointer(&step.pointer_of("fail")).is_some_and(Value::is_object);
            (if in_object { "fail/message" } else { "fail" }, Formula::Template(&fail.message))
        }
        StepKind::Wait(WaitStep(Awaited::For(duration))) => ("wait", Formula::Template(duration)),
        StepKind::Wait(WaitStep(Awaited::Until(moment))) => ("wait/until", Formula::Template(moment)),
        StepKind::ForEach(each) => match &each.items {
            Items::Of(expression) => ("for_each", Formula::Bare(expression)),
            Items::Written(template) => ("for_each", Formula::Template(template)),
        },
        StepKind::Repeat(repeat) => match &repeat.times {
            Some(times) => ("repeat/times", Formula::Template(times)),
            None => return found,
        },
        StepKind::Branch(branch) => {
            let arms = branch.arms.iter();
            let conditions = arms.filter_map(|arm| Some((format!("{}/if", arm.pointer), arm.condition.as_ref()?)));
            found.extend(conditions.map(|(pointer, condition)| (pointer, Formula::Bare(condition))));
            return found;
        }
        StepKind::Wait(WaitStep(Awaited::Signal(_))) | StepKind::Parallel(_) | StepKind::Break => return found,
    };
    found.push((step.pointer_of(key), formula));
    found
}

/// The condition of a loop, which knows the turn that it decides on.
pub(super) fn before_turn(step: &Step) -> Option<(String, Formula<'_>)> {
    match step.kind() {
        StepKind::Repeat(repeat) => Some((step.pointer_of("repeat/while"), Formula::Bare(repeat.condition.as_ref()?))),
        _ => None,
    }
}

/// What a turn of a loop gives.
pub(super) fn after_turn(step: &Step) -> Option<(String, Formula<'_>)> {
    let output = match step.kind() {
        StepKind::ForEach(each) => each.output.as_ref(),
        StepKind::Repeat(repeat) => repeat.output.as_ref(),
        _ => None,
    };
    Some((step.pointer_of("output"), Formula::Template(output?)))
}
