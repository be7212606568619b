//! `retry` of steps with steps in them: the whole body runs again, as a new round.

use runner_flow::{Op, Status};
use serde_json::{Value, json};

use super::driver::{Driver, ask, flow_in, in_doubt, rejected};

fn retried(container: Value) -> Value {
    let mut step = json!({ "id": "c", "retry": { "max_attempts": 3, "delay": "1s", "backoff": 2 } });
    step.as_object_mut().unwrap().extend(container.as_object().unwrap().clone());
    step
}

fn containers() -> [(Value, [&'static str; 2]); 5] {
    let inner = || json!([{ "id": "one", "set": 1 }, ask("ask", json!({}))]);
    [
        (json!({ "branch": [{ "else": true, "steps": inner() }] }), ["ask", "c~2.ask"]),
        (json!({ "for_each": [1], "steps": inner() }), ["c[0].ask", "c~2[0].ask"]),
        (json!({ "repeat": { "times": 1 }, "steps": inner() }), ["c[0].ask", "c~2[0].ask"]),
        (json!({ "parallel": { "a": inner() } }), ["ask", "c~2.ask"]),
        (json!({ "flow": "other" }), ["c.ask", "c~2.ask"]),
    ]
}

#[test]
fn the_body_of_a_container_runs_again_as_a_new_round() {
    for (container, [first, second]) in containers() {
        let other = json!({ "steps": [ask("ask", json!({}))] });
        let flow = flow_in(json!({ "steps": [retried(container.clone())] }), &[("other", other)]);
        let mut run = Driver::begin(&flow, runner_flow::MachineStart::default());
        run.answer(first, Err(rejected()));
        let Some(Op::Sleep { key, until, reason: Some(reason) }) = run.ops.last() else { panic!("{:?}", run.ops) };
        assert_eq!((key.as_str(), until.since(run.at).as_secs(), reason.code.as_ref()), ("c", 1, "rejected"));
        run.wake("c");
        run.ok(second, json!("done"));
        let record = run.record("c");
        assert_eq!((record.status, record.attempts), (Status::Succeeded, 2), "{container}");
        assert_eq!(run.status(first), Some(Status::Failed));
    }
}

#[test]
fn a_container_is_repeated_only_where_it_says_so_and_as_often() {
    for (container, [first, _]) in containers() {
        let mut plain = retried(container);
        plain.as_object_mut().unwrap().remove("retry");
        let flow = flow_in(json!({ "steps": [plain] }), &[("other", json!({ "steps": [ask("ask", json!({}))] }))]);
        let mut run = Driver::begin(&flow, runner_flow::MachineStart::default());
        run.answer(first, Err(rejected()));
        run.failed_with(first, "rejected");
    }
    let mut run =
        Driver::of(json!([retried(json!({ "branch": [{ "else": true, "steps": [ask("ask", json!({}))] }] }))]));
    run.run(|_| Err(rejected()));
    run.failed_with("c~3.ask", "rejected");
    assert_eq!(run.record("c").attempts, 3);
}

#[test]
fn what_may_have_been_carried_out_is_not_repeated() {
    let mut run =
        Driver::of(json!([retried(json!({ "branch": [{ "else": true, "steps": [ask("ask", json!({}))] }] }))]));
    run.answer("ask", Err(in_doubt()));
    assert_eq!(run.status("c"), Some(Status::OutcomeUnknown));
}

#[test]
fn a_round_sees_nothing_of_the_one_before() {
    let steps = json!([retried(json!({ "branch": [{ "else": true, "steps": [
        ask("first", json!({ "on_error": [{ "id": "noted", "set": "noted" }] })),
        { "id": "look", "set": "{{ steps.noted.output }}" },
        ask("ask", json!({ "with": { "seen": "{{ steps.look.output }}" } })),
    ] }] }))]);
    let mut run = Driver::of(steps);
    run.answer("first", Err(rejected()));
    assert_eq!(run.act("ask").input, json!({ "seen": "noted" }));
    run.answer("ask", Err(rejected()));
    run.wake("c");
    run.ok("c~2.first", Value::Null);
    assert_eq!(run.act("c~2.ask").input, json!({ "seen": null }));
}

#[test]
fn retry_comes_before_on_error() {
    let mut step = retried(json!({ "branch": [{ "else": true, "steps": [ask("ask", json!({}))] }] }));
    step["on_error"] = json!([{ "id": "h", "set": "{{ error.step }}" }]);
    let mut run = Driver::of(json!([step]));
    run.run(|_| Err(rejected()));
    assert_eq!((run.output(), run.ops.iter().filter(|op| matches!(op, Op::Act(_))).count()), (json!("c~3.ask"), 3));
}

#[test]
fn rounds_of_containers_in_one_another_have_keys_of_their_own() {
    let mut inner = retried(json!({ "for_each": [0], "steps": [ask("ask", json!({}))] }));
    inner["id"] = json!("inner");
    inner["retry"] = json!({ "max_attempts": 2, "delay": "1s" });
    let mut outer = retried(json!({ "branch": [{ "else": true, "steps": [inner] }] }));
    outer["retry"] = json!({ "max_attempts": 2, "delay": "1s" });
    let mut run = Driver::of(json!([outer]));
    run.run(|_| Err(rejected()));
    let acts: Vec<String> = run
        .ops
        .iter()
        .filter_map(|op| match op {
            Op::Act(act) => Some(act.key.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(acts, ["inner[0].ask", "inner~2[0].ask", "c~2.inner[0].ask", "c~2.inner~2[0].ask"]);
}
