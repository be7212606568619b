//! What steps hand to an action or to a flow, as far as the file already says it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use connector_sdk::{ErasedAction, Review, Schema, Violation, pointer_is_within};
use serde_json::Value;

use super::knowledge::resolved;
use crate::codes::Code;
use crate::diagnostic::{Findings, Place};
use crate::expression::{Outline, Template};
use crate::flow::Flow;
use crate::schema::or_expression;
use crate::steps::Step;

/// What takes an input.
#[derive(Clone, Copy)]
pub(super) enum Taker<'a> {
    Action(&'a ErasedAction),
    /// The flow of this file.
    Flow(&'a str, &'a Flow),
}

/// Checks inputs, and keeps what is costly to make for it.
#[derive(Default)]
pub(super) struct Inputs {
    /// Schemas in which an expression may stand in every place, by what takes the input.
    lenient: RefCell<BTreeMap<String, Schema>>,
}

impl Taker<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Action(action) => action.id(),
            Self::Flow(file, _) => file,
        }
    }

    fn schema(&self) -> Option<&Value> {
        match self {
            Self::Action(action) => Some(action.input_schema()),
            Self::Flow(_, flow) => flow.input_schema(),
        }
    }

    /// What to do, where the finding itself does not say it.
    fn fix(&self, violation: &Violation) -> Option<String> {
        if violation.message.contains("; ") {
            return None;
        }
        match (&*violation.rule, violation.pointer.rsplit_once('/')) {
            ("required", Some((_, field))) => Some(format!("add {field:?}: …")),
            _ => Some(match self {
                Self::Action(action) => format!("linkwork actions show {} tells what it takes", action.id()),
                Self::Flow(file, _) => format!("what it takes is said under \"input\" in {file}"),
            }),
        }
    }

    /// What is wrong with an input and what is doubtful. Fields in `open` have no value yet and are not looked at.
    fn review(&self, mut input: Value, open: &[String]) -> Review {
        match self {
            Self::Action(action) => action.review(input, open),
            Self::Flow(_, flow) => {
                let Some(schema) = flow.definition().input.as_ref() else {
                    return Review { errors: Vec::new(), warnings: Vec::new() };
                };
                schema.fill_defaults(&mut input);
                let mut errors = schema.check(&input);
                let is_open = |pointer: &str| open.iter().any(|open| pointer_is_within(pointer, open));
                errors.retain(|error| error.rule == "unknown_field" || !is_open(&error.pointer));
                Review { errors, warnings: Vec::new() }
            }
        }
    }
}

impl Inputs {
    /// Checks the `with` of a step.
    pub(super) fn check(&self, step: &Step, with: &Template, taker: Taker<'_>, findings: &mut Findings<'_>) {
        let outline = with.outline();
        let open: Vec<String> = outline.whole.iter().chain(&outline.text).cloned().collect();
        let mut review = taker.review(outline.value.clone(), &open);
        if let (false, Taker::Action(action)) = (open.is_empty(), taker) {
            review.warnings = action.review(legible(with, action.input_schema()), &open).warnings;
        }
        let mut errors = self.without_doubtful(review.errors, &outline, &open, taker);
        errors.extend(texts_that_are_no_text(&outline, taker));
        for violation in errors {
            let pointer = format!("{}/with{}", step.pointer(), violation.pointer);
            let place = match &*violation.rule {
                "unknown_field" => Place::Key(&pointer),
                _ => Place::Value(&pointer),
            };
            findings.error(Code::INVALID_INPUT, place, named(&violation), taker.fix(&violation));
        }
        for violation in review.warnings {
            let pointer = format!("{}/with{}", step.pointer(), violation.pointer);
            let code = Code::of_rule(&violation.rule);
            let fix = taker.fix(&violation);
            findings.warning(code, Place::Value(&pointer), violation.message, fix);
        }
    }

    /// A value around an expression may only seem wrong because the expression has no value yet. It is wrong if it is so
    /// too where an expression is allowed in every place.
    fn without_doubtful(
        &self,
        mut errors: Vec<Violation>,
        outline: &Outline,
        open: &[String],
        taker: Taker<'_>,
    ) -> Vec<Violation> {
        let is_around =
            |error: &Violation| error.rule == "type" && open.iter().any(|open| pointer_is_within(open, &error.pointer));
        let (true, Some(schema)) = (errors.iter().any(is_around), taker.schema()) else { return errors };
        let mut lenient = self.lenient.borrow_mut();
        let lenient = lenient.entry(taker.name().to_owned()).or_insert_with(|| Schema::new(or_expression(schema)));
        let lenient = lenient.check(&outline.value);
        let stays = |error: &Violation| lenient.iter().any(|found| pointer_is_within(&found.pointer, &error.pointer));
        errors.retain(|error| !is_around(error) || stays(error));
        errors
    }
}

/// The input of a step with something fitting for every field that is an expression, so that it can be read what the
/// other fields mean.
pub(super) fn legible(with: &Template, schema: &Value) -> Value {
    let Outline { mut value, whole, .. } = with.outline();
    let required = schema.get("required").and_then(Value::as_array);
    for name in whole.iter().filter_map(|pointer| pointer.strip_prefix('/')) {
        let Some(fields) = value.as_object_mut().filter(|fields| fields.contains_key(name)) else { continue };
        let is_required = required.is_some_and(|names| names.iter().any(|required| required == name));
        let field = schema.get("properties").and_then(|fields| resolved(schema, fields.get(name)?));
        match field.filter(|_| is_required) {
            Some(field) => fields.insert(name.to_owned(), fitting(field)),
            None => fields.shift_remove(name),
        };
    }
    value
}

/// A value of the type that a schema wants.
fn fitting(schema: &Value) -> Value {
    let choice = schema.get("enum").and_then(Value::as_array).and_then(|choices| choices.first());
    match (choice, schema.get("type").and_then(Value::as_str)) {
        (Some(choice), _) => choice.clone(),
        (None, Some("array")) => Value::Array(Vec::new()),
        (None, Some("object")) => Value::Object(serde_json::Map::new()),
        (None, Some("boolean")) => Value::Bool(false),
        (None, Some("number" | "integer")) => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        _ => Value::from("text"),
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
fn texts_that_are_no_text(outline: &Outline, taker: Taker<'_>) -> Vec<Violation> {
    if outline.text.is_empty() {
        return Vec::new();
    }
    let mut errors = taker.review(outline.value.clone(), &outline.whole).errors;
    errors.retain(|error| error.rule == "type" && outline.text.contains(&error.pointer));
    errors
}
