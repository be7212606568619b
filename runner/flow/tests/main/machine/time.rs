//! Time limits: what is under way when one passes ends by itself, and its failure belongs to whose time it was.

use std::time::Duration;

use runner_flow::{Done, MachineStart, Op, Outcome, Status, Timestamp};
use serde_json::{Value, json};

use super::driver::{Driver, START, ask, cancelled, flow, rejected, timed_out};

/// A step with these steps in it, with so much time.
fn limited(timeout: &str, steps: Value, more: Value) -> Value {
    let mut step = json!({ "id": "c", "timeout": timeout, "branch": [{ "else": true, "steps": steps }] });
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step
}

fn seconds(run: &Driver, key: &str) -> Option<u64> {
    run.act(key).deadline.map(|deadline| deadline.since(START).as_secs())
}

#[test]
fn the_nearest_end_bounds_what_is_under_way() {
    let inner =
        json!({ "id": "each", "for_each": [1], "timeout": "5s", "steps": [ask("deep", json!({ "timeout": "7s" }))] });
    let flow = flow(
        json!({ "timeout": "20s", "steps": [limited("10s", json!([inner, ask("middle", json!({}))]), json!({})), ask("last", json!({}))] }),
    );
    let begin = MachineStart { timeout: Some(Duration::from_secs(30)), ..MachineStart::default() };
    let mut run = Driver::begin(&flow, begin);
    assert_eq!(
        (seconds(&run, "each[0].deep"), run.act("each[0].deep").timeout),
        (Some(5), Some(Duration::from_secs(7)))
    );
    run.later(2_000);
    run.ok("each[0].deep", Value::Null);
    assert_eq!((seconds(&run, "middle"), run.act("middle").timeout), (Some(10), None));
    run.ok("middle", Value::Null);
    assert_eq!(seconds(&run, "last"), Some(20));
}

#[test]
fn the_owner_of_the_time_handles_it_and_nobody_inside() {
    let inner = ask("ask", json!({ "on_error": "continue", "retry": { "max_attempts": 5 } }));
    let handler = json!({ "on_error": { "codes": ["timeout"], "steps": [ask("h", json!({}))] } });
    let mut run = Driver::of(json!([limited("10s", json!([inner, { "id": "next", "set": 1 }]), handler)]));
    run.later(10_000);
    run.answer("ask", Err(timed_out()));
    assert_eq!(run.act("h").deadline, None);
    assert_eq!((run.status("ask"), run.status("next")), (Some(Status::Failed), None));
    run.ok("h", json!("late"));
    assert_eq!(run.output(), json!("late"));
}

#[test]
fn a_step_does_not_begin_after_the_end() {
    let steps = json!([limited("10s", json!([ask("a", json!({})), { "id": "b", "set": 1 }]), json!({}))]);
    let mut run = Driver::of(steps);
    run.later(10_000);
    run.ok("a", Value::Null);
    assert_eq!(
        run.failure(),
        (Some("b".to_owned()), "timeout".to_owned(), "the time allowed for the step \"c\" is over".to_owned())
    );
    assert_eq!(run.status("a"), Some(Status::Succeeded));
}

#[test]
fn a_wait_is_bounded_by_what_is_around() {
    let mut run = Driver::of(json!([limited("10s", json!([{ "id": "w", "wait": "1h" }]), json!({}))]));
    run.wake("w");
    assert_eq!(run.at.since(START), Duration::from_secs(10));
    run.failed_with("w", "timeout");

    let mut run = Driver::of(
        json!([{ "id": "w", "wait": { "signal": "go" }, "timeout": "10s", "on_error": [{ "id": "h", "set": "{{ error.message }}" }] }]),
    );
    run.wake("w");
    assert_eq!(run.output(), json!("the time allowed for the step \"w\" is over"));
}

#[test]
fn a_rest_that_would_pass_the_end_is_not_begun() {
    let steps = json!([limited("10s", json!([ask("a", json!({ "retry": { "delay": "20s" } }))]), json!({}))]);
    let mut run = Driver::of(steps);
    run.answer("a", Err(super::driver::refused()));
    run.failed_with("a", "rate_limited");
}

#[test]
fn a_container_s_time_covers_its_rounds() {
    let more = json!({ "retry": { "max_attempts": 9, "delay": "4s", "backoff": 1 } });
    let mut run = Driver::of(json!([limited("10s", json!([ask("ask", json!({}))]), more)]));
    run.run(|_| Err(rejected()));
    assert_eq!((run.at.since(START).as_secs(), run.record("c").attempts), (8, 3));
}

#[test]
fn collecting_ends_when_the_time_is_over() {
    let steps = json!([{ "id": "each", "for_each": [1, 2, 3], "timeout": "10s", "on_item_error": "collect", "steps": [ask("a", json!({}))] }]);
    let mut run = Driver::of(steps);
    run.answer("each[0].a", Err(rejected()));
    run.later(10_000);
    run.answer("each[1].a", Err(timed_out()));
    run.failed_with("each[1].a", "timeout");
}

#[test]
fn the_flow_s_own_time_leaves_some_for_its_handler() {
    let flow = flow(json!({ "timeout": "10s", "steps": [ask("a", json!({}))], "on_error": [ask("h", json!({}))] }));
    let begin = MachineStart { timeout: Some(Duration::from_secs(15)), ..MachineStart::default() };
    let mut run = Driver::begin(&flow, begin.clone());
    run.later(10_000);
    run.answer("a", Err(timed_out()));
    assert_eq!(seconds(&run, "h"), Some(15));
    run.ok("h", Value::Null);
    run.failed_with("a", "timeout");

    let mut run = Driver::begin(&flow, begin);
    run.later(15_000);
    run.answer("a", Err(timed_out()));
    run.failed_with("a", "timeout");
}

#[test]
fn what_runs_beside_ends_with_the_first_that_has_no_time() {
    let steps = json!([{ "id": "both", "timeout": "10s", "parallel": { "a": [ask("a", json!({}))], "b": [{ "id": "w", "wait": "1h" }] } }]);
    let mut run = Driver::of(steps);
    run.wake("w");
    run.answer("a", Err(cancelled()));
    run.failed_with("w", "timeout");
}

#[test]
fn the_end_of_the_run_s_time_is_called_so() {
    let flow = flow(json!({ "steps": [{ "id": "w", "wait": "1h", "on_error": "continue" }] }));
    let mut run =
        Driver::begin(&flow, MachineStart { timeout: Some(Duration::from_secs(30)), ..MachineStart::default() });
    assert!(matches!(run.ops[0], Op::Sleep { reason: None, .. }));
    run.wake("w");
    assert!(matches!(run.machine.outcome(), Some(Outcome::Failed { .. })));
    assert_eq!(run.failure().2, "the time allowed for the run is over");
}

#[test]
fn a_clock_that_goes_back_does_not_take_the_run_along() {
    let mut run = Driver::of(json!([ask("a", json!({})), { "id": "pause", "wait": "10s" }, ask("b", json!({}))]));
    run.later(5_000);
    run.ok("a", Value::Null);
    run.at = Timestamp::from_millis(START.as_millis() - 60_000);
    let done = Done::Slept { key: run.op_of("pause") };
    run.open.remove("pause");
    run.tell(done);
    run.ok("b", Value::Null);
    let times = |key: &str| {
        let record = run.record(key);
        (record.started.since(START).as_secs(), record.finished.since(START).as_secs())
    };
    // The wait took as long as it was asked to, also where its end was told too early.
    assert_eq!((times("a"), times("pause"), times("b")), ((0, 5), (5, 15), (15, 15)));
}

#[test]
fn a_timer_that_is_early_ends_the_time_that_it_was_set_for() {
    let inner = json!([{ "id": "w", "wait": "1h", "on_error": "continue" }, { "id": "after", "set": 1 }]);
    let mut run = Driver::of(json!([limited("10s", inner, json!({ "on_error": "continue" }))]));
    run.later(9_999);
    let key = run.op_of("w");
    run.open.remove("w");
    run.tell(Done::Slept { key });
    // It was the time of the step around, whose handler it is that holds.
    assert_eq!(run.ended(), [("w", Status::Failed), ("c", Status::Failed)]);
}

#[test]
fn a_wait_without_an_end_does_not_end_by_time() {
    let mut run = Driver::of(json!([{ "id": "w", "wait": { "signal": "go" } }]));
    run.tell(Done::Slept { key: run.op_of("w") });
    assert_eq!(run.waiting(), ["w"]);
}
