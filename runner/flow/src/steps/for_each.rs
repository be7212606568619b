//! `for_each`: its steps once for every item of a list or of an object.

use serde_json::Value;

use super::{Block, KindOfStep, StepKind};
use crate::codes::Code;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::expression::{Expression, Template};
use crate::name::check_variable;
use crate::object::{Object, harmless};
use crate::reading::Reading;

pub(super) const KIND: KindOfStep =
    KindOfStep { key: "for_each", keys: &["for_each", "as", "at_once", "on_item_error", "steps", "output"], read };

/// The name of an item where the file gives none.
const ITEM: &str = "item";
/// Most turns that may be under way together.
const MOST_AT_ONCE: u64 = 1_000;

/// What a step with `for_each` says. Its output is the list of what its turns gave, in the order of the items.
#[derive(Clone, Debug)]
pub struct ForEachStep {
    /// What is gone through.
    pub(crate) items: Items,
    /// What expressions call an item.
    pub(crate) name: String,
    /// How many turns may be under way together.
    pub(crate) at_once: usize,
    /// What becomes of the loop when a turn fails.
    pub(crate) on_item_error: OnItemError,
    /// What is done in every turn.
    pub(crate) steps: Block,
    /// What a turn gives; if nothing is said, what its last step gives.
    pub(crate) output: Option<Template>,
}

/// What a loop goes through.
#[derive(Clone, Debug)]
pub(crate) enum Items {
    /// What a bare expression gives.
    Of(Expression),
    /// A list or an object that the file writes.
    Written(Template),
}

/// What becomes of a loop when one of its turns fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnItemError {
    /// It fails.
    Fail,
    /// It goes on; every turn gives `{status, output, error}`.
    Collect,
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let items = items(step, reading.findings);
    let name = step.text("as", reading.findings).unwrap_or(ITEM);
    check_variable(name, Place::Value(&step.at("as")), reading.findings);
    let at_once = at_once(step, reading.findings);
    let on_item_error = on_item_error(step, reading.findings);
    let output = step.template("output", reading.findings);
    let steps = Block::required(step, "steps", "a step with \"for_each\"", reading);
    let name = name.to_owned();
    Some(StepKind::ForEach(ForEachStep {
        items: items.or_else(unreadable)?,
        name,
        at_once,
        on_item_error,
        steps,
        output,
    }))
}

fn items(step: &Object<'_>, findings: &mut Findings<'_>) -> Option<Items> {
    match step.get("for_each")? {
        Value::String(_) => step.expression("for_each", findings).map(Items::Of),
        Value::Array(_) | Value::Object(_) => step.template("for_each", findings).map(Items::Written),
        _ => step.typed("for_each", "an expression, a list or an object", |_| None, findings),
    }
}

/// What stands for items that cannot be read, so that the steps of the loop are looked at all the same.
fn unreadable() -> Option<Items> {
    harmless().map(Items::Written)
}

fn at_once(step: &Object<'_>, findings: &mut Findings<'_>) -> usize {
    let count = step.typed("at_once", "a whole number", Value::as_u64, findings).unwrap_or(1);
    if !(1..=MOST_AT_ONCE).contains(&count) {
        let message = format!("\"at_once\" is from 1 (one after the other) to {MOST_AT_ONCE}");
        findings.error(Code::RANGE, Place::Value(&step.at("at_once")), message, None);
    }
    usize::try_from(count).unwrap_or(1)
}

fn on_item_error(step: &Object<'_>, findings: &mut Findings<'_>) -> OnItemError {
    match step.text("on_item_error", findings) {
        None | Some("fail") => OnItemError::Fail,
        Some("collect") => OnItemError::Collect,
        Some(other) => {
            let fix = did_you_mean(other, ["fail", "collect"].into_iter());
            let message = "\"on_item_error\" is \"fail\" or \"collect\"";
            findings.error(Code::UNKNOWN_WORD, Place::Value(&step.at("on_item_error")), message, fix);
            OnItemError::Fail
        }
    }
}
