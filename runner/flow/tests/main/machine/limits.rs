//! Bounds: the outputs that a run holds together, long blocks and long loops.

use std::sync::Arc;

use runner_flow::{Flow, MachineStart, Op, Outcome, Status};
use serde_json::{Value, json};

use super::driver::{Driver, ask, cancelled, flow, flow_in, rejected};

const MIB: usize = 1 << 20;

#[test]
fn what_is_in_flight_is_cut_off_when_the_outputs_are_too_large() {
    let steps = json!([{ "id": "p", "on_error": "continue", "parallel": { "a": [ask("a", json!({})), ask("never", json!({}))], "b": [ask("b", json!({}))] } }]);
    let mut run = Driver::of(steps);
    run.ok("a", json!("x".repeat(257 * MIB)));
    assert_eq!(run.waiting(), Vec::<&str>::new());
    assert!(run.machine.outcome().is_none());
    run.answer("b", Err(cancelled()));
    let (step, code, message) = run.failure();
    assert_eq!((step, code.as_str()), (None, "limit_exceeded"));
    assert_eq!(message, "the outputs of the run's steps are over 256 MiB together");
    assert_eq!(run.status("a"), Some(Status::Succeeded));
}

#[test]
fn the_outputs_of_a_turn_are_let_go_when_it_ends() {
    let run = |output: Value| {
        let steps =
            json!([{ "id": "each", "repeat": { "times": 10 }, "output": output, "steps": [ask("ask", json!({}))] }]);
        let mut run = Driver::of(steps);
        run.run(|_| Ok(json!("x".repeat(60 * MIB))));
        run
    };
    assert_eq!(run(json!(null)).output(), json!(vec![Value::Null; 10]));
    assert_eq!(run(json!("{{ steps.ask.status }}")).output(), json!(vec!["succeeded"; 10]));
}

#[test]
fn the_outputs_that_a_loop_collects_count() {
    let steps = json!([{ "id": "each", "repeat": { "times": 10 }, "steps": [ask("ask", json!({}))] }]);
    let mut run = Driver::of(steps);
    run.run(|_| Ok(json!("x".repeat(60 * MIB))));
    assert_eq!(run.failure().1, "limit_exceeded");
}

#[test]
fn the_results_of_a_round_are_let_go_when_the_next_begins() {
    let steps = json!([{ "id": "c", "retry": { "max_attempts": 10, "delay": "1s" }, "branch": [{ "else": true, "steps": [ask("big", json!({})), ask("ask", json!({}))] }] }]);
    let mut run = Driver::of(steps);
    run.run(|act| match act.key.as_str() {
        "c~10.ask" => Ok(Value::Null),
        key if key.ends_with("big") => Ok(json!("x".repeat(60 * MIB))),
        _ => Err(rejected()),
    });
    assert_eq!(run.output(), Value::Null);
}

#[test]
fn a_long_block_does_not_grow_the_stack() {
    let steps: Vec<Value> = (0..50_000).map(|n| json!({ "id": format!("s{n}"), "set": n })).collect();
    let run = Driver::of(json!(steps)).echo();
    assert_eq!(run.output(), json!(49_999));
}

#[test]
fn a_long_loop_gives_others_their_turn() {
    let steps = json!([{ "id": "r", "repeat": { "times": 120_000 }, "output": null, "steps": [{ "id": "a", "set": "{{ loop.index }}" }] }]);
    let mut run = Driver::of(steps);
    assert_eq!((run.records.len(), run.waiting()), (99_999, vec!["r[99999].a"]));
    assert!(matches!(run.ops.as_slice(), [Op::Sleep { until, reason: None, .. }] if *until == run.at));
    run.run(|_| Ok(Value::Null));
    assert_eq!(run.output().as_array().unwrap().len(), 120_000);
    assert_eq!(run.records.len(), 120_001);

    let flow =
        flow(json!({ "steps": [{ "id": "r", "repeat": { "times": 1_000_000 }, "steps": [{ "id": "a", "set": 1 }] }] }));
    let mut run = Driver::begin(&flow, MachineStart::default());
    run.cancel();
    assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled));
    assert_eq!(run.status("r[99999].a"), None);
}

#[test]
fn deep_nesting_does_not_grow_the_stack() {
    let flow = with_stack(64 * MIB, deep_flow);
    let flow = with_stack(MIB, move || {
        let mut run = Driver::begin(&flow, MachineStart::default());
        let key = run.waiting()[0].to_owned();
        run.answer(&key, Err(rejected()));
        assert_eq!(run.failure().1, "failed");
        let mut run = Driver::begin(&flow, MachineStart::default());
        run.cancel();
        run.answer(&key, Err(cancelled()));
        assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled));
        let run = Driver::begin(&flow, MachineStart::default()).echo();
        assert_eq!(run.records.len(), 1 + 16 * 21);
        flow
    });
    // Letting go so deep a flow is not the Machine's work.
    with_stack(64 * MIB, move || drop(flow));
}

/// Flows that run one another as deeply as they may, with loops in loops in each.
fn deep_flow() -> Arc<Flow> {
    let mut flows: Vec<(String, Value)> = Vec::new();
    for depth in 0..16 {
        let mut steps = match depth {
            0 => json!([ask("ask", json!({}))]),
            _ => json!([{ "id": "sub", "flow": format!("f{}", depth - 1) }]),
        };
        for level in 0..20 {
            let handler = json!([{ "id": format!("h{level}"), "fail": "{{ error.code }}" }]);
            let id = format!("l{level}");
            steps = json!([{ "id": id, "for_each": [0], "on_error": handler, "steps": steps }]);
        }
        flows.push((format!("f{depth}"), json!({ "steps": steps })));
    }
    let flows: Vec<(&str, Value)> = flows.iter().map(|(name, flow)| (name.as_str(), flow.clone())).collect();
    flow_in(json!({ "steps": [{ "id": "top", "flow": "f15" }] }), &flows)
}

fn with_stack<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(bytes).spawn(work).unwrap().join().unwrap()
}
