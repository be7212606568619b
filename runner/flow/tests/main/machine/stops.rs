//! `stop`: ends the flow, wherever it stands.

use runner_flow::Status;
use serde_json::json;

use super::driver::{Driver, ask, cancelled, in_doubt};

#[test]
fn a_stop_ends_the_run_with_its_response() {
    let steps = json!([{ "id": "a", "set": 1 }, { "id": "s", "stop": { "a": "{{ steps.a.output }}" } }, { "id": "never", "fail": "not reached" }]);
    let run = Driver::of(steps);
    assert_eq!(
        (run.output(), run.ended()),
        (json!({ "a": 1 }), vec![("a", Status::Succeeded), ("s", Status::Succeeded)])
    );
}

#[test]
fn a_stop_in_nested_places_cancels_what_runs_beside() {
    let deep = json!({ "id": "each", "for_each": [1, 2], "at_once": 2, "steps": [
        ask("ask", json!({})),
        { "id": "which", "branch": [{ "if": "steps.ask.output", "steps": [{ "id": "s", "stop": "stopped" }] }] }] });
    let steps = json!([{ "id": "both", "parallel": { "a": [deep], "b": [ask("other", json!({}))], "c": [{ "id": "w", "wait": "1h" }] } }, ask("after", json!({}))]);
    let mut run = Driver::of(steps.clone());
    run.ok("each[0].ask", json!(true));
    assert_eq!(run.waiting(), Vec::<&str>::new());
    run.answer("other", Err(cancelled()));
    run.answer("each[1].ask", Err(cancelled()));
    assert_eq!(run.output(), json!("stopped"));
    assert_eq!(
        (run.status("w"), run.status("each"), run.status("both")),
        (Some(Status::Cancelled), Some(Status::Succeeded), Some(Status::Succeeded))
    );

    let mut run = Driver::of(steps);
    run.ok("each[0].ask", json!(true));
    run.answer("other", Err(in_doubt()));
    run.answer("each[1].ask", Err(cancelled()));
    assert_eq!(run.status("both"), Some(Status::OutcomeUnknown));
}

#[test]
fn a_response_without_a_value_is_a_failure() {
    Driver::of(json!([{ "id": "s", "stop": "{{ input.x }}" }])).failed_with("s", "expression");
}
