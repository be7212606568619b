//! `parallel`: all, first, failures, and writes that are cut off.

use runner_flow::{Outcome, Status};
use serde_json::{Value, json};

use super::driver::{Driver, ask, cancelled, in_doubt, refused, rejected};

fn both(more: Value) -> Value {
    let mut step = json!({ "id": "both", "parallel": {
        "one": [ask("a", json!({})), { "id": "b", "set": ["{{ steps.a.output }}"] }], "two": [ask("c", json!({}))] } });
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step
}

fn first() -> Value {
    json!([both(json!({ "wait_for": "first" }))])
}

#[test]
fn all_branches_give_what_their_last_steps_give() {
    let after = json!({ "id": "after", "set": ["{{ steps.both.output }}", "{{ steps.b.output }}"] });
    let mut run = Driver::of(json!([both(json!({})), after]));
    assert_eq!(run.waiting(), ["a", "c"]);
    run.ok("c", json!(2));
    run.ok("a", json!(1));
    assert_eq!(run.output(), json!([{ "one": [1], "two": 2 }, [1]]));
}

#[test]
fn the_first_failure_ends_the_others() {
    let mut run = Driver::of(json!([both(json!({}))]));
    run.answer("c", Err(rejected()));
    run.answer("a", Err(cancelled()));
    run.failed_with("c", "rejected");
    assert_eq!(run.ended(), [("c", Status::Failed), ("a", Status::Cancelled), ("both", Status::Failed)]);
}

#[test]
fn a_rest_before_a_retry_is_cut_off_at_once() {
    let mut run = Driver::of(json!([both(json!({}))]));
    run.answer("a", Err(refused()));
    run.answer("c", Err(rejected()));
    run.failed_with("c", "rejected");
    assert_eq!(run.ended(), [("c", Status::Failed), ("a", Status::Cancelled), ("both", Status::Failed)]);
}

#[test]
fn the_first_to_succeed_is_taken_and_the_others_are_waited_for() {
    let mut run = Driver::of(first());
    run.ok("c", json!(2));
    assert!(run.machine.outcome().is_none());
    run.ok("a", json!("late"));
    assert_eq!(run.output(), json!({ "branch": "two", "output": 2 }));
    assert_eq!((run.status("a"), run.status("b")), (Some(Status::Succeeded), None));
}

#[test]
fn first_fails_only_if_all_do() {
    let mut run = Driver::of(first());
    run.answer("c", Err(rejected()));
    run.ok("a", json!(1));
    assert_eq!(run.output(), json!({ "branch": "one", "output": [1] }));

    let mut run = Driver::of(first());
    run.answer("c", Err(rejected()));
    run.answer("a", Err(rejected()));
    run.failed_with("a", "rejected");
}

#[test]
fn a_loser_in_doubt_is_not_hidden_by_the_winner() {
    let mut run = Driver::of(first());
    run.ok("c", json!(2));
    run.answer("a", Err(in_doubt()));
    assert!(matches!(run.machine.outcome(), Some(Outcome::OutcomeUnknown { step, .. }) if step.as_str() == "a"));
    assert_eq!(run.status("both"), Some(Status::OutcomeUnknown));
}

#[test]
fn a_branch_in_doubt_does_not_lose_quietly() {
    let mut run = Driver::of(first());
    run.answer("c", Err(in_doubt()));
    run.ok("a", json!(1));
    assert_eq!(run.status("both"), Some(Status::OutcomeUnknown));
}

#[test]
fn parallels_stand_in_one_another() {
    let inner = json!({ "id": "inner", "parallel": { "x": [ask("x", json!({}))], "y": [ask("y", json!({}))] } });
    let steps = json!([{ "id": "outer", "parallel": { "left": [inner], "right": [ask("z", json!({}))] } }]);
    let mut run = Driver::of(steps.clone());
    for key in ["y", "z", "x"] {
        run.ok(key, json!(key));
    }
    assert_eq!(run.output(), json!({ "left": { "x": "x", "y": "y" }, "right": "z" }));

    let mut run = Driver::of(steps);
    run.answer("z", Err(rejected()));
    assert_eq!(run.waiting(), Vec::<&str>::new());
    run.answer("x", Err(cancelled()));
    run.answer("y", Err(cancelled()));
    assert_eq!(
        run.ended(),
        [
            ("z", Status::Failed),
            ("x", Status::Cancelled),
            ("y", Status::Cancelled),
            ("inner", Status::Cancelled),
            ("outer", Status::Failed)
        ]
    );
}
