//! The inputs of a step's action, as far as the file already says them.

use connector_sdk::{ErasedAction, Schema, Violation};

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
        report(step, &violation, |place, fix| findings.error("invalid_input", place, violation.message.clone(), fix));
    }
    for violation in review.warnings {
        report(step, &violation, |place, fix| findings.warning(violation.rule, place, violation.message.clone(), fix));
    }
}

fn report(step: &Step, violation: &Violation, tell: impl FnOnce(Place<'_>, Option<String>)) {
    let pointer = format!("{}/with{}", step.pointer(), violation.pointer);
    match violation.rule {
        "unknown_field" => tell(Place::Key(&pointer), None),
        _ => tell(Place::Value(&pointer), None),
    }
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
    let is_around = |error: &Violation| error.rule == "type" && open.iter().any(|open| is_within(open, &error.pointer));
    if !errors.iter().any(is_around) {
        return errors;
    }
    let lenient = Schema::new(or_expression(known.input_schema())).check(&outline.value);
    let stays = |error: &Violation| lenient.iter().any(|found| is_within(&found.pointer, &error.pointer));
    errors.retain(|error| !is_around(error) || stays(error));
    errors
}

fn is_within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
