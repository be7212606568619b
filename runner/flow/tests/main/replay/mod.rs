//! The same completions give the same operations: what lets a run be replayed, resumed and moved.
//!
//! Ten thousand flows by dice, with completions in any order, failures of all kinds, cancels, and restarts at any point.

mod author;
mod dice;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::retry::OwnRetries;
use connector_sdk::{Effect, Error, ErrorKind, Evidence};
use runner_flow::{Act, Done, Failure, Flow, MachineStart, Op, Outcome, Signal, Timestamp};
use serde_json::{Value, json};

use self::author::{Author, SIGNALS, SUB_FLOWS};
use self::dice::Dice;
use crate::machine::driver::{Driver, START, flow_in};

/// Something that was told to a Machine.
#[derive(Clone, Debug)]
enum Told {
    Start,
    Done(Done),
    Cancel,
}

/// What a Machine was told and when, and how much it had answered after that.
struct Entry {
    told: Told,
    at: Timestamp,
    ops: usize,
    records: usize,
}

/// A run by dice.
struct Play {
    seed: u64,
    dice: Dice,
    flow: Arc<Flow>,
    driver: Driver,
    journal: Vec<Entry>,
    signals: usize,
}

fn flow_of(dice: &mut Dice) -> Arc<Flow> {
    let subs: Vec<(&str, Value)> =
        SUB_FLOWS.into_iter().enumerate().map(|(n, name)| (name, Author::flow(dice, n))).collect();
    flow_in(Author::flow(dice, SUB_FLOWS.len()), &subs)
}

fn begin(seed: u64) -> MachineStart {
    MachineStart {
        run_id: format!("run_{seed}"),
        input: json!({ "yes": true, "no": false, "list": [1, 2] }),
        timeout: (seed % 5 == 0).then_some(Duration::from_secs(600)),
        ..MachineStart::default()
    }
}

fn tell(driver: &mut Driver, told: &Told, at: Timestamp) {
    driver.at = at;
    match told {
        Told::Start => driver.start(),
        Told::Done(done) => {
            let key = match done {
                Done::Acted { key, .. } | Done::Slept { key } => key.as_str(),
                Done::Signalled(_) => "",
            };
            driver.open.remove(key);
            driver.tell(done.clone());
        }
        Told::Cancel => driver.cancel(),
    }
}

impl Play {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let flow = flow_of(&mut dice);
        let driver = Driver::new(&flow, begin(seed));
        Self { seed, dice, flow, driver, journal: Vec::new(), signals: 0 }
    }

    fn tell(&mut self, told: Told) {
        let at = self.driver.at;
        tell(&mut self.driver, &told, at);
        let (ops, records) = (self.driver.ops.len(), self.driver.records.len());
        self.journal.push(Entry { told, at, ops, records });
    }

    /// Plays to the end.
    fn run(&mut self) {
        self.tell(Told::Start);
        while self.driver.machine.outcome().is_none() {
            assert!(self.journal.len() < 5_000, "the run does not end");
            self.driver.later(if self.dice.hit(10) { 8_000 } else { self.dice.throw(300) as u64 });
            if self.dice.hit(12) {
                self.disturb();
            }
            if self.dice.hit(20) {
                self.restart();
            }
            if self.dice.hit(60) {
                self.tell(Told::Cancel);
            } else {
                self.complete();
            }
        }
        self.disturb();
    }

    /// Ends one of the operations that are outstanding.
    fn complete(&mut self) {
        let open: Vec<Op> = self.driver.open.values().map(|open| open.op.clone()).collect();
        assert!(!open.is_empty(), "the run stands still");
        match self.dice.pick(&open).clone() {
            Op::Act(act) => {
                let outcome = self.outcome(&act);
                self.tell(Told::Done(Done::Acted { key: act.key, attempt: act.attempt, outcome }));
            }
            Op::Sleep { key, until, .. } => {
                self.driver.at = self.driver.at.max(until);
                self.tell(Told::Done(Done::Slept { key }));
            }
            Op::Wait { key, until: Some(until), .. } if self.dice.hit(3) => {
                self.driver.at = self.driver.at.max(until);
                self.tell(Told::Done(Done::Slept { key }));
            }
            Op::Wait { signal, .. } => self.signal(signal),
            Op::Cancel { .. } => panic!("nothing is outstanding of a cancel"),
        }
        if self.dice.hit(10) {
            let name = *self.dice.pick(&SIGNALS);
            self.signal(name.to_owned());
        }
    }

    fn signal(&mut self, name: String) {
        // Some come twice.
        self.signals += usize::from(!self.dice.hit(6));
        let id = self.signals.to_string();
        self.tell(Told::Done(Done::Signalled(Signal { id, name, data: json!({ "flag": true }) })));
    }

    fn outcome(&mut self, act: &Act) -> Result<Value, Failure> {
        let (kind, evidence) = match self.dice.throw(14) {
            0 => (ErrorKind::RateLimited, Evidence::Refused),
            1 => (ErrorKind::Unavailable, Evidence::Failed),
            2 => (ErrorKind::Network, Evidence::Unanswered),
            3 => (ErrorKind::Network, Evidence::NotSent),
            4 => (ErrorKind::Rejected, Evidence::Final),
            5 => (ErrorKind::Timeout, Evidence::Unanswered),
            6 if self.dice.hit(2) => (ErrorKind::OutcomeUnknown, Evidence::Unanswered),
            7 if self.driver.open[act.key.as_str()].cancelled => (ErrorKind::Cancelled, Evidence::NotSent),
            _ => return Ok(json!({ "flag": self.dice.hit(2), "n": self.dice.throw(100) })),
        };
        let effect = *self.dice.pick(&[Effect::Read, Effect::Generate, Effect::Idempotent, Effect::Write]);
        let own = *self.dice.pick(&[OwnRetries::Unsaid, OwnRetries::Once, OwnRetries::Counted]);
        let error = Error::new(kind, "by dice").with_evidence(evidence).with_status(429);
        Err(Failure::of_attempt(&error, effect, act.attempt, own))
    }

    /// Tells what nobody asked for: it has to be ignored.
    fn disturb(&mut self) {
        let mut wrong = Vec::new();
        for op in self.driver.ops.iter().rev().take(5) {
            let key = match op {
                Op::Act(act) => act.key.clone(),
                Op::Sleep { key, .. } | Op::Wait { key, .. } | Op::Cancel { key } => key.clone(),
            };
            let (acts, waits) = match self.driver.open.get(key.as_str()).map(|open| &open.op) {
                Some(Op::Act(act)) => (act.attempt, false),
                Some(_) => (0, true),
                None => (0, false),
            };
            wrong.push(Done::Acted { key: key.clone(), attempt: acts + 1, outcome: Ok(Value::Null) });
            if !waits {
                wrong.push(Done::Slept { key });
            }
        }
        for done in wrong {
            assert_eq!(self.driver.machine.complete(done.clone(), self.driver.at), [], "{done:?} is not ignored");
            assert_eq!(self.driver.machine.take_ended(), [], "{done:?} is not ignored");
        }
    }

    /// The program was stopped: another Machine is told all that was told, and goes on.
    fn restart(&mut self) {
        let machine = self.replay().machine;
        self.driver.machine = machine;
    }

    /// Another Machine that is told the same has to answer the same, at every point.
    fn replay(&self) -> Driver {
        let mut replayed = Driver::new(&self.flow, begin(self.seed));
        for entry in &self.journal {
            let told = match &entry.told {
                Told::Done(done) => Told::Done(written_and_read(done)),
                other => other.clone(),
            };
            tell(&mut replayed, &told, entry.at);
            assert_eq!((replayed.ops.len(), replayed.records.len()), (entry.ops, entry.records));
        }
        assert_eq!(replayed.ops, self.driver.ops);
        assert_eq!(replayed.records, self.driver.records);
        assert_eq!(replayed.machine.outcome(), self.driver.machine.outcome());
        replayed
    }

    /// A step that is over is over once, and no attempt is made twice.
    fn check(&self) {
        let mut over = BTreeSet::new();
        for record in &self.driver.records {
            assert!(over.insert(record.key.as_str()), "{} is over twice", record.key);
            assert!(record.started <= record.finished && record.started >= START);
        }
        let mut attempts = BTreeSet::new();
        for op in &self.driver.ops {
            if let Op::Act(act) = op {
                assert!(attempts.insert((act.key.as_str(), act.attempt)), "{} acts twice", act.key);
                assert!(over.contains(act.key.as_str()), "{} acted and has no record", act.key);
            }
        }
    }
}

fn written_and_read(done: &Done) -> Done {
    serde_json::from_str(&serde_json::to_string(done).unwrap()).unwrap()
}

/// Plays these seeds, and counts how the runs ended.
fn play(seeds: std::ops::Range<u64>) -> [usize; 4] {
    let mut ends = [0; 4];
    for seed in seeds {
        let played = std::panic::catch_unwind(|| {
            let mut play = Play::new(seed);
            play.run();
            play.replay();
            play.check();
            match play.driver.machine.outcome() {
                Some(Outcome::Succeeded { .. }) => 0,
                Some(Outcome::Failed { .. }) => 1,
                Some(Outcome::Cancelled) => 2,
                Some(Outcome::OutcomeUnknown { .. }) | None => 3,
            }
        });
        ends[played.unwrap_or_else(|_| panic!("the run with seed {seed} went wrong"))] += 1;
    }
    ends
}

#[test]
fn ten_thousand_runs_replay_resume_and_end() {
    let halves = [0..5_000, 5_000..10_000].map(|seeds| std::thread::spawn(move || play(seeds)));
    let ends = halves.map(|half| half.join().unwrap());
    for end in 0..4 {
        assert!(ends[0][end] + ends[1][end] > 200, "the runs do not differ enough: {ends:?}");
    }
}
