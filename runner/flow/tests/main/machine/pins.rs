//! Pinned outputs, and a run of one step.

use runner_flow::{Flow, MachineStart, Pins, Status};
use serde_json::{Value, json};

use super::driver::{Driver, ask, flow, flow_in};

fn pins(pins: Value) -> Pins {
    serde_json::from_value(pins).unwrap()
}

fn pinned(flow: &std::sync::Arc<Flow>, given: Value) -> Driver {
    Driver::begin(flow, MachineStart { pins: pins(given), ..MachineStart::default() })
}

#[test]
fn a_pinned_step_is_not_run_and_gives_what_is_pinned() {
    let inner = json!({ "id": "each", "for_each": [1, 2], "steps": [ask("turn", json!({}))] });
    let other = json!({ "steps": [ask("deep", json!({}))] });
    let flow = flow_in(
        json!({ "steps": [inner, { "id": "sub", "flow": "other" }], "output": ["{{ steps.each.output }}", "{{ steps.sub.output }}"] }),
        &[("other", other)],
    );
    let run = pinned(&flow, json!({ "each[0].turn": "pinned", "sub.deep": "deep" }));
    assert_eq!(run.waiting(), ["each[1].turn"]);
    let run = run.echo();
    assert_eq!(run.output(), json!([["pinned", {}], "deep"]));
    let record = run.record("each[0].turn");
    assert_eq!((record.status, &*record.output, record.attempts), (Status::Succeeded, &json!("pinned"), 0));

    let run = pinned(&flow, json!({ "each": ["whole"], "sub": 1 }));
    assert_eq!((run.output(), run.ops.len()), (json!([["whole"], 1]), 0));
}

#[test]
fn one_step_runs_with_what_is_pinned_before_it() {
    let steps = json!([
        ask("a", json!({})),
        { "id": "which", "branch": [{ "else": true, "steps": [
            ask("b", json!({ "if": "steps.no.output", "with": { "x": "{{ steps.a.output }}" } }))] }] },
        ask("c", json!({})),
    ]);
    let flow = flow(json!({ "steps": steps, "output": "{{ steps.c.output }}" }));
    let only = |id: &str, given: Value| {
        Driver::begin(&flow, MachineStart { pins: pins(given), only: Some(id.to_owned()), ..MachineStart::default() })
    };
    let run = only("b", json!({ "a": 7, "b": "pinned itself" })).echo();
    assert_eq!((run.output(), run.ended()), (json!({ "x": 7 }), vec![("b", Status::Succeeded)]));
    let run = only("which", json!({ "a": 7, "b": 8 }));
    assert_eq!(run.output(), json!(8));
    let run = only("b", json!({}));
    assert_eq!(run.failure().2, "there is nothing at steps.a.output: the step \"a\" has not run");
}

#[test]
fn a_step_of_a_handler_or_of_the_flow_s_handler_can_run_alone() {
    let flow = flow(
        json!({ "steps": [ask("a", json!({ "on_error": [{ "id": "h", "set": 1 }] }))], "on_error": [{ "id": "i", "set": 2 }] }),
    );
    for (only, output) in [("h", 1), ("i", 2)] {
        let run = Driver::begin(&flow, MachineStart { only: Some(only.to_owned()), ..MachineStart::default() });
        assert_eq!(run.output(), json!(output));
    }
}

#[test]
fn a_step_in_a_loop_or_a_sub_flow_does_not_run_alone() {
    let flow = flow_in(
        json!({ "steps": [
        { "id": "each", "for_each": [1], "on_error": [{ "id": "h", "set": 3 }], "steps": [{ "id": "in", "set": 1 }] },
        { "id": "sub", "flow": "other" }] }),
        &[("other", json!({ "steps": [{ "id": "deep", "set": 1 }] }))],
    );
    let only = |id: &str| Driver::begin(&flow, MachineStart { only: Some(id.to_owned()), ..MachineStart::default() });
    assert_eq!(only("in").failure().2, "\"in\" stands in the loop \"each\": it runs in its turns, not alone");
    assert_eq!(only("deep").failure().2, "there is no step \"deep\"");
    assert_eq!(only("sub.deep").failure().2, "there is no step \"sub.deep\"");
    assert_eq!(only("h").output(), json!(3));
}

#[test]
fn a_pin_of_no_step_is_refused() {
    let flow = flow_in(
        json!({ "steps": [{ "id": "sub", "flow": "other" }] }),
        &[("other", json!({ "steps": [{ "id": "deep", "set": 1 }] }))],
    );
    for (key, message) in [
        ("sbu", "there is no step \"sbu\""),
        ("sub.dep", "there is no step \"dep\""),
        ("sub~2.dep", "there is no step \"dep\""),
    ] {
        assert_eq!(pinned(&flow, json!({ key: 1 })).failure().2, message);
    }
}

#[test]
fn what_stands_in_the_one_step_that_runs_knows_what_did_not_run_there() {
    let way = |id: &str| json!({ "id": format!("{id}-way"), "branch": [{ "if": "input.no", "steps": [{ "id": id, "set": 1 }] }] });
    let seen = |id: &str| json!({ "id": format!("{id}-seen"), "set": "{{ steps.ID.status }}".replace("ID", id) });
    let other = json!({ "steps": [way("deep"), seen("deep"), { "id": "sub", "if": "input.no", "set": 1 }],
        "output": ["{{ steps.deep-seen.output }}", "{{ steps.sub.status }}"] });
    let main = json!({ "steps": [
        { "id": "sub", "flow": "other", "with": { "no": false } },
        { "id": "both", "parallel": { "a": [way("here"), seen("here")] } },
        { "id": "each", "for_each": [1], "steps": [way("turn"), seen("turn")] }] });
    let flow = flow_in(main, &[("other", other)]);
    // A step of the sub-flow that has the same id as the one that runs has its own `if`.
    for (only, output) in
        [("sub", json!(["skipped", "skipped"])), ("both", json!({ "a": "skipped" })), ("each", json!(["skipped"]))]
    {
        let begin =
            MachineStart { only: Some(only.to_owned()), input: json!({ "no": false }), ..MachineStart::default() };
        assert_eq!(Driver::begin(&flow, begin).output(), output, "{only}");
    }
}
