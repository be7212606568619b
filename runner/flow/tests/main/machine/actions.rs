//! The Machine with a fake clock: order, retries and their waits, time limits, cancelling, pins.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::retry::OwnRetries;
use connector_sdk::{Effect, Error, ErrorKind, Evidence};
use runner_flow::{Act, Done, Failure, Flow, Machine, MachineStart, Op, Outcome, Repeat, Status, StepKey, Timestamp};
use serde_json::{Value, json};

const START: Timestamp = Timestamp::from_millis(1_000_000);

fn flow(steps: Value) -> Arc<Flow> {
    flow_with(json!({ "steps": steps }))
}

fn flow_with(more: Value) -> Arc<Flow> {
    let mut file = json!({ "linkwork": 1, "name": "test", "connections": { "m": { "connector": "model" } } });
    file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Arc::new(Flow::parse(&file.to_string()).unwrap())
}

fn machine(flow: &Arc<Flow>) -> Machine {
    Machine::new(Arc::clone(flow), MachineStart { run_id: "run_1".to_owned(), ..MachineStart::default() })
}

fn ask(id: &str, extra: Value) -> Value {
    let mut step = json!({ "id": id, "action": "model/ask" });
    step.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    step
}

fn after(millis: u64) -> Timestamp {
    START + Duration::from_millis(millis)
}

fn act(ops: Vec<Op>) -> Act {
    match <[Op; 1]>::try_from(ops) {
        Ok([Op::Act(act)]) => act,
        other => panic!("{other:?}"),
    }
}

fn sleep(ops: Vec<Op>) -> (StepKey, Timestamp) {
    match <[Op; 1]>::try_from(ops) {
        Ok([Op::Sleep { key, until, .. }]) => (key, until),
        other => panic!("{other:?}"),
    }
}

fn done(act: &Act, output: Value) -> Done {
    Done::Acted { key: act.key.clone(), attempt: act.attempt, outcome: Ok(output) }
}

fn failed(act: &Act, error: &Error, effect: Effect) -> Done {
    let failure = Failure::of_attempt(error, effect, act.attempt, OwnRetries::Unsaid);
    Done::Acted { key: act.key.clone(), attempt: act.attempt, outcome: Err(failure) }
}

fn refused() -> Error {
    Error::new(ErrorKind::RateLimited, "slow down").with_evidence(Evidence::Refused).with_status(429)
}

fn unanswered() -> Error {
    Error::new(ErrorKind::Network, "the connection broke").with_evidence(Evidence::Unanswered)
}

fn server_error() -> Error {
    Error::new(ErrorKind::Unavailable, "it failed").with_evidence(Evidence::Failed).with_status(500)
}

#[test]
fn steps_run_in_order_and_see_what_came_before() {
    let flow = flow_with(json!({
        "steps": [
            ask("first", json!({ "with": { "x": 1 } })),
            { "id": "middle", "set": { "y": "{{ steps.first.output }}" } },
            ask("last", json!({ "with": { "z": "{{ steps.middle.output.y }}" }, "connection": "m" })),
        ],
        "output": ["{{ steps.last.output }}", "{{ steps.first.status }}"]
    }));
    let mut machine = machine(&flow);
    let first = act(machine.start(START));
    assert_eq!((first.key.as_str(), first.attempt, first.action.as_str()), ("first", 1, "model/ask"));
    assert_eq!((&first.connection, &first.input), (&Some("m".to_owned()), &json!({ "x": 1 })));
    let last = act(machine.complete(done(&first, json!("one")), after(5)));
    assert_eq!((last.key.as_str(), &last.input), ("last", &json!({ "z": "one" })));
    assert!(machine.outcome().is_none());
    assert!(machine.complete(done(&last, json!("two")), after(9)).is_empty());
    assert_eq!(machine.outcome(), Some(&Outcome::Succeeded { output: json!(["two", "succeeded"]) }));
    let records: Vec<_> = machine.records().iter().map(|r| (r.key.as_str(), r.started, r.finished)).collect();
    assert_eq!(records, [("first", START, after(5)), ("middle", after(5), after(5)), ("last", after(5), after(9))]);
}

#[test]
fn without_an_output_the_last_step_gives_it() {
    let flow = flow(json!([{ "id": "a", "set": 1 }, { "id": "b", "set": { "x": 2 } }]));
    let mut machine = machine(&flow);
    assert!(machine.start(START).is_empty());
    assert_eq!(machine.outcome(), Some(&Outcome::Succeeded { output: json!({ "x": 2 }) }));
}

#[test]
fn an_input_that_does_not_fit_begins_nothing() {
    let flow = flow_with(json!({
        "input": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] },
        "steps": [ask("a", json!({}))]
    }));
    let mut machine = machine(&flow);
    assert!(machine.start(START).is_empty());
    let Some(Outcome::Failed { step: None, failure }) = machine.outcome() else { panic!() };
    assert_eq!(failure.error.code, "invalid_input");
    assert!(machine.records().is_empty());
}

#[test]
fn an_input_that_is_left_out_has_its_default() {
    let flow = flow_with(json!({
        "input": { "type": "object", "properties": { "text": { "default": "hello" }, "other": { "default": 1 } } },
        "steps": [{ "id": "a", "set": ["{{ input.text }}", "{{ input.other }}"] }]
    }));
    for only in [None, Some("a".to_owned())] {
        let begin = MachineStart { input: json!({ "other": 2 }), only, ..MachineStart::default() };
        let mut machine = Machine::new(Arc::clone(&flow), begin);
        assert!(machine.start(START).is_empty());
        assert_eq!(machine.outcome(), Some(&Outcome::Succeeded { output: json!(["hello", 2]) }));
    }
}

#[test]
fn a_step_does_not_begin_when_the_run_s_time_is_over() {
    let flow = flow(json!([ask("a", json!({})), ask("b", json!({}))]));
    let begin = MachineStart { timeout: Some(Duration::from_secs(30)), ..MachineStart::default() };
    let mut machine = Machine::new(flow, begin);
    let first = act(machine.start(START));
    assert!(machine.complete(done(&first, Value::Null), after(30_000)).is_empty());
    let Some(Outcome::Failed { step, failure }) = machine.outcome() else { panic!() };
    assert_eq!((step.as_ref().unwrap().as_str(), failure.error.code), ("b", "timeout"));
}

#[test]
fn a_failure_that_may_be_repeated_is_repeated_after_a_wait_that_replays() {
    let flow = flow(json!([ask("a", json!({}))]));
    let waits = || {
        let mut machine = machine(&flow);
        let mut at = START;
        let mut act_now = act(machine.start(at));
        let mut waits = Vec::new();
        for attempt in 2..=3 {
            let (_, until) = sleep(machine.complete(failed(&act_now, &refused(), Effect::Read), at));
            waits.push(until.since(at));
            at = until;
            act_now = act(machine.complete(Done::Slept { key: act_now.key.clone() }, at));
            assert_eq!(act_now.attempt, attempt);
        }
        assert!(machine.complete(failed(&act_now, &refused(), Effect::Read), at).is_empty());
        assert!(matches!(machine.outcome(), Some(Outcome::Failed { step: Some(_), .. })));
        waits
    };
    let first = waits();
    assert_eq!(first, waits());
    assert!(first[0] <= Duration::from_secs(1) && first[1] <= Duration::from_secs(2) && first[0] != first[1]);
}

#[test]
fn a_step_with_a_retry_waits_as_it_says() {
    let retry = json!({ "retry": { "max_attempts": 4, "delay": "1s", "backoff": 3, "max_delay": "5s" } });
    let flow = flow(json!([ask("a", retry)]));
    let mut machine = machine(&flow);
    let mut at = START;
    let mut now = act(machine.start(at));
    for expected in [1, 3, 5] {
        let (_, until) = sleep(machine.complete(failed(&now, &refused(), Effect::Generate), at));
        assert_eq!(until.since(at), Duration::from_secs(expected));
        at = until;
        now = act(machine.complete(Done::Slept { key: now.key.clone() }, at));
    }
    assert!(machine.complete(failed(&now, &refused(), Effect::Generate), at).is_empty());
    assert_eq!(machine.records()[0].status, Status::Failed);
}

#[test]
fn the_provider_s_wish_is_the_least_that_is_waited() {
    let flow = flow(json!([ask("a", json!({}))]));
    let mut machine = machine(&flow);
    let first = act(machine.start(START));
    let wish = Duration::from_secs(40);
    let error = refused().with_retry_after(Some(wish));
    let (_, until) = sleep(machine.complete(failed(&first, &error, Effect::Read), START));
    assert!(until.since(START) >= wish && until.since(START) <= wish + wish / 10);
}

#[test]
fn what_may_be_repeated() {
    use Repeat::{ByDefault, IfAsked, Never};
    let final_error = || Error::new(ErrorKind::Rejected, "no").with_status(400);
    let not_sent = || Error::new(ErrorKind::Network, "no route").with_evidence(Evidence::NotSent);
    let cancelled = || Error::new(ErrorKind::Cancelled, "cancelled").with_evidence(Evidence::Unanswered);
    let unknown = || Error::new(ErrorKind::OutcomeUnknown, "who knows").with_evidence(Evidence::Unanswered);
    let table = [
        (refused(), 1, [ByDefault, ByDefault, IfAsked]),
        (not_sent(), 1, [ByDefault, ByDefault, ByDefault]),
        (server_error(), 1, [ByDefault, ByDefault, Never]),
        (server_error(), 2, [ByDefault, IfAsked, Never]),
        (unanswered(), 2, [ByDefault, IfAsked, Never]),
        (final_error(), 1, [Never, Never, Never]),
        (cancelled(), 1, [Never, Never, Never]),
        (unknown(), 1, [ByDefault, ByDefault, Never]),
    ];
    for (error, attempt, expected) in table {
        for (effect, expected) in [Effect::Read, Effect::Generate, Effect::Write].into_iter().zip(expected) {
            let found = Failure::of_attempt(&error, effect, attempt, OwnRetries::Unsaid).repeat;
            assert_eq!(found, expected, "{error:?} {effect:?} at attempt {attempt}");
            assert_eq!(Failure::of_attempt(&error, effect, attempt, OwnRetries::Counted).repeat, Never);
            let once = Failure::of_attempt(&error, effect, attempt, OwnRetries::Once).repeat;
            assert_eq!(once, if expected == Never { Never } else { IfAsked }, "{error:?} {effect:?}");
        }
    }
}

#[test]
fn a_write_is_repeated_only_where_the_step_asks_and_never_when_it_may_have_been_carried_out() {
    let first_ops = |extra: Value, error: &Error| {
        let flow = flow(json!([ask("a", extra)]));
        let mut machine = machine(&flow);
        let first = act(machine.start(START));
        machine.complete(failed(&first, error, Effect::Write), START)
    };
    let retry = || json!({ "retry": { "max_attempts": 2 } });
    assert!(first_ops(json!({}), &refused()).is_empty());
    sleep(first_ops(retry(), &refused()));
    assert!(first_ops(retry(), &unanswered()).is_empty());
    assert!(first_ops(retry(), &server_error()).is_empty());
}

#[test]
fn outcome_unknown_is_a_state_of_its_own() {
    let flow = flow(json!([ask("a", json!({ "retry": {} })), { "id": "b", "set": 1 }]));
    let mut machine = machine(&flow);
    let first = act(machine.start(START));
    let error = Error::new(ErrorKind::OutcomeUnknown, "who knows").with_evidence(Evidence::Unanswered);
    assert!(machine.complete(failed(&first, &error, Effect::Write), START).is_empty());
    assert!(matches!(machine.outcome(), Some(Outcome::OutcomeUnknown { .. })));
    assert_eq!(machine.records().len(), 1);
    assert_eq!(machine.records()[0].status, Status::OutcomeUnknown);
}

#[test]
fn a_step_s_time_covers_its_attempts_and_waits() {
    let extra = json!({ "timeout": "10s", "retry": { "max_attempts": 9, "delay": "4s", "backoff": 1 } });
    let flow = flow(json!([ask("a", extra)]));
    let mut machine = machine(&flow);
    let first = act(machine.start(START));
    assert_eq!(first.timeout, Some(Duration::from_secs(10)));
    let (key, until) = sleep(machine.complete(failed(&first, &refused(), Effect::Read), after(3_000)));
    assert_eq!(until, after(7_000));
    let second = act(machine.complete(Done::Slept { key }, until));
    assert_eq!(second.timeout, Some(Duration::from_secs(3)));
    assert!(machine.complete(failed(&second, &refused(), Effect::Read), after(7_000)).is_empty());
    assert!(matches!(machine.outcome(), Some(Outcome::Failed { .. })));
}

#[test]
fn a_run_s_time_bounds_every_step() {
    let flow = flow(json!([ask("a", json!({})), ask("b", json!({ "timeout": "1h" }))]));
    let begin = MachineStart { timeout: Some(Duration::from_secs(30)), ..MachineStart::default() };
    let mut machine = Machine::new(flow, begin);
    let first = act(machine.start(START));
    assert_eq!((first.timeout, first.time_left), (None, Some(Duration::from_secs(30))));
    let second = act(machine.complete(done(&first, Value::Null), after(20_000)));
    assert_eq!((second.timeout, second.time_left), (Some(Duration::from_secs(3600)), Some(Duration::from_secs(10))));
    let error = refused().with_retry_after(Some(Duration::from_secs(10)));
    assert!(machine.complete(failed(&second, &error, Effect::Read), after(21_000)).is_empty());
    assert!(matches!(machine.outcome(), Some(Outcome::Failed { .. })));
}

#[test]
fn cancelling_waits_for_what_is_in_flight_to_tell() {
    let flow = flow(json!([ask("a", json!({})), ask("b", json!({}))]));
    let cancelled_with = |outcome: fn(&Act) -> Done| {
        let mut machine = machine(&flow);
        let first = act(machine.start(START));
        assert_eq!(machine.cancel(after(1)), [Op::Cancel { key: first.key.clone() }]);
        assert!(machine.cancel(after(2)).is_empty());
        assert!(machine.outcome().is_none());
        assert!(machine.complete(outcome(&first), after(3)).is_empty());
        (machine.outcome().unwrap().clone(), machine.records()[0].status)
    };
    let (outcome, status) =
        cancelled_with(|act| failed(act, &Error::new(ErrorKind::Cancelled, "cancelled"), Effect::Read));
    assert_eq!((outcome, status), (Outcome::Cancelled, Status::Cancelled));
    let (outcome, status) = cancelled_with(|act| done(act, json!(1)));
    assert_eq!((outcome, status), (Outcome::Cancelled, Status::Succeeded));
    let (outcome, status) = cancelled_with(|act| failed(act, &refused(), Effect::Read));
    assert_eq!((outcome, status), (Outcome::Cancelled, Status::Failed));
    let (outcome, status) =
        cancelled_with(|act| failed(act, &Error::new(ErrorKind::OutcomeUnknown, "?"), Effect::Write));
    assert!(matches!(outcome, Outcome::OutcomeUnknown { .. }));
    assert_eq!(status, Status::OutcomeUnknown);
}

#[test]
fn cancelling_a_wait_ends_the_run_at_once() {
    let flow = flow(json!([ask("a", json!({}))]));
    let mut machine = machine(&flow);
    let first = act(machine.start(START));
    let (key, until) = sleep(machine.complete(failed(&first, &refused(), Effect::Read), START));
    assert_eq!(machine.cancel(after(1)), [Op::Cancel { key: key.clone() }]);
    assert_eq!(machine.outcome(), Some(&Outcome::Cancelled));
    assert_eq!(machine.records()[0].status, Status::Cancelled);
    assert!(machine.complete(Done::Slept { key }, until).is_empty());
    assert_eq!(machine.records().len(), 1);
}

#[test]
fn what_nobody_waits_for_is_ignored() {
    let flow = flow(json!([ask("a", json!({})), ask("b", json!({}))]));
    let mut machine = machine(&flow);
    let first = act(machine.start(START));
    let late = Done::Acted { key: first.key.clone(), attempt: 7, outcome: Ok(json!("late")) };
    assert!(machine.complete(late, START).is_empty());
    assert!(machine.complete(Done::Slept { key: first.key.clone() }, START).is_empty());
    let second = act(machine.complete(done(&first, json!(1)), START));
    assert_eq!(second.key.as_str(), "b");
    assert!(machine.complete(done(&first, json!(2)), START).is_empty());
    assert_eq!(machine.records().len(), 1);
}

#[test]
fn one_step_runs_with_pinned_outputs() {
    let steps = json!([
        ask("a", json!({})),
        ask("b", json!({ "with": { "x": "{{ steps.a.output.y }}" } })),
        ask("c", json!({}))
    ]);
    let flow = flow_with(json!({ "steps": steps, "input": { "type": "object", "required": ["text"] } }));
    let only = |pins: Value| {
        let pins = serde_json::from_value(pins).unwrap();
        Machine::new(Arc::clone(&flow), MachineStart { pins, only: Some("b".to_owned()), ..MachineStart::default() })
    };
    let mut machine = only(json!({ "a": { "y": 7 } }));
    let now = act(machine.start(START));
    assert_eq!((now.key.as_str(), &now.input), ("b", &json!({ "x": 7 })));
    assert!(machine.complete(done(&now, json!("b's")), START).is_empty());
    assert_eq!(machine.outcome(), Some(&Outcome::Succeeded { output: json!("b's") }));
    assert_eq!(machine.records().len(), 1);

    let mut machine = only(json!({}));
    assert!(machine.start(START).is_empty());
    let Some(Outcome::Failed { failure, .. }) = machine.outcome() else { panic!() };
    assert_eq!(failure.error.message, "there is nothing at steps.a.output.y: the step \"a\" has not run");
}

#[test]
fn steps_that_do_not_exist_cannot_be_run_or_pinned() {
    let flow = flow(json!([ask("first", json!({}))]));
    let refused = |begin: MachineStart| {
        let mut machine = Machine::new(Arc::clone(&flow), begin);
        assert!(machine.start(START).is_empty());
        let Some(Outcome::Failed { step: None, failure }) = machine.outcome() else { panic!() };
        (failure.error.message.clone(), failure.error.fix.clone().unwrap())
    };
    let expected = || ("there is no step \"frist\"".to_owned(), "did you mean \"first\"?".to_owned());
    assert_eq!(refused(MachineStart { only: Some("frist".to_owned()), ..MachineStart::default() }), expected());
    let pins = [("frist".to_owned(), Value::Null)].into();
    assert_eq!(refused(MachineStart { pins, ..MachineStart::default() }), expected());
}
