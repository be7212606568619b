//! `branch`: the first arm whose condition holds, else the arm with `else`.

use serde_json::Value;

use super::{Block, KindOfStep, StepKind};
use crate::codes::Code;
use crate::diagnostic::Place;
use crate::expression::Expression;
use crate::object::Object;
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "branch", keys: &["branch"], read };

const KEYS: [&str; 3] = ["if", "else", "steps"];

/// What a step with `branch` says. Its output is that of the last step of the arm that was taken.
#[derive(Clone, Debug)]
pub struct BranchStep {
    /// The arms, in order.
    pub(crate) arms: Vec<Arm>,
}

/// One way that a `branch` may go.
#[derive(Clone, Debug)]
pub(crate) struct Arm {
    /// When it is taken; none for `else`.
    pub(crate) condition: Option<Expression>,
    /// What is done then.
    pub(crate) steps: Block,
    /// JSON Pointer of the arm in its file.
    pub(crate) pointer: String,
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let list = step.typed("branch", "a list of arms", Value::as_array, reading.findings)?;
    let at = step.at("branch");
    if list.is_empty() {
        let fix = Some("write [{ \"if\": …, \"steps\": […] }, { \"else\": true, \"steps\": […] }]".to_owned());
        reading.findings.error(Code::NO_ARMS, Place::Value(&at), "a branch has at least one arm", fix);
    }
    let arms = list.iter().enumerate();
    let arms = arms.filter_map(|(index, value)| arm(value, &at, index, index + 1 == list.len(), reading)).collect();
    Some(StepKind::Branch(BranchStep { arms }))
}

fn arm(value: &Value, at: &str, index: usize, is_last: bool, reading: &mut Reading<'_, '_>) -> Option<Arm> {
    let arm = Object::read(value, format!("{at}/{index}"), "an arm of a branch", reading.findings)?;
    arm.only(&KEYS, "an arm of a branch", reading.findings);
    let condition = arm.expression("if", reading.findings);
    let steps = Block::required(&arm, "steps", "an arm of a branch", reading);
    arm.typed("else", "true", |value| value.as_bool().filter(|is| *is), reading.findings);
    let place = Place::Value(&arm.pointer);
    match (arm.has("if"), arm.has("else")) {
        (true, true) => {
            let fix = Some("take one of the two away".to_owned());
            reading.findings.error(Code::TWO_KINDS, place, "an arm has \"if\" or \"else\", not both", fix)
        }
        (false, false) => {
            let fix = Some("add \"if\": \"…\"".to_owned());
            reading.findings.error(Code::MISSING_KEY, place, "an arm needs \"if\", or \"else\": true", fix)
        }
        (false, true) if !is_last => {
            let fix = Some("move it to the end".to_owned());
            reading.findings.error(Code::ELSE_IS_LAST, place, "the arms after \"else\" are never taken", fix);
        }
        _ => {}
    }
    Some(Arm { condition, steps, pointer: arm.pointer })
}
