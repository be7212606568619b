//! Cancelling a run, wherever it is.

use runner_flow::{Done, Op, Outcome, Status};
use serde_json::json;

use super::driver::{Driver, ask, cancelled, flow, in_doubt, refused};

#[test]
fn everything_under_way_is_cut_off_and_what_is_in_flight_is_waited_for() {
    let steps = json!([{ "id": "p", "on_error": "continue", "parallel": {
        "a": [ask("act", json!({})), ask("never", json!({}))],
        "b": [ask("rest", json!({}))],
        "c": [{ "id": "sleep", "wait": "1h" }],
        "d": [{ "id": "listen", "wait": { "signal": "go" } }],
        "e": [{ "id": "each", "for_each": [1, 2], "at_once": 2, "steps": [ask("turn", json!({ "on_error": "continue" }))] }] } }]);
    let mut run = Driver::of(steps);
    run.answer("rest", Err(refused()));
    let before = run.ops.len();
    run.cancel();
    let cancelled_keys: Vec<String> = run.ops[before..]
        .iter()
        .map(|op| match op {
            Op::Cancel { key } => key.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(cancelled_keys, ["act", "rest", "sleep", "listen", "each[0].turn", "each[1].turn"]);
    run.cancel();
    assert_eq!(run.ops.len(), before + 6);
    run.answer("each[1].turn", Err(cancelled()));
    run.ok("act", json!("done"));
    assert!(run.machine.outcome().is_none());
    run.answer("each[0].turn", Err(refused()));
    assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled));
    for (key, status) in [
        ("act", Status::Succeeded),
        ("rest", Status::Cancelled),
        ("sleep", Status::Cancelled),
        ("listen", Status::Cancelled),
        ("each[0].turn", Status::Failed),
        ("each", Status::Cancelled),
        ("p", Status::Cancelled),
    ] {
        assert_eq!(run.status(key), Some(status), "{key}");
    }
}

#[test]
fn a_write_in_doubt_is_told_also_when_the_run_was_cancelled() {
    let step = ask("a", json!({ "on_error": { "codes": ["outcome_unknown"] } }));
    let mut run = Driver::of(json!([{ "id": "p", "parallel": { "x": [step], "y": [ask("b", json!({}))] } }]));
    run.cancel();
    run.answer("a", Err(in_doubt()));
    run.answer("b", Err(cancelled()));
    assert!(matches!(run.machine.outcome(), Some(Outcome::OutcomeUnknown { step, .. }) if step.as_str() == "a"));
}

#[test]
fn handlers_are_cut_off_too() {
    let flow = flow(
        json!({ "steps": [{ "id": "f", "fail": "no" }], "on_error": [ask("h", json!({})), { "id": "s", "stop": 1 }] }),
    );
    let mut run = Driver::begin(&flow, runner_flow::MachineStart::default());
    run.cancel();
    run.ok("h", json!(1));
    assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled));
}

#[test]
fn what_comes_too_late_is_ignored() {
    let mut run = Driver::of(json!([ask("a", json!({}))]));
    let act = run.act("a");
    run.answer("a", Err(refused()));
    run.cancel();
    assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled));
    let records = run.records.len();
    run.tell(Done::Slept { key: act.key.clone() });
    run.tell(Done::Acted { key: act.key, attempt: 1, outcome: Ok(json!(1)) });
    run.signal("1", "go", json!(1));
    assert_eq!((run.records.len(), run.open.len()), (records, 0));
}

#[test]
fn a_run_that_has_not_begun_can_be_cancelled() {
    let mut run = Driver::new(&flow(json!({ "steps": [ask("a", json!({}))] })), runner_flow::MachineStart::default());
    run.cancel();
    assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled));
    run.start();
    assert!(run.ops.is_empty());
}
