//! The inputs of a step's action, as far as the file already says them.

use connector_sdk::{ErasedAction, Schema, Violation, pointer_is_within};

use crate::diagnostic::{Findings, Place};
use crate::expression::Outline;
use crate::schema::or_expression;
use crate::steps::{ActionStep, Step};

pub(super) fn check(step: &Step, action: &ActionStep, known: &ErasedAction, findings: &mut Findings<'_>) {
    let outline = action.with.outline();
    let open: Vec<String> = outline.whole.iter().chain(&outline.text).cloned().collect();
    let review = known.review(outline.value.clone(), &open);
    let mut errors = without_doubtful(review.errors, &outline, &open, known);
    errors.extend(texts_that_are_no_text(&outline, known));
    for violation in errors {
        let pointer = format!("{}/with{}", step.pointer(), violation.pointer);
        let place = match &*violation.rule {
            "unknown_field" => Place::Key(&pointer),
            _ => Place::Value(&pointer),
        };
        findings.error("invalid_input", place, named(&violation), None);
    }
    for violation in review.warnings {
        let pointer = format!("{}/with{}", step.pointer(), violation.pointer);
        findings.warning(violation.rule, Place::Value(&pointer), violation.message, None);
    }
}

/// The finding with the name of what it is about: what is missing has no place of its own to show it.
fn named(violation: &Violation) -> String {
    let mut name = String::new();
    for step in violation.pointer.split('/').skip(1) {
        match step.parse::<usize>() {
            Ok(index) => name.push_str(&format!("[{index}]")),
            Err(_) if name.is_empty() => name.push_str(step),
            Err(_) => name.push_str(&format!(".{step}")),
        }
    }
    let name = if name.is_empty() { "the input".to_owned() } else { format!("{name:?}") };
    format!("{name} {}", violation.message)
}

/// An expression within text still makes text, whatever its value: where no text can stand, it is wrong already.
fn texts_that_are_no_text(outline: &Outline, known: &ErasedAction) -> Vec<Violation> {
    if outline.text.is_empty() {
        return Vec::new();
    }
    let mut errors = known.review(outline.value.clone(), &outline.whole).errors;
    errors.retain(|error| error.rule == "type" && outline.text.contains(&error.pointer));
    errors
}

/// A value around an expression may only seem wrong because the expression has no value yet. It is wrong if it is so
/// too where an expression is allowed in every place.
fn without_doubtful(
    mut errors: Vec<Violation>,
    outline: &Outline,
    open: &[String],
    known: &ErasedAction,
) -> Vec<Violation> {
    let is_around =
        |error: &Violation| error.rule == "type" && open.iter().any(|open| pointer_is_within(open, &error.pointer));
    if !errors.iter().any(is_around) {
        return errors;
    }
    let lenient = Schema::new(or_expression(known.input_schema())).check(&outline.value);
    let stays = |error: &Violation| lenient.iter().any(|found| pointer_is_within(&found.pointer, &error.pointer));
    errors.retain(|error| !is_around(error) || stays(error));
    errors
}
