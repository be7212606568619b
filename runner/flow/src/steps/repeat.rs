//! `repeat`: its steps a number of times, or while a condition holds.

use connector_sdk::limits;
use serde_json::Value;

use super::{Block, KindOfStep, StepKind};
use crate::codes::Code;
use crate::diagnostic::{Findings, Place};
use crate::expression::{Expression, Template};
use crate::object::Object;
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "repeat", keys: &["repeat", "steps", "output"], read };

/// The bound of a loop with `while` that gives none.
pub(crate) const TURNS_WHILE: u64 = 1_000;

/// What a step with `repeat` says. Its output is the list of what its turns gave.
#[derive(Clone, Debug)]
pub struct RepeatStep {
    /// How often: exactly, or at most if there is a condition.
    pub(crate) times: Option<Template>,
    /// What has to hold before every turn.
    pub(crate) condition: Option<Expression>,
    /// What is done in every turn.
    pub(crate) steps: Block,
    /// What a turn gives; if nothing is said, what its last step gives.
    pub(crate) output: Option<Template>,
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let repeat = step.object("repeat", reading.findings);
    let output = step.template("output", reading.findings);
    let steps = Block::required(step, "steps", "a step with \"repeat\"", reading);
    let Some(repeat) = repeat else {
        return Some(StepKind::Repeat(RepeatStep { times: None, condition: None, steps, output }));
    };
    repeat.only(&["times", "while"], "\"repeat\"", reading.findings);
    if !repeat.has("times") && !repeat.has("while") {
        let message = "it is open how often this is repeated";
        let fix =
            Some("write { \"times\": 3 }, or { \"while\": \"…\", \"times\": 100 } with the most turns".to_owned());
        reading.findings.error(Code::MISSING_KEY, Place::Value(&repeat.pointer), message, fix);
    }
    let times = times(&repeat, reading.findings);
    let condition = repeat.expression("while", reading.findings);
    Some(StepKind::Repeat(RepeatStep { times, condition, steps, output }))
}

/// A whole number, or an expression that gives one.
fn times(repeat: &Object<'_>, findings: &mut Findings<'_>) -> Option<Template> {
    let value = repeat.get("times")?;
    let is_count = |value: &Value| value.as_u64().is_some_and(|count| count <= limits::TURNS);
    if !value.is_string() && !is_count(value) {
        let message = format!("\"times\" is a whole number up to {}, or an expression", limits::TURNS);
        findings.error(Code::RANGE, Place::Value(&repeat.at("times")), message, None);
        return None;
    }
    repeat.template("times", findings)
}
