//! An expression without a value, and a value that a step can do nothing with, tell where in the file they stand.

use std::sync::Arc;

use runner_flow::{Flow, MachineStart, Outcome};
use serde_json::{Value, json};

use super::driver::{Driver, flow_in};

/// The code of the failure of a run, and what stands in the file where it says that it is.
fn blamed(flow: &Arc<Flow>, text: &str) -> (String, String) {
    let begin = MachineStart { input: json!({ "n": 1, "list": [1] }), ..MachineStart::default() };
    let run = Driver::begin(flow, begin).echo();
    let Some(Outcome::Failed { failure, .. }) = run.machine.outcome() else { panic!("{:?}", run.machine.outcome()) };
    let (line, column) = (failure.error.line.unwrap(), failure.error.column.unwrap());
    let line = text.lines().nth(line - 1).unwrap();
    let rest: String = line.chars().skip(column - 1).collect();
    (failure.error.code.to_string(), rest)
}

fn blamed_in(more: Value) -> (String, String) {
    let other = json!({ "input": { "required": ["x"] }, "steps": [{ "id": "o", "set": 1 }] });
    let flow = flow_in(more, &[("other", other)]);
    blamed(&flow, flow.text())
}

/// A step of this kind, behind characters of several bytes.
fn step(kind: Value) -> Value {
    let mut step = json!({ "id": "s", "description": "é\u{1F600}" });
    step.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
    step
}

#[test]
fn every_expression_tells_its_place() {
    let bad = "é{{ 'é' }} \"{{ input.nope }}";
    let inner = || json!([{ "id": "i", "set": 1 }]);
    let kinds = [
        json!({ "if": "input.nope", "set": 1 }),
        json!({ "set": { "a": ["x", bad] } }),
        json!({ "action": "model/ask", "with": { "deep": [{ "x": bad }] } }),
        json!({ "branch": [{ "if": "false", "steps": inner() }, { "if": "input.nope", "steps": [{ "id": "j", "set": 1 }] }] }),
        json!({ "for_each": "input.nope", "steps": inner() }),
        json!({ "for_each": ["x", bad], "steps": inner() }),
        json!({ "for_each": "input.list", "steps": inner(), "output": bad }),
        json!({ "repeat": { "times": "{{ input.nope }}" }, "steps": inner() }),
        json!({ "repeat": { "while": "input.nope" }, "steps": inner() }),
        json!({ "repeat": { "times": 1 }, "steps": inner(), "output": bad }),
        json!({ "parallel": { "a": [{ "id": "i", "set": bad }] } }),
        json!({ "flow": "other", "with": { "x": bad } }),
        json!({ "wait": "{{ input.nope }}" }),
        json!({ "wait": { "until": "{{ input.nope }}" } }),
        json!({ "stop": bad }),
        json!({ "fail": bad }),
        json!({ "fail": { "code": "mine", "message": bad } }),
        json!({ "fail": "x", "on_error": [{ "id": "i", "set": bad }] }),
    ];
    for kind in kinds {
        let (code, rest) = blamed_in(json!({ "steps": [step(kind.clone())] }));
        assert!(code == "expression" && rest.starts_with("input.nope"), "{kind}: {code} at {rest}");
    }
    let (code, rest) = blamed_in(json!({ "steps": [step(json!({ "set": 1 }))], "output": { "a": bad } }));
    assert!(code == "expression" && rest.starts_with("input.nope"), "{code} at {rest}");
}

#[test]
fn every_value_that_does_not_fit_tells_its_place() {
    let inner = || json!([{ "id": "i", "set": 1 }]);
    let table = [
        (json!({ "for_each": "input.n", "steps": inner() }), "\"input.n\""),
        (json!({ "repeat": { "times": "{{ input.list }}" }, "steps": inner() }), "\"{{ input.list }}\""),
        (json!({ "wait": "{{ input.n }} bananas" }), "\"{{ input.n }} bananas\""),
        (json!({ "wait": { "until": "{{ input.n }}" } }), "{\"until\""),
        (json!({ "flow": "other", "with": { "y": 1 } }), "{\"y\":1}"),
    ];
    for (kind, place) in table {
        let (code, rest) = blamed_in(json!({ "steps": [step(kind.clone())] }));
        assert!(code == "invalid_input" && rest.starts_with(place), "{kind}: {code} at {rest}");
    }
}
