//! `on_error` in all its forms, of steps and of flows, and `fail`.

use runner_flow::{Failure, Outcome, Status};
use serde_json::{Value, json};

use super::driver::{Driver, ask, cancelled, flow, in_doubt, rejected};

/// A run whose first step has failed so.
fn after(on_error: Value, failure: Failure) -> Driver {
    let steps = json!([
        ask("a", json!({ "on_error": on_error })),
        { "id": "b", "set": ["{{ steps.a.status }}", "{{ steps.a.error.code }}", "{{ steps.a.output }}"] },
    ]);
    let mut run = Driver::of(steps);
    run.answer("a", Err(failure));
    run
}

#[test]
fn the_forms_of_on_error() {
    after(json!("fail"), rejected()).failed_with("a", "rejected");
    assert_eq!(after(json!("continue"), rejected()).output(), json!(["failed", "rejected", null]));
    let handler = json!([{ "id": "h", "set": "{{ error.message }}" }]);
    assert_eq!(after(handler.clone(), rejected()).output(), json!(["failed", "rejected", "it failed"]));
    let coded = |codes: Value| json!({ "codes": codes, "steps": handler });
    assert_eq!(after(coded(json!(["rejected"])), rejected()).output()[2], "it failed");
    after(coded(json!(["timeout"])), rejected()).failed_with("a", "rejected");
    assert_eq!(after(json!({ "codes": ["any"] }), rejected()).output(), json!(["failed", "rejected", null]));
}

#[test]
fn an_unknown_outcome_is_caught_only_by_name() {
    for on_error in [json!("continue"), json!({ "codes": ["any"] }), json!([{ "id": "h", "set": 1 }])] {
        let run = after(on_error, in_doubt());
        assert!(matches!(run.machine.outcome(), Some(Outcome::OutcomeUnknown { .. })));
    }
    let run = after(json!({ "codes": ["outcome_unknown"] }), in_doubt());
    assert_eq!(run.output(), json!(["outcome_unknown", "outcome_unknown", null]));
}

#[test]
fn cancellation_is_never_caught() {
    let run = after(json!("continue"), cancelled());
    assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled));
}

#[test]
fn a_handled_step_keeps_its_error_and_its_record() {
    let mut run =
        Driver::of(json!([ask("a", json!({ "on_error": [ask("h", json!({ "with": { "e": "{{ error }}" } }))] }))]));
    run.answer("a", Err(rejected()));
    let error = run.act("h").input;
    assert_eq!((&error["e"]["code"], &error["e"]["step"]), (&json!("rejected"), &json!("a")));
    run.ok("h", json!("handled"));
    assert_eq!(run.output(), json!("handled"));
    let record = run.record("a");
    assert_eq!(
        (record.status, &*record.output, record.error.as_ref().unwrap().code.as_ref()),
        (Status::Failed, &json!("handled"), "rejected")
    );
}

#[test]
fn a_handler_that_fails_hands_its_own_failure_on() {
    let steps = json!([{ "id": "outer", "on_error": [{ "id": "o", "set": "{{ error.step }}" }], "branch": [{ "else": true, "steps": [
        ask("a", json!({ "on_error": [{ "id": "h", "fail": { "message": "handling {{ error.code }} failed", "code": "worse" } }] }))] }] }]);
    let mut run = Driver::of(steps);
    run.answer("a", Err(rejected()));
    assert_eq!(run.output(), json!("h"));
    assert_eq!(run.record("a").error.as_ref().unwrap().code, "rejected");
    let error = run.record("outer").error.clone().unwrap();
    assert_eq!(
        (error.code.as_ref(), error.origin.as_ref(), error.message.as_str()),
        ("worse", "flow", "handling rejected failed")
    );
}

#[test]
fn a_container_s_handler_sees_what_failed_inside() {
    let steps = json!([{ "id": "each", "for_each": [1, 2], "on_error": [{ "id": "h", "set": ["{{ error.step }}", "{{ steps.each.status }}"] }],
        "steps": [ask("a", json!({}))] }]);
    let mut run = Driver::of(steps);
    run.ok("each[0].a", json!(1));
    run.answer("each[1].a", Err(rejected()));
    // The step is not over while its handler is at work.
    assert_eq!(run.output(), json!(["each[1].a", "skipped"]));
}

#[test]
fn a_handler_may_stand_in_a_handler_and_sees_the_nearest_error() {
    let steps = json!([{ "id": "a", "fail": "one", "on_error": [
        { "id": "b", "fail": { "message": "{{ error.message }} two", "code": "second" }, "on_error": [
            { "id": "c", "set": "{{ error.message }}" }] },
        { "id": "d", "set": ["{{ steps.b.output }}", "{{ error.message }}"] }] }]);
    assert_eq!(Driver::of(steps).output(), json!(["one two", "one"]));
}

#[test]
fn fail_has_a_message_a_code_and_the_flow_as_its_origin() {
    let failed = |fail: Value| Driver::of(json!([{ "id": "f", "fail": fail }]));
    let run = failed(json!("no {{ run.id }}"));
    assert_eq!(run.failure(), (Some("f".to_owned()), "failed".to_owned(), "no run_1".to_owned()));
    assert_eq!(run.record("f").error.as_ref().unwrap().origin, "flow");
    failed(json!({ "message": "no", "code": "too_bad" })).failed_with("f", "too_bad");
}

#[test]
fn a_flow_s_on_error_runs_when_the_flow_fails() {
    let run = |on_error: Value, fails_too: bool| {
        let flow = flow(json!({ "steps": [ask("a", json!({}))], "on_error": on_error, "output": 0 }));
        let mut run = Driver::begin(&flow, runner_flow::MachineStart::default());
        run.answer("a", Err(rejected()));
        let answer = if fails_too { Err(rejected()) } else { Ok(json!("told")) };
        run.answer("tell", answer);
        run
    };
    let tell = || ask("tell", json!({ "with": { "code": "{{ error.code }}" } }));
    run(json!([tell()]), false).failed_with("a", "rejected");
    run(json!([tell()]), true).failed_with("a", "rejected");
    let response = json!([tell(), { "id": "s", "stop": ["{{ error.step }}", "{{ steps.tell.output }}"] }]);
    assert_eq!(run(response, false).output(), json!(["a", "told"]));
}

#[test]
fn a_flow_s_on_error_catches_codes_and_hides_no_doubt() {
    let run = |on_error: Value, failure: Failure| {
        let flow = flow(json!({ "steps": [ask("a", json!({}))], "on_error": on_error }));
        let mut run = Driver::begin(&flow, runner_flow::MachineStart::default());
        run.answer("a", Err(failure));
        run
    };
    let stop = || json!([{ "id": "s", "stop": "response" }]);
    run(json!({ "codes": ["timeout"], "steps": stop() }), rejected()).failed_with("a", "rejected");
    assert_eq!(run(json!({ "codes": ["rejected"], "steps": stop() }), rejected()).output(), json!("response"));
    assert!(matches!(run(stop(), in_doubt()).machine.outcome(), Some(Outcome::OutcomeUnknown { .. })));
    let mut doubtful = run(json!([ask("h", json!({}))]), rejected());
    doubtful.answer("h", Err(in_doubt()));
    assert!(matches!(doubtful.machine.outcome(), Some(Outcome::OutcomeUnknown { step, .. }) if step.as_str() == "h"));
}

#[test]
fn the_steps_of_handlers_are_visible_after_them() {
    let steps = json!([
        { "id": "a", "fail": "no", "on_error": [{ "id": "h", "set": 1 }] },
        { "id": "b", "set": 2, "on_error": [{ "id": "i", "set": 3 }] },
        { "id": "c", "set": ["{{ steps.h.output }}", "{{ steps.i.output }}", "{{ steps.i.status }}"] }]);
    assert_eq!(Driver::of(steps).output(), json!([1, null, "skipped"]));
}
