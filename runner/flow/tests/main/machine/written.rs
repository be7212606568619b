//! What a Machine is told and tells can be written down and read back.

use std::fmt::Debug;

use runner_flow::{Done, ErrorReport, Failure, Op, Outcome, Signal, Status, StepRecord};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::driver::{Driver, ask, in_doubt, refused, rejected};

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
}

#[test]
fn everything_survives_being_written_down() {
    let mut run = Driver::of(json!([
        ask("a", json!({ "on_error": "continue", "timeout": "10s", "connection": "m" })),
        { "id": "b", "set": "{{ input.x }}", "on_error": "continue" },
        { "id": "c", "if": "steps.b.status == 'succeeded'", "set": 1 },
        { "id": "d", "parallel": { "x": [{ "id": "w", "wait": { "signal": "go" } }], "y": [ask("e", json!({}))] } },
    ]));
    run.answer("a", Err(refused()));
    run.wake("a");
    run.answer("a", Err(rejected()));
    run.answer("e", Err(in_doubt()));
    run.ops.iter().for_each(survives::<Op>);
    run.records.iter().for_each(survives::<StepRecord>);
    survives::<Outcome>(run.machine.outcome().unwrap());
    let mut seen: Vec<Status> = run.records.iter().map(|record| record.status).collect();
    seen.dedup();
    assert_eq!(
        seen,
        [Status::Failed, Status::Skipped, Status::OutcomeUnknown, Status::Cancelled, Status::OutcomeUnknown]
    );
    let error: &ErrorReport = run.record("b").error.as_ref().unwrap();
    assert!(error.line.is_some() && error.column.is_some() && !error.violations.is_empty());
}

#[test]
fn what_is_told_is_written_in_plain_words() {
    let key = Driver::of(json!([ask("a", json!({}))])).act("a").key;
    let acted = Done::Acted { key: key.clone(), attempt: 2, outcome: Ok(json!({ "x": 1 })) };
    assert_eq!(
        serde_json::to_value(&acted).unwrap(),
        json!({ "acted": { "key": "a", "attempt": 2, "outcome": { "Ok": { "x": 1 } } } })
    );
    survives(&acted);
    survives(&Done::Acted { key: key.clone(), attempt: 1, outcome: Err(rejected()) });
    survives(&Done::Slept { key });
    let signal = Signal { id: "1".to_owned(), name: "go".to_owned(), data: json!(null) };
    survives(&Done::Signalled(signal));
    survives::<Failure>(&in_doubt());
    for status in [Status::Succeeded, Status::Failed, Status::Skipped, Status::Cancelled, Status::OutcomeUnknown] {
        assert_eq!(serde_json::to_value(status).unwrap(), status.code());
        survives(&status);
    }
}
