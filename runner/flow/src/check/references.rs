//! What expressions refer to: steps that are there and come before, and inputs that the flow knows.

use serde_json::Value;

use crate::definition::Definition;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::expression::{Path, Root, Segment};

pub(super) fn check(flow: &Definition, findings: &mut Findings<'_>) {
    for step in &flow.steps {
        let before = flow.order.get(step.id()).copied().unwrap_or_default();
        for (key, template) in step.templates() {
            for (pointer, path) in template.references() {
                let pointer = format!("{}/{key}{pointer}", step.pointer());
                check_path(flow, path, &pointer, before, findings);
            }
        }
    }
    for (pointer, path) in flow.output.iter().flat_map(|output| output.references()) {
        check_path(flow, path, &format!("/output{pointer}"), usize::MAX, findings);
    }
}

/// Checks a path in a place that only the steps before `before` come before.
fn check_path(flow: &Definition, path: &Path, pointer: &str, before: usize, findings: &mut Findings<'_>) {
    let place = || Place::Within(pointer, path.range.clone());
    if let Root::Variable(name) = &path.root {
        return check_variable(flow, name, path, &place, findings);
    }
    let Some(id) = path.root.step() else { return };
    match flow.order.get(id) {
        None => {
            let fix = did_you_mean(id, flow.order_before(before).into_iter());
            findings.error("unknown_step", place(), format!("there is no step {id:?}"), fix);
        }
        Some(index) if *index == before => {
            findings.error("later_step", place(), format!("the step {id:?} refers to itself"), None);
        }
        Some(index) if *index > before => {
            let message = format!("the step {id:?} comes later, so that it has no {} yet", field(path));
            findings.error("later_step", place(), message, Some(format!("move the step {id:?} before this one")));
        }
        Some(_) => {}
    }
}

fn field(path: &Path) -> &'static str {
    match path.root {
        Root::Status(_) => "status",
        Root::Error(_) => "error",
        Root::Output(_) | Root::Variable(_) | Root::Turn(_) => "output",
    }
}

/// Checks that there is such a name at the top.
fn check_variable<'p>(
    flow: &Definition,
    name: &str,
    path: &Path,
    place: &dyn Fn() -> Place<'p>,
    findings: &mut Findings<'_>,
) {
    match (name, path.segments.first()) {
        ("input", _) => check_input(flow, path, place, findings),
        ("run", Some(Segment::Key(field))) if field == "id" => {}
        ("run", _) => findings.error("expression", place(), "run.id is all there is of run", None),
        (name, _) => {
            let fix = did_you_mean(name, ["input", "steps", "run"].into_iter());
            findings.error("expression", place(), format!("there is no {name:?} here"), fix);
        }
    }
}

/// A schema that does not name a property does not forbid it, unless it says so: the run will tell.
fn check_input<'p>(flow: &Definition, path: &Path, place: &dyn Fn() -> Place<'p>, findings: &mut Findings<'_>) {
    let Some(schema) = &flow.input else {
        return findings.warning(
            "unknown_input",
            place(),
            "the flow does not say what its input is",
            Some("add \"input\", a JSON Schema, to the flow".to_owned()),
        );
    };
    let (Some(Segment::Key(key)), Some(Value::Object(properties))) =
        (path.segments.first(), schema.json().get("properties"))
    else {
        return;
    };
    if !properties.contains_key(key) {
        let fix = did_you_mean(key, properties.keys().map(String::as_str));
        let message = format!("{key:?} is not a property of the flow's input");
        findings.warning("unknown_input", place(), message, fix);
    }
}
