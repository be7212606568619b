//! `flow`: a flow that runs another one of its folder.

use runner_flow::{Act, MachineStart, Op, Outcome, Slot, Status};
use serde_json::{Value, json};

use super::driver::{Driver, START, ask, cancelled, flow_in, in_doubt, rejected};

fn run_of(sub: Value, more: Value) -> Driver {
    let mut step = json!({ "id": "sub", "flow": "other", "with": { "n": "{{ input.n }}" } });
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let steps = json!([{ "id": "ask", "set": "outer" }, step]);
    let flow = flow_in(json!({ "steps": steps }), &[("other", sub)]);
    let begin = MachineStart { input: json!({ "n": 1 }), config: json!({ "c": 2 }), ..MachineStart::default() };
    Driver::begin(&flow, begin)
}

#[test]
fn it_sees_its_own_input_and_steps_and_the_same_config_and_run() {
    let sub = json!({
        "input": { "type": "object", "properties": { "n": { "type": "integer" }, "d": { "default": 5 } } },
        "connections": { "other": { "connector": "model" } },
        "steps": [
            { "id": "first", "set": ["{{ input.n }}", "{{ input.d }}", "{{ config.c }}", "{{ run.id }}"] },
            ask("ask", json!({ "with": { "x": "{{ steps.first.output }}" } })),
        ],
        "output": { "given": "{{ steps.ask.output.x }}" }
    });
    let run = run_of(sub, json!({}));
    let act: Act = run.act("sub.ask");
    assert_eq!(act.connection, Some(Slot { name: "other".to_owned(), connector: "model".to_owned() }));
    let run = run.echo();
    assert_eq!(run.output(), json!({ "given": [1, 5, 2, "run_1"] }));
    let keys: Vec<&str> = run.ended().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["ask", "sub.first", "sub.ask", "sub"]);
}

#[test]
fn its_input_is_checked() {
    let sub = json!({ "input": { "properties": { "n": { "type": "string" } } }, "steps": [{ "id": "a", "set": 1 }] });
    let run = run_of(sub, json!({}));
    run.failed_with("sub", "invalid_input");
    assert!(run.failure().2.starts_with("the input of the flow \"other\" is not valid"));
}

#[test]
fn its_failure_is_that_of_the_step() {
    let sub = json!({ "steps": [ask("ask", json!({}))] });
    let mut run = run_of(sub.clone(), json!({}));
    run.answer("sub.ask", Err(rejected()));
    run.failed_with("sub.ask", "rejected");
    assert_eq!(run.status("sub"), Some(Status::Failed));

    let mut run = run_of(sub, json!({ "on_error": "continue" }));
    run.answer("sub.ask", Err(rejected()));
    assert_eq!(run.output(), Value::Null);
}

#[test]
fn its_own_on_error_holds() {
    let sub = |end: Value| {
        json!({
            "steps": [ask("ask", json!({}))],
            "on_error": [{ "id": "note", "set": ["{{ error.code }}", "{{ steps.ask.status }}"] }, end]
        })
    };
    let mut run = run_of(sub(json!({ "id": "end", "stop": "{{ steps.note.output }}" })), json!({}));
    run.answer("sub.ask", Err(rejected()));
    assert_eq!(run.output(), json!(["rejected", "failed"]));
    assert_eq!(run.record("sub").status, Status::Succeeded);

    let mut run = run_of(sub(json!({ "id": "end", "set": 1 })), json!({}));
    run.answer("sub.ask", Err(rejected()));
    run.failed_with("sub.ask", "rejected");
    assert_eq!(*run.record("sub.note").output, json!(["rejected", "failed"]));
}

#[test]
fn its_own_time_holds_and_its_handler_runs_outside_of_it() {
    let sub = json!({
        "timeout": "10s",
        "steps": [ask("ask", json!({}))],
        "on_error": [ask("tell", json!({})), { "id": "end", "stop": "told" }]
    });
    let mut run = run_of(sub, json!({ "timeout": "60s" }));
    assert_eq!(run.act("sub.ask").deadline.map(|at| at.since(START).as_secs()), Some(10));
    run.later(10_000);
    run.answer("sub.ask", Err(super::driver::timed_out()));
    assert_eq!(run.act("sub.tell").deadline.map(|at| at.since(START).as_secs()), Some(60));
    run.ok("sub.tell", Value::Null);
    assert_eq!(run.output(), json!("told"));
}

#[test]
fn a_stop_ends_only_the_flow_that_it_stands_in() {
    let sub = json!({ "steps": [{ "id": "s", "stop": { "early": true } }, { "id": "never", "fail": "not reached" }], "output": 0 });
    assert_eq!(run_of(sub, json!({})).output(), json!({ "early": true }));
}

#[test]
fn an_output_without_a_value_is_a_failure_of_the_step() {
    let sub = json!({ "steps": [{ "id": "a", "set": 1 }], "output": "{{ steps.a.output.x }}" });
    run_of(sub, json!({})).failed_with("sub", "expression");
}

#[test]
fn flows_run_flows_in_loops() {
    let inner = json!({ "steps": [ask("ask", json!({ "with": { "i": "{{ input.i }}" } }))] });
    let middle = json!({ "steps": [{ "id": "in", "flow": "inner", "with": { "i": "{{ input.i }}" } }] });
    let steps = json!([{ "id": "each", "for_each": [1, 2], "at_once": 2, "steps": [{ "id": "mid", "flow": "middle", "with": { "i": "{{ item }}" } }] }]);
    let flow = flow_in(json!({ "steps": steps }), &[("inner", inner), ("middle", middle)]);
    let mut run = Driver::begin(&flow, MachineStart::default());
    assert_eq!(run.waiting(), ["each[0].mid.in.ask", "each[1].mid.in.ask"]);
    run.cancel();
    run.answer("each[0].mid.in.ask", Err(cancelled()));
    run.answer("each[1].mid.in.ask", Err(cancelled()));
    assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled));
    assert_eq!(run.ops.iter().filter(|op| matches!(op, Op::Cancel { .. })).count(), 2);

    let run = Driver::begin(&flow, MachineStart::default()).echo();
    assert_eq!(run.output(), json!([{ "i": 1 }, { "i": 2 }]));
}

#[test]
fn a_doubt_in_it_is_caught_only_by_name() {
    let sub = |on_error: Value| json!({ "steps": [ask("ask", json!({}))], "on_error": on_error });
    let stop = || json!([{ "id": "end", "stop": 1 }]);
    let mut run = run_of(sub(stop()), json!({ "on_error": "continue" }));
    run.answer("sub.ask", Err(in_doubt()));
    assert!(matches!(run.machine.outcome(), Some(Outcome::OutcomeUnknown { .. })));
    let mut run = run_of(sub(json!({ "codes": ["outcome_unknown"], "steps": stop() })), json!({}));
    run.answer("sub.ask", Err(in_doubt()));
    assert_eq!(run.output(), json!(1));
}
