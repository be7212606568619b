//! The same completions give the same operations: what lets a run be replayed, resumed and moved.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::retry::OwnRetries;
use connector_sdk::{Effect, Error, ErrorKind, Evidence, retry};
use runner_flow::{Act, Done, Failure, Flow, Machine, MachineStart, Op, Outcome, Timestamp};
use serde_json::json;

const FLOW: &str = r#"{
  "linkwork": 1, "name": "replay",
  "connections": { "m": { "connector": "model" } },
  "steps": [
    { "id": "a", "action": "model/ask", "with": { "n": "{{ input.n }}" } },
    { "id": "b", "action": "model/ask", "with": { "a": "{{ steps.a.output }}" }, "retry": { "max_attempts": 6, "delay": "50ms" } },
    { "id": "c", "set": { "b": "{{ steps.b.output }}" } },
    { "id": "d", "action": "model/ask", "with": { "c": "{{ steps.c.output.b }}" }, "timeout": "30s" }
  ],
  "output": "{{ steps.d.output }}"
}"#;

/// Something that was told to a Machine, and when.
#[derive(Clone, Debug)]
enum Told {
    Start,
    Done(Done),
    Cancel,
}

fn tell(machine: &mut Machine, told: &Told, at: Timestamp) -> Vec<Op> {
    match told {
        Told::Start => machine.start(at),
        Told::Done(done) => machine.complete(done.clone(), at),
        Told::Cancel => machine.cancel(at),
    }
}

/// Numbers that look random and are the same for the same seed.
struct Dice {
    seed: u64,
    thrown: u32,
}

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.thrown += 1;
        (retry::jitter("dice", &self.seed.to_string(), self.thrown) * sides as f64) as u64
    }
}

fn outcome(act: &Act, dice: &mut Dice) -> Done {
    let kinds = [
        (ErrorKind::RateLimited, Evidence::Refused),
        (ErrorKind::Unavailable, Evidence::Failed),
        (ErrorKind::Network, Evidence::Unanswered),
        (ErrorKind::Rejected, Evidence::Final),
    ];
    let outcome = match dice.throw(8) {
        0..4 => Ok(json!({ "n": dice.throw(100) })),
        side => {
            let (kind, evidence) = kinds[(side - 4) as usize];
            let error = Error::new(kind, "it failed").with_evidence(evidence);
            Err(Failure::of_attempt(&error, Effect::Read, act.attempt, OwnRetries::Unsaid))
        }
    };
    Done::Acted { key: act.key.clone(), attempt: act.attempt, outcome }
}

fn new_machine(seed: u64) -> Machine {
    let flow = Arc::new(Flow::parse(FLOW).unwrap());
    Machine::new(
        flow,
        MachineStart { run_id: format!("run_{seed}"), input: json!({ "n": seed }), ..MachineStart::default() },
    )
}

/// A whole run with seeded completions: what was told, and what was answered.
fn run(seed: u64) -> (Vec<(Told, Timestamp)>, Vec<Vec<Op>>, Outcome) {
    let mut dice = Dice { seed, thrown: 0 };
    let mut machine = new_machine(seed);
    let mut at = Timestamp::from_millis(seed);
    let mut told = vec![(Told::Start, at)];
    let mut answers = vec![machine.start(at)];
    while machine.outcome().is_none() {
        at = at + Duration::from_millis(dice.throw(400));
        let next = match answers.iter().rev().flatten().next().unwrap() {
            _ if dice.throw(20) == 0 => Told::Cancel,
            Op::Act(act) => Told::Done(outcome(act, &mut dice)),
            Op::Sleep { key, until, .. } => {
                at = at.max(*until);
                Told::Done(Done::Slept { key: key.clone() })
            }
            Op::Cancel { key } => Told::Done(cancelled(key, &answers)),
        };
        answers.push(tell(&mut machine, &next, at));
        told.push((next, at));
        assert!(told.len() < 100, "the run does not end");
    }
    (told, answers, machine.outcome().unwrap().clone())
}

fn cancelled(key: &runner_flow::StepKey, answers: &[Vec<Op>]) -> Done {
    let attempt = answers.iter().flatten().rev().find_map(|op| match op {
        Op::Act(act) => Some(act.attempt),
        _ => None,
    });
    let error = Error::new(ErrorKind::Cancelled, "cancelled");
    let failure = Failure::of_attempt(&error, Effect::Read, 1, OwnRetries::Unsaid);
    Done::Acted { key: key.clone(), attempt: attempt.unwrap(), outcome: Err(failure) }
}

#[test]
fn a_replay_asks_for_the_same_and_ends_the_same() {
    let mut ends = [0; 3];
    for seed in 0..500 {
        let (told, answers, outcome) = run(seed);
        let mut machine = new_machine(seed);
        for ((told, at), answer) in told.iter().zip(&answers) {
            assert_eq!(tell(&mut machine, told, *at), *answer, "seed {seed}");
        }
        assert_eq!(machine.outcome(), Some(&outcome), "seed {seed}");
        ends[match outcome {
            Outcome::Succeeded { .. } => 0,
            Outcome::Failed { .. } => 1,
            _ => 2,
        }] += 1;
    }
    assert!(ends.iter().all(|count| *count > 20), "the runs do not differ enough: {ends:?}");
}

#[test]
fn a_completed_step_never_runs_again() {
    for seed in 0..500 {
        let (_, answers, _) = run(seed);
        let mut seen: Vec<(String, u32)> = Vec::new();
        for op in answers.iter().flatten() {
            if let Op::Act(act) = op {
                let this = (act.key.to_string(), act.attempt);
                assert!(!seen.contains(&this), "seed {seed}: {this:?} is asked for twice");
                let newer = seen.last().is_none_or(|last| last.0 <= this.0);
                assert!(newer, "seed {seed}: {this:?} comes after {seen:?}");
                seen.push(this);
            }
        }
    }
}
