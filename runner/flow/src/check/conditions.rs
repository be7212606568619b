//! Conditions that cannot be: those that are never true or false, and those that are always the same.

use serde_json::Value;

use crate::codes::Code;
use crate::diagnostic::{Findings, Place};
use crate::expression::{Expression, Scope, StepResult, TurnField, View};
use crate::steps::{BranchStep, Step, StepKind};

pub(super) fn check(steps: &[&Step], findings: &mut Findings<'_>) {
    for step in steps {
        if let Some(condition) = &step.condition {
            let pointer = step.pointer_of("if");
            if let Some(always) = constant(condition, &pointer, findings) {
                let what = if always { "this step is always done" } else { "this step is never done" };
                always_the_same(&pointer, what, findings);
            }
        }
        match step.kind() {
            StepKind::Branch(branch) => check_arms(branch, findings),
            StepKind::Repeat(repeat) => {
                let pointer = step.pointer_of("repeat/while");
                // A loop that only `break` and the bound end is a way to write loops.
                if repeat.condition.as_ref().and_then(|condition| constant(condition, &pointer, findings)) == Some(false) {
                    always_the_same(&pointer, "there is never a turn", findings);
                }
            }
            _ => {}
        }
    }
}

fn check_arms(branch: &BranchStep, findings: &mut Findings<'_>) {
    let mut taken_before = false;
    for arm in &branch.arms {
        let pointer = format!("{}/if", arm.pointer);
        let always = arm.condition.as_ref().and_then(|condition| constant(condition, &pointer, findings));
        if taken_before || always == Some(false) {
            let why = if taken_before { "the condition of an arm before it always holds" } else { "it never holds" };
            let message = format!("this arm is never taken: {why}");
            findings.warning(Code::NEVER_TAKEN, Place::Value(&arm.pointer), message, None);
        } else if always == Some(true) {
            always_the_same(&pointer, "this arm is always taken, like one with \"else\"", findings);
        }
        taken_before |= always == Some(true);
    }
}

fn always_the_same(pointer: &str, what: &str, findings: &mut Findings<'_>) {
    let message = format!("the condition refers to nothing that can change: {what}");
    findings.warning(Code::CONSTANT_CONDITION, Place::Value(pointer), message, None);
}

/// What a condition comes to, if that is known before anything runs. What can be no condition is a finding.
fn constant(condition: &Expression, pointer: &str, findings: &mut Findings<'_>) -> Option<bool> {
    if !condition.references().is_empty() {
        return None;
    }
    let message = match condition.evaluate(&Nothing) {
        Ok(Value::Bool(always)) => return Some(always),
        Ok(other) => format!("a condition is true or false, and this is always {}", crate::expression::kind(&other)),
        Err(error) => error.message,
    };
    let fix = Some("write an expression such as input.urgent or steps.ask.output.kind == 'bug'".to_owned());
    findings.error(Code::CONDITION, Place::Value(pointer), message, fix);
    None
}

/// A scope in which there is nothing.
struct Nothing;

impl Scope for Nothing {
    fn variable(&self, _: &str) -> Option<View<'_>> {
        None
    }

    fn turn(&self, _: TurnField) -> Option<View<'_>> {
        None
    }

    fn step(&self, _: &str) -> Option<StepResult<'_>> {
        None
    }
}
