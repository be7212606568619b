//! Any flow, completed in any order with any failures, gives the same operations when it is replayed.
#![no_main]

mod choices;
mod flows;

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::retry::OwnRetries;
use connector_sdk::{Effect, Error, ErrorKind, Evidence};
use libfuzzer_sys::fuzz_target;
use runner_flow::{Done, Failure, Flow, Machine, MachineStart, Op, Signal, StepKey, Timestamp};
use serde_json::json;

use crate::choices::Choices;

/// What a Machine was told, and when.
enum Told {
    Done(Done),
    Cancel,
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let file = flows::flow(&mut choices);
    let Ok(flow) = Flow::parse(&file.to_string()).map(Arc::new) else { return };
    let start = MachineStart { run_id: "run_fuzz".to_owned(), input: json!({ "list": [1, 2, 3] }), ..MachineStart::default() };
    let mut machine = Machine::new(Arc::clone(&flow), start.clone());
    let mut at = Timestamp::from_millis(1_000);
    let mut all = vec![machine.start(at)];
    let mut open: Vec<Op> = all[0].clone();
    let mut told = Vec::new();
    while machine.outcome().is_none() && told.len() < 200 {
        at = at + Duration::from_millis(choices.below(5_000));
        let next = next(&mut choices, &mut open, told.len());
        let ops = tell(&mut machine, &next, at);
        for op in &ops {
            if let Op::Cancel { key } = op {
                open.retain(|open| matches!(open, Op::Act(_)) || key_of(open) != key);
            }
        }
        open.extend(ops.iter().filter(|op| !matches!(op, Op::Cancel { .. })).cloned());
        all.push(ops);
        told.push((next, at));
    }
    let mut replayed = Machine::new(flow, start);
    assert_eq!(replayed.start(Timestamp::from_millis(1_000)), all[0]);
    for ((told, at), expected) in told.iter().zip(&all[1..]) {
        assert_eq!(&tell(&mut replayed, told, *at), expected);
    }
    assert_eq!(replayed.outcome(), machine.outcome());
    assert_eq!(replayed.take_ended(), machine.take_ended());
});

fn tell(machine: &mut Machine, told: &Told, at: Timestamp) -> Vec<Op> {
    match told {
        Told::Done(done) => machine.complete(done.clone(), at),
        Told::Cancel => machine.cancel(at),
    }
}

/// What happens next: something that is open ends, a signal comes, or the run is cancelled.
fn next(choices: &mut Choices<'_>, open: &mut Vec<Op>, count: usize) -> Told {
    if open.is_empty() || choices.below(40) == 0 {
        return Told::Cancel;
    }
    if choices.below(10) == 0 {
        return Told::Done(Done::Signalled(Signal { id: count.to_string(), name: "go".to_owned(), data: json!(count) }));
    }
    match open.swap_remove(choices.below(open.len() as u64) as usize) {
        Op::Act(act) => {
            let outcome = if choices.below(3) == 0 { Err(failure(choices, act.attempt)) } else { Ok(act.input) };
            Told::Done(Done::Acted { key: act.key, attempt: act.attempt, outcome })
        }
        other => Told::Done(Done::Slept { key: key_of(&other).clone() }),
    }
}

fn failure(choices: &mut Choices<'_>, attempt: u32) -> Failure {
    let kinds = [ErrorKind::RateLimited, ErrorKind::Network, ErrorKind::Timeout, ErrorKind::OutcomeUnknown, ErrorKind::Cancelled];
    let evidence = [Evidence::NotSent, Evidence::Refused, Evidence::Failed, Evidence::Unanswered, Evidence::Final];
    let effects = [Effect::Read, Effect::Generate, Effect::Idempotent, Effect::Write];
    let error = Error::new(choices.pick(&kinds), "it failed").with_evidence(choices.pick(&evidence));
    Failure::of_attempt(&error, choices.pick(&effects), attempt, OwnRetries::Unsaid)
}

fn key_of(op: &Op) -> &StepKey {
    match op {
        Op::Act(act) => &act.key,
        Op::Sleep { key, .. } | Op::Wait { key, .. } | Op::Cancel { key } => key,
    }
}
