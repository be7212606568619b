//! What holds of every run, whatever the flow says and whatever becomes of it.

use std::collections::BTreeMap;

use runner_flow::{Op, Outcome, Status, StepRecord, Timestamp};

use super::journal::{Journal, Told};
use crate::machine::driver::{Driver, key};

pub(crate) fn check(journal: &Journal, driver: &Driver) {
    let records = by_key(&driver.records);
    times(journal.entries[0].at, &driver.records);
    inside_before_around(&driver.records, &records);
    attempts(&driver.ops, &driver.records, &records);
    nothing_begins_that_is_over(journal, driver, &records);
    outcome(journal, driver, &records);
}

type ByKey<'r> = BTreeMap<&'r str, usize>;

/// A step that is over is over once.
fn by_key(records: &[StepRecord]) -> ByKey<'_> {
    let mut found = ByKey::new();
    for (index, record) in records.iter().enumerate() {
        assert_eq!(found.insert(record.key.as_str(), index), None, "{} is over twice", record.key);
    }
    found
}

/// A run has one time, which never goes back.
fn times(start: Timestamp, records: &[StepRecord]) {
    for record in records {
        assert!(start <= record.started && record.started <= record.finished, "{record:?}");
    }
    assert!(records.is_sorted_by_key(|record| record.finished));
}

/// What stands in a loop or a sub-flow is over before that is, and began after it.
fn inside_before_around(records: &[StepRecord], by_key: &ByKey<'_>) {
    for (index, inner) in records.iter().enumerate() {
        let Some((around, _)) = inner.key.as_str().rsplit_once('.') else { continue };
        let last = around.rfind('.').map_or(0, |dot| dot + 1);
        let end = around[last..].find(['~', '[']).map_or(around.len(), |at| last + at);
        let outer = by_key[&around[..end]];
        assert!(index < outer && records[outer].started <= inner.started, "{} is around {}", around, inner.key);
    }
}

/// No attempt is made twice or left out, and whatever acted has a record that says how often.
fn attempts(ops: &[Op], records: &[StepRecord], by_key: &ByKey<'_>) {
    let mut made = BTreeMap::<&str, u32>::new();
    for op in ops {
        if let Op::Act(act) = op {
            let before = made.entry(act.key.as_str()).or_default();
            *before += 1;
            assert_eq!(act.attempt, *before, "{}", act.key);
        }
    }
    for (step, made) in made {
        let record = &records[*by_key.get(step).unwrap_or_else(|| panic!("{step} acted and has no record"))];
        assert_eq!((record.attempts, &*record.kind), (made, "action"), "{step}");
    }
}

/// A step that is over asks for nothing any more, and nothing is asked for whose time is over.
fn nothing_begins_that_is_over(journal: &Journal, driver: &Driver, by_key: &ByKey<'_>) {
    let (mut ops, mut records) = (0, 0);
    for entry in &journal.entries {
        for op in &driver.ops[ops..entry.ops] {
            let over = by_key.get(key(op)).unwrap_or_else(|| panic!("{} was begun and has no record", key(op)));
            // A wait is begun and cut off at once where what runs beside fails at once.
            assert!(*over >= records, "{op:?} after its step is over");
            if let Op::Act(act) = op {
                assert!(act.deadline.is_none_or(|deadline| deadline > entry.at), "{act:?} has no time");
                assert!(act.timeout.is_none_or(|timeout| !timeout.is_zero()), "{act:?} has no time");
            }
        }
        (ops, records) = (entry.ops, entry.records);
    }
}

/// The outcome is what the records say, and a run that was cancelled is.
fn outcome(journal: &Journal, driver: &Driver, by_key: &ByKey<'_>) {
    let record = |step: &str| &driver.records[by_key[step]];
    let outcome = driver.machine.outcome().unwrap();
    match outcome {
        Outcome::OutcomeUnknown { step, .. } => assert_eq!(record(step.as_str()).status, Status::OutcomeUnknown),
        Outcome::Failed { step: Some(step), failure } => {
            let record = record(step.as_str());
            assert_eq!((record.status, record.error.as_deref()), (Status::Failed, Some(&*failure.error)));
        }
        Outcome::Failed { step: None, .. } | Outcome::Succeeded { .. } | Outcome::Cancelled => {}
    }
    if journal.entries.iter().any(|entry| matches!(entry.told, Told::Cancel)) {
        assert!(matches!(outcome, Outcome::Cancelled | Outcome::OutcomeUnknown { .. }), "{outcome:?}");
    }
}
