//! Conditions that cannot be: those that are never true or false, and those that are always the same.

use serde_json::Value;

use super::knowledge::Knowledge;
use crate::codes::Code;
use crate::diagnostic::{Findings, Place, Severity};
use crate::expression::{Expression, Scope, StepResult, TurnField, View, kind};
use crate::steps::{BranchStep, ForEachStep, Items, Step, StepKind};

pub(super) fn check(steps: &[&Step], knowledge: &Knowledge<'_>, findings: &mut Findings<'_>) {
    for step in steps {
        if let Some(condition) = &step.condition {
            let pointer = step.pointer_of("if");
            if let Some(always) = constant(condition, &pointer, knowledge, findings) {
                let what = if always { "this step is always done" } else { "this step is never done" };
                always_the_same(&pointer, what, findings);
            }
        }
        match step.kind() {
            StepKind::Branch(branch) => check_arms(branch, knowledge, findings),
            StepKind::Repeat(repeat) => {
                let pointer = step.pointer_of("repeat/while");
                // A loop that only `break` and the bound end is a way to write loops.
                if repeat.condition.as_ref().and_then(|condition| constant(condition, &pointer, knowledge, findings))
                    == Some(false)
                {
                    always_the_same(&pointer, "there is never a turn", findings);
                }
            }
            StepKind::ForEach(each) => check_items(each, &step.pointer_of("for_each"), knowledge, findings),
            _ => {}
        }
    }
}

/// A loop goes through a list or an object.
fn check_items(each: &ForEachStep, pointer: &str, knowledge: &Knowledge<'_>, findings: &mut Findings<'_>) {
    let Items::Of(items) = &each.items else { return };
    let Some(known) = items.only_path().and_then(|path| knowledge.at(path)) else { return };
    let Some(is) = known.described().filter(|_| !known.may_be("array") && !known.may_be("object")) else { return };
    let message = format!("\"for_each\" goes through a list or an object, and {} is {is}", items.bare());
    let fix = match is.as_str() {
        "a number" | "a whole number" => "to do it so many times, use \"repeat\": { \"times\": … }".to_owned(),
        _ => format!("name a list, or make one of it, such as {} | split(',')", items.bare()),
    };
    let severity = if known.certain { Severity::Error } else { Severity::Warning };
    findings.tell(severity, Code::TYPE, Place::Value(pointer), message, Some(fix));
}

fn check_arms(branch: &BranchStep, knowledge: &Knowledge<'_>, findings: &mut Findings<'_>) {
    let mut taken_before = false;
    for arm in &branch.arms {
        let pointer = format!("{}/if", arm.pointer);
        let always = arm.condition.as_ref().and_then(|condition| constant(condition, &pointer, knowledge, findings));
        if taken_before || always == Some(false) {
            let why = if taken_before { "the condition of an arm before it always holds" } else { "it never holds" };
            let message = format!("this arm is never taken: {why}");
            let fix = Some("take the arm away, or correct the condition".to_owned());
            findings.warning(Code::NEVER_TAKEN, Place::Value(&arm.pointer), message, fix);
        } else if always == Some(true) {
            always_the_same(&pointer, "this arm is always taken, like one with \"else\"", findings);
        }
        taken_before |= always == Some(true);
    }
}

fn always_the_same(pointer: &str, what: &str, findings: &mut Findings<'_>) {
    let message = format!("the condition refers to nothing that can change: {what}");
    let fix = "take it away, or let it depend on something, such as input.urgent".to_owned();
    findings.warning(Code::CONSTANT_CONDITION, Place::Value(pointer), message, Some(fix));
}

/// What a condition comes to, if that is known before anything runs. What can be no condition is a finding.
fn constant(
    condition: &Expression,
    pointer: &str,
    knowledge: &Knowledge<'_>,
    findings: &mut Findings<'_>,
) -> Option<bool> {
    if !condition.references().is_empty() {
        other_type(condition, pointer, knowledge, findings);
        return None;
    }
    let message = match condition.evaluate(&Nothing) {
        Ok(Value::Bool(always)) => return Some(always),
        Ok(other) => format!("a condition is true or false, and this is always {}", kind(&other)),
        Err(error) => error.message,
    };
    let fix = Some("write an expression such as input.urgent or steps.ask.output.kind == 'bug'".to_owned());
    findings.error(Code::CONDITION, Place::Value(pointer), message, fix);
    None
}

/// A condition that has a value only a run knows, which is still never true or false.
fn other_type(condition: &Expression, pointer: &str, knowledge: &Knowledge<'_>, findings: &mut Findings<'_>) {
    let known = condition.only_path().and_then(|path| knowledge.at(path));
    let (is, certain) = match (&known, condition.always_makes()) {
        (Some(known), _) if known.may_be("boolean") => return,
        (Some(known), _) => (known.described(), known.certain),
        (None, made) => (made.map(str::to_owned), true),
    };
    let (Some(is), written) = (is, condition.bare()) else { return };
    let fix = match is.as_str() {
        "text" => format!("compare it with what it should be: {written} == '…'"),
        "a number" | "a whole number" => format!("write {written} > 0"),
        "a list" | "an object" => format!("write {written} | length > 0"),
        _ => format!("write {written} is not none, or compare it with what it should be"),
    };
    let severity = if certain { Severity::Error } else { Severity::Warning };
    let message = format!("a condition is true or false, and this is always {is}");
    findings.tell(severity, Code::CONDITION, Place::Value(pointer), message, Some(fix));
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
