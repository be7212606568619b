//! `wait`: for a time, until a moment, for a signal.

use runner_flow::{MachineStart, Op, Status};
use serde_json::{Value, json};

use super::driver::{Driver, START, flow};

fn wait(id: &str, signal: &str) -> Value {
    json!({ "id": id, "wait": { "signal": signal } })
}

#[test]
fn a_wait_takes_its_time_and_gives_null() {
    let begin =
        MachineStart { input: json!({ "for": "90s", "at": "1970-01-01T01:00:00Z" }), ..MachineStart::default() };
    let flow = flow(
        json!({ "steps": [{ "id": "a", "wait": "{{ input.for }}" }, { "id": "b", "wait": { "until": "{{ input.at }}" } }] }),
    );
    let mut run = Driver::begin(&flow, begin);
    run.wake("a");
    assert_eq!(run.at.since(START).as_secs(), 90);
    run.wake("b");
    assert_eq!((run.at.as_millis(), run.output()), (3_600_000, Value::Null));
}

#[test]
fn a_moment_that_has_passed_is_not_waited_for() {
    let run =
        Driver::of(json!([{ "id": "a", "wait": { "until": "1970-01-01T00:00:01Z" } }, { "id": "b", "wait": "0s" }]));
    assert_eq!((run.output(), run.ops.len()), (Value::Null, 0));
}

#[test]
fn a_wait_that_cannot_be_read_fails() {
    let failed = |wait: Value, input: Value| {
        let flow = flow(json!({ "steps": [{ "id": "a", "wait": wait }] }));
        Driver::begin(&flow, MachineStart { input, ..MachineStart::default() }).failure().2
    };
    assert!(failed(json!("{{ input }}"), json!("soon")).starts_with("\"soon\" is not a duration"));
    assert!(failed(json!({ "until": "{{ input }}" }), json!("tomorrow")).starts_with("\"tomorrow\" is not a moment"));
    assert_eq!(failed(json!("{{ input }}"), json!(5)), "a wait takes text, not 5");
}

#[test]
fn a_signal_ends_its_wait_and_its_data_is_the_output() {
    let mut run = Driver::of(json!([wait("a", "go")]));
    assert!(matches!(&run.ops[0], Op::Wait { key, signal, until: None } if key.as_str() == "a" && signal == "go"));
    run.signal("1", "other", json!(0));
    assert_eq!(run.waiting(), ["a"]);
    run.signal("2", "go", json!({ "x": 1 }));
    assert_eq!(run.output(), json!({ "x": 1 }));
}

#[test]
fn a_signal_that_comes_before_its_wait_is_kept_once_by_id() {
    let mut run = Driver::of(
        json!([{ "id": "t", "wait": "10s" }, wait("a", "go"), wait("b", "go"), { "id": "c", "set": ["{{ steps.a.output }}", "{{ steps.b.output }}"] }]),
    );
    for (id, data) in [("1", "first"), ("1", "again"), ("2", "second"), ("3", "third")] {
        run.signal(id, "go", json!(data));
    }
    run.wake("t");
    assert_eq!(run.output(), json!(["first", "second"]));
}

#[test]
fn an_id_counts_once_also_after_it_was_taken() {
    let mut run = Driver::of(json!([wait("a", "go"), wait("b", "go")]));
    run.signal("1", "go", json!(1));
    run.signal("1", "go", json!(2));
    assert_eq!(run.waiting(), ["b"]);
    run.signal("2", "go", json!(3));
    assert_eq!(run.output(), json!(3));
}

#[test]
fn who_waits_first_is_served_first() {
    let steps = json!([{ "id": "both", "parallel": {
        "late": [{ "id": "t", "wait": "1s" }, wait("second", "go")], "early": [wait("first", "go")] } }]);
    let mut run = Driver::of(steps);
    run.wake("t");
    run.signal("1", "go", json!("one"));
    assert_eq!(run.status("first"), Some(Status::Succeeded));
    run.signal("2", "go", json!("two"));
    assert_eq!(run.output(), json!({ "late": "two", "early": "one" }));
}

#[test]
fn only_so_many_signals_are_kept() {
    let mut run = Driver::of(
        json!([{ "id": "t", "wait": "1s" }, { "id": "each", "repeat": { "times": 101 }, "steps": [wait("w", "go")] }]),
    );
    for n in 0..150 {
        run.signal(&n.to_string(), "go", json!(n));
    }
    run.wake("t");
    assert_eq!(run.waiting(), ["each[100].w"]);
    // One that was not kept may come again.
    run.signal("100", "go", json!(100));
    assert_eq!(run.output(), json!((0..101).collect::<Vec<_>>()));
}

#[test]
fn a_signal_nobody_waits_for_any_more_is_kept_for_the_next() {
    let steps =
        json!([{ "id": "a", "wait": { "signal": "go" }, "timeout": "1s", "on_error": "continue" }, wait("b", "go")]);
    let mut run = Driver::of(steps);
    run.wake("a");
    run.signal("1", "go", json!("late"));
    assert_eq!(run.output(), json!("late"));
}
