//! Steps that call an action: order, attempts and the waits between them.

use std::time::Duration;

use connector_sdk::retry::OwnRetries;
use connector_sdk::{Effect, Error, ErrorKind, Evidence};
use runner_flow::{Done, Failure, MachineStart, Op, Outcome, Repeat, Slot, Status, Timestamp};
use serde_json::{Value, json};

use super::driver::{Driver, START, ask, failure, flow, in_doubt, refused};

/// When a step is tried again, from now.
fn rest(run: &Driver, key: &str) -> Duration {
    match run.open.get(key).map(|open| &open.op) {
        Some(Op::Sleep { until, reason: Some(_), .. }) => until.since(run.at),
        other => panic!("{other:?}"),
    }
}

#[test]
fn steps_run_in_order_and_see_what_came_before() {
    let flow = flow(json!({
        "steps": [
            ask("first", json!({ "with": { "x": 1 } })),
            { "id": "middle", "set": { "y": "{{ steps.first.output }}" } },
            ask("last", json!({ "with": { "z": "{{ steps.middle.output.y }}" }, "connection": "m" })),
        ],
        "output": ["{{ steps.last.output }}", "{{ steps.first.status }}"]
    }));
    let mut run = Driver::begin(&flow, MachineStart::default());
    let first = run.act("first");
    assert_eq!((first.attempt, first.action.as_str(), &first.input), (1, "model/ask", &json!({ "x": 1 })));
    let slot = Slot { name: "m".to_owned(), connector: "model".to_owned() };
    assert_eq!((first.connection, first.timeout, first.deadline), (Some(slot), None, None));
    run.later(5);
    run.ok("first", json!("one"));
    assert_eq!(run.act("last").input, json!({ "z": "one" }));
    run.later(4);
    run.ok("last", json!("two"));
    assert_eq!(run.output(), json!(["two", "succeeded"]));
    let times: Vec<_> = run.records.iter().map(|r| (r.key.as_str(), r.kind.as_ref(), r.started, r.finished)).collect();
    let after = |millis| Timestamp::from_millis(START.as_millis() + millis);
    assert_eq!(
        times,
        [
            ("first", "action", START, after(5)),
            ("middle", "set", after(5), after(5)),
            ("last", "action", after(5), after(9)),
        ]
    );
}

#[test]
fn without_an_output_the_last_step_gives_it() {
    assert_eq!(
        Driver::of(json!([{ "id": "a", "set": 1 }, { "id": "b", "set": { "x": 2 } }])).output(),
        json!({ "x": 2 })
    );
}

#[test]
fn an_input_that_does_not_fit_begins_nothing() {
    let input = json!({ "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] });
    let flow = flow(json!({ "input": input, "steps": [ask("a", json!({}))] }));
    let run = Driver::begin(&flow, MachineStart::default());
    let (step, code, _) = run.failure();
    assert_eq!((step, code.as_str(), run.records.len(), run.ops.len()), (None, "invalid_input", 0, 0));
}

#[test]
fn an_input_that_is_left_out_has_its_default() {
    let flow = flow(json!({
        "input": { "type": "object", "properties": { "text": { "default": "hello" }, "other": { "default": 1 } } },
        "steps": [{ "id": "a", "set": ["{{ input.text }}", "{{ input.other }}"] }]
    }));
    for only in [None, Some("a".to_owned())] {
        let run = Driver::begin(&flow, MachineStart { input: json!({ "other": 2 }), only, ..MachineStart::default() });
        assert_eq!(run.output(), json!(["hello", 2]));
    }
}

#[test]
fn a_failure_that_may_be_repeated_is_repeated_after_a_wait_that_replays() {
    let waits = || {
        let mut run = Driver::of(json!([ask("a", json!({}))]));
        let mut waits = Vec::new();
        for attempt in 2..=3 {
            run.answer("a", Err(refused()));
            waits.push(rest(&run, "a"));
            run.wake("a");
            assert_eq!(run.act("a").attempt, attempt);
        }
        run.answer("a", Err(refused()));
        run.failed_with("a", "rate_limited");
        assert_eq!(run.record("a").attempts, 3);
        waits
    };
    let first = waits();
    assert_eq!(first, waits());
    assert!(first[0] <= Duration::from_secs(1) && first[1] <= Duration::from_secs(2) && first[0] != first[1]);
}

#[test]
fn a_step_with_a_retry_waits_as_it_says() {
    let retry = json!({ "retry": { "max_attempts": 4, "delay": "1s", "backoff": 3, "max_delay": "5s" } });
    let mut run = Driver::of(json!([ask("a", retry)]));
    for expected in [1, 3, 5] {
        run.answer("a", Err(refused()));
        assert_eq!(rest(&run, "a"), Duration::from_secs(expected));
        run.wake("a");
    }
    run.answer("a", Err(refused()));
    assert_eq!(run.status("a"), Some(Status::Failed));
}

#[test]
fn the_provider_s_wish_is_the_least_that_is_waited() {
    let mut run = Driver::of(json!([ask("a", json!({}))]));
    let wish = Duration::from_secs(40);
    let error = Error::new(ErrorKind::RateLimited, "slow down").with_evidence(Evidence::Refused).with_status(429);
    let error = error.with_retry_after(Some(wish));
    run.answer("a", Err(Failure::of_attempt(&error, Effect::Read, 1, OwnRetries::Unsaid)));
    assert!(rest(&run, "a") >= wish && rest(&run, "a") <= wish + wish / 10);
}

#[test]
fn what_may_be_repeated() {
    use Repeat::{ByDefault, IfAsked, Never};
    let of = |kind, evidence, status: u16| Error::new(kind, "it failed").with_evidence(evidence).with_status(status);
    let table = [
        (of(ErrorKind::RateLimited, Evidence::Refused, 429), 1, [ByDefault, ByDefault, IfAsked]),
        (of(ErrorKind::Network, Evidence::NotSent, 0), 1, [ByDefault, ByDefault, ByDefault]),
        (of(ErrorKind::Unavailable, Evidence::Failed, 500), 1, [ByDefault, ByDefault, Never]),
        (of(ErrorKind::Unavailable, Evidence::Failed, 500), 2, [ByDefault, IfAsked, Never]),
        (of(ErrorKind::Network, Evidence::Unanswered, 0), 2, [ByDefault, IfAsked, Never]),
        (of(ErrorKind::Rejected, Evidence::Final, 400), 1, [Never, Never, Never]),
        (of(ErrorKind::Cancelled, Evidence::Unanswered, 0), 1, [Never, Never, Never]),
        (of(ErrorKind::OutcomeUnknown, Evidence::Unanswered, 0), 1, [ByDefault, ByDefault, Never]),
    ];
    for (error, attempt, expected) in table {
        for (effect, expected) in [Effect::Read, Effect::Generate, Effect::Write].into_iter().zip(expected) {
            let found = |own| Failure::of_attempt(&error, effect, attempt, own).repeat;
            assert_eq!(found(OwnRetries::Unsaid), expected, "{error:?} {effect:?} at attempt {attempt}");
            assert_eq!(found(OwnRetries::Counted), Never);
            let once = if expected == Never { Never } else { IfAsked };
            assert_eq!(found(OwnRetries::Once), once, "{error:?} {effect:?}");
        }
    }
}

#[test]
fn a_write_is_repeated_only_where_the_step_asks_and_never_when_it_may_have_been_carried_out() {
    let is_repeated = |asks: bool, kind, evidence| {
        let more = if asks { json!({ "retry": { "max_attempts": 2 } }) } else { json!({}) };
        let mut run = Driver::of(json!([ask("a", more)]));
        let error = Error::new(kind, "it failed").with_evidence(evidence).with_status(429);
        run.answer("a", Err(Failure::of_attempt(&error, Effect::Write, 1, OwnRetries::Unsaid)));
        run.machine.outcome().is_none()
    };
    assert!(!is_repeated(false, ErrorKind::RateLimited, Evidence::Refused));
    assert!(is_repeated(true, ErrorKind::RateLimited, Evidence::Refused));
    assert!(!is_repeated(true, ErrorKind::Network, Evidence::Unanswered));
    assert!(!is_repeated(true, ErrorKind::Unavailable, Evidence::Failed));
}

#[test]
fn outcome_unknown_is_a_state_of_its_own() {
    let mut run = Driver::of(json!([ask("a", json!({ "retry": {} })), { "id": "b", "set": 1 }]));
    run.answer("a", Err(in_doubt()));
    assert!(matches!(run.machine.outcome(), Some(Outcome::OutcomeUnknown { .. })));
    assert_eq!(run.ended(), [("a", Status::OutcomeUnknown)]);
}

#[test]
fn a_step_s_time_covers_its_attempts_and_waits() {
    let more = json!({ "timeout": "10s", "retry": { "max_attempts": 9, "delay": "4s", "backoff": 1 } });
    let mut run = Driver::of(json!([ask("a", more)]));
    assert_eq!(run.act("a").timeout, Some(Duration::from_secs(10)));
    run.later(3_000);
    run.answer("a", Err(refused()));
    assert_eq!(rest(&run, "a"), Duration::from_secs(4));
    run.wake("a");
    assert_eq!(run.act("a").timeout, Some(Duration::from_secs(3)));
    run.answer("a", Err(refused()));
    run.failed_with("a", "rate_limited");
}

#[test]
fn a_step_goes_on_trying_for_a_quarter_of_an_hour_where_it_sets_no_time() {
    let mut run =
        Driver::of(json!([ask("a", json!({ "retry": { "max_attempts": 99, "delay": "1m", "backoff": 1 } }))]));
    run.run(|_| Err(refused()));
    assert_eq!((run.record("a").attempts, run.at.since(START)), (15, Duration::from_secs(14 * 60)));
}

#[test]
fn what_nobody_waits_for_is_ignored() {
    let mut run = Driver::of(json!([ask("a", json!({})), ask("b", json!({}))]));
    let act = run.act("a");
    for (key, attempt) in [("a", 2), ("b", 1), ("c", 1)] {
        let key = serde_json::from_value(json!(key)).unwrap();
        run.tell(Done::Acted { key, attempt, outcome: Ok(json!("wrong")) });
    }
    run.tell(Done::Slept { key: act.key.clone() });
    assert_eq!((run.waiting(), run.ops.len()), (vec!["a"], 1));
    run.answer("a", Err(failure(ErrorKind::RateLimited, Evidence::Refused, Effect::Read)));
    run.tell(Done::Acted { key: act.key, attempt: 1, outcome: Ok(json!("late")) });
    assert_eq!(run.waiting(), ["a"]);
    run.wake("a");
    run.ok("a", json!("right"));
    run.ok("b", Value::Null);
    assert_eq!(*run.record("a").output, json!("right"));
}
