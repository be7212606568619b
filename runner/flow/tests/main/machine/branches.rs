//! Branches and conditions, and where the results of steps are seen.

use runner_flow::{MachineStart, Status};
use serde_json::{Value, json};

use super::driver::{Driver, ask, flow};

fn with_input(steps: Value, input: Value) -> Driver {
    Driver::begin(&flow(json!({ "steps": steps })), MachineStart { input, ..MachineStart::default() }).echo()
}

#[test]
fn a_branch_takes_the_first_arm_that_holds() {
    let run = |a: bool, b: bool| {
        let steps = json!([
            { "id": "which", "branch": [
                { "if": "input.a", "steps": [
                    { "id": "one", "set": 1 },
                    ask("two", json!({ "with": { "x": "{{ steps.one.output }}" } })),
                ] },
                { "if": "input.b", "steps": [{ "id": "three", "set": 3 }] },
                { "else": true, "steps": [{ "id": "four", "set": 4 }] },
            ] },
            { "id": "after", "set": [
                "{{ steps.which.output }}", "{{ steps.one.status }}", "{{ steps.three.output }}", "{{ steps.four.status }}",
            ] },
        ]);
        with_input(steps, json!({ "a": a, "b": b })).output()
    };
    assert_eq!(run(true, true), json!([{ "x": 1 }, "succeeded", null, "skipped"]));
    assert_eq!(run(false, true), json!([3, "skipped", 3, "skipped"]));
    assert_eq!(run(false, false), json!([4, "skipped", null, "succeeded"]));
}

#[test]
fn a_branch_without_an_arm_that_holds_gives_null() {
    let steps = json!([{ "id": "which", "branch": [{ "if": "input.a", "steps": [{ "id": "one", "set": 1 }] }] }]);
    let run = with_input(steps, json!({ "a": false }));
    assert_eq!((run.output(), run.ended()), (Value::Null, vec![("which", Status::Succeeded)]));
}

#[test]
fn a_step_whose_condition_does_not_hold_is_skipped() {
    let steps = json!([
        { "id": "no", "if": "input.a", "set": 1 },
        { "id": "after", "set": ["{{ steps.no.status }}", "{{ steps.no.output }}", "{{ steps.no.error }}"] },
    ]);
    let run = with_input(steps, json!({ "a": false }));
    assert_eq!(run.output(), json!(["skipped", null, null]));
    assert_eq!(run.ended(), [("no", Status::Skipped), ("after", Status::Succeeded)]);
    assert_eq!(run.record("no").attempts, 0);
}

#[test]
fn a_container_that_is_skipped_does_nothing() {
    let inner = || json!([ask("inner", json!({}))]);
    for container in [
        json!({ "for_each": [1], "steps": inner() }),
        json!({ "repeat": { "times": 2 }, "steps": inner() }),
        json!({ "parallel": { "a": inner() } }),
        json!({ "branch": [{ "else": true, "steps": inner() }] }),
    ] {
        let mut step = json!({ "id": "c", "if": "input.a" });
        step.as_object_mut().unwrap().extend(container.as_object().unwrap().clone());
        let run = with_input(json!([step]), json!({ "a": false }));
        assert_eq!((run.ops.len(), run.ended()), (0, vec![("c", Status::Skipped)]));
    }
}

#[test]
fn a_condition_without_a_value_fails_its_step_and_tells_the_place() {
    let file = "{ \"linkwork\": 1, \"name\": \"test\", \"steps\": [\n  { \"id\": \"a\",\n    \"if\": \"input.b\", \"set\": 1 }] }";
    let flow = std::sync::Arc::new(runner_flow::Flow::parse(file).unwrap());
    let run = Driver::begin(&flow, MachineStart { input: json!({}), ..MachineStart::default() });
    run.failed_with("a", "expression");
    let error = run.record("a").error.clone().unwrap();
    assert_eq!((error.violations[0].pointer.as_str(), error.line, error.column), ("/steps/0/if", Some(3), Some(12)));
}

#[test]
fn what_a_run_knows_about_itself() {
    let begin = MachineStart {
        run_id: "run_7".to_owned(),
        tenant: "acme".to_owned(),
        labels: [("env".to_owned(), "test".to_owned())].into(),
        config: json!({ "region": "eu" }),
        ..MachineStart::default()
    };
    let steps = json!([{ "id": "a", "set": ["{{ run }}", "{{ config.region }}", "{{ config.size }}"] }]);
    let config =
        json!({ "type": "object", "properties": { "size": { "default": 3 } }, "required": ["region", "size"] });
    let flow = flow(json!({ "steps": steps, "config": config }));
    let run =
        json!({ "id": "run_7", "started_at": "1970-01-01T00:16:40Z", "tenant": "acme", "labels": { "env": "test" } });
    assert_eq!(Driver::begin(&flow, begin).output(), json!([run, "eu", 3]));

    let refused = Driver::begin(&flow, MachineStart { config: json!({}), ..MachineStart::default() });
    assert_eq!(refused.failure().1, "invalid_input");
    assert!(refused.failure().2.starts_with("the config of the flow is not valid"));
}

#[test]
fn the_last_step_gives_the_output_of_a_block_also_when_it_was_skipped() {
    let steps = json!([{ "id": "a", "set": 1 }, { "id": "b", "if": "input.a", "set": 2 }]);
    assert_eq!(with_input(steps, json!({ "a": false })).output(), Value::Null);
}
