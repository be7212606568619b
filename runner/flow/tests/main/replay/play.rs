//! A run by dice: what becomes of its operations, in which order, and who interferes.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::retry::OwnRetries;
use connector_sdk::{Effect, Error, ErrorKind, Evidence};
use runner_flow::{Act, Done, Failure, MachineStart, Op, Signal, Timestamp};
use serde_json::{Value, json};

use super::author::{Author, SIGNALS, SUB_FLOWS};
use super::dice::Dice;
use super::journal::{Journal, Told};
use crate::machine::driver::{Driver, flow_in, key};

/// A run by dice.
pub(crate) struct Play {
    dice: Dice,
    pub(crate) driver: Driver,
    pub(crate) journal: Journal,
    /// The text of the flow and of those that it may run.
    texts: Vec<(&'static str, Value)>,
    /// One attempt in so many fails.
    fails: usize,
    /// The run is cancelled after one completion in so many.
    cancels: usize,
    signals: usize,
}

impl Play {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let subs = SUB_FLOWS.into_iter().enumerate();
        let mut texts: Vec<_> = subs.map(|(n, name)| (name, Author::flow(&mut dice, n, 4))).collect();
        let main = Author::flow(&mut dice, SUB_FLOWS.len(), 12);
        let flow = flow_in(main.clone(), &texts);
        texts.push(("main", main));
        let begin = MachineStart {
            run_id: format!("run_{seed}"),
            input: json!({ "yes": true, "no": false, "list": [1, 2] }),
            timeout: dice.hit(6).then_some(Duration::from_secs(600)),
            ..MachineStart::default()
        };
        let driver = Driver::new(&flow, begin.clone());
        let journal = Journal { flow: Arc::clone(&flow), begin, entries: Vec::new() };
        let (fails, cancels) = (*dice.pick(&[2, 6, 20, 60]), *dice.pick(&[10, 100]));
        Self { dice, driver, journal, texts, fails, cancels, signals: 0 }
    }

    pub(crate) fn texts(&self) -> Value {
        self.texts.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect()
    }

    pub(crate) fn play_on(&mut self) {
        self.tell(Told::Start);
        while self.driver.machine.outcome().is_none() {
            assert!(self.journal.entries.len() < 5_000, "the run does not end");
            self.driver.later(if self.dice.hit(10) { 8_000 } else { self.dice.throw(300) as u64 });
            if self.dice.hit(12) {
                self.disturb();
            }
            if self.dice.hit(10) {
                self.restart();
            }
            match self.dice.hit(self.cancels) {
                true => self.tell(Told::Cancel),
                false => self.complete(),
            }
        }
        self.disturb();
    }

    fn tell(&mut self, told: Told) {
        if self.dice.hit(20) {
            // The clock goes back.
            self.driver.at = Timestamp::from_millis(self.driver.at.as_millis() - self.dice.throw(2_000) as u64);
        }
        self.journal.tell(&mut self.driver, told);
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
        let is_cancelled = self.driver.open[act.key.as_str()].cancelled;
        let (kind, evidence) = match self.dice.throw(8) {
            0..3 if is_cancelled => (ErrorKind::Cancelled, Evidence::NotSent),
            3 if is_cancelled => (ErrorKind::OutcomeUnknown, Evidence::Unanswered),
            _ if !self.dice.hit(self.fails) => {
                return Ok(json!({ "flag": self.dice.hit(2), "n": self.dice.throw(100), "input": act.input }));
            }
            0 | 1 => (ErrorKind::RateLimited, Evidence::Refused),
            2 => (ErrorKind::Unavailable, Evidence::Failed),
            3 => (ErrorKind::Network, Evidence::Unanswered),
            4 => (ErrorKind::Network, Evidence::NotSent),
            5 => (ErrorKind::Rejected, Evidence::Final),
            6 => (ErrorKind::Timeout, Evidence::Unanswered),
            _ => (ErrorKind::OutcomeUnknown, Evidence::Unanswered),
        };
        let effect = *self.dice.pick(&[Effect::Read, Effect::Generate, Effect::Idempotent, Effect::Write]);
        let own = *self.dice.pick(&[OwnRetries::Unsaid, OwnRetries::Unsaid, OwnRetries::Once, OwnRetries::Counted]);
        let error = Error::new(kind, "by dice").with_evidence(evidence).with_status(429);
        Err(Failure::of_attempt(&error, effect, act.attempt, own))
    }

    /// Tells what nobody asked for: it has to be ignored.
    fn disturb(&mut self) {
        let mut wrong = Vec::new();
        for op in self.driver.ops.iter().rev().take(5) {
            let step = match op {
                Op::Act(act) => act.key.clone(),
                Op::Sleep { key, .. } | Op::Wait { key, .. } | Op::Cancel { key } => key.clone(),
            };
            let (acts, waits) = match self.driver.open.get(key(op)).map(|open| &open.op) {
                Some(Op::Act(act)) => (act.attempt, false),
                Some(_) => (0, true),
                None => (0, false),
            };
            wrong.push(Done::Acted { key: step.clone(), attempt: acts + 1, outcome: Ok(Value::Null) });
            if !waits {
                wrong.push(Done::Slept { key: step });
            }
        }
        if self.signals > 0 {
            let again = Signal { id: "1".to_owned(), name: SIGNALS[0].to_owned(), data: Value::Null };
            wrong.push(Done::Signalled(again));
        }
        // Not even the time of the run goes on with it.
        let later = self.driver.at + Duration::from_secs(7);
        for done in wrong {
            assert_eq!(self.driver.machine.complete(done.clone(), later), [], "{done:?} is not ignored");
        }
        if self.journal.entries.iter().any(|entry| matches!(entry.told, Told::Cancel)) {
            assert_eq!(self.driver.machine.cancel(later), [], "a run is cancelled once");
        }
        assert_eq!(self.driver.machine.take_ended(), []);
    }

    /// Goes on with another Machine that was told the same.
    fn restart(&mut self) {
        let restarted = self.journal.restarted();
        assert_eq!(restarted.open, self.driver.open);
        let at = self.driver.at;
        self.driver = Driver { at, ..restarted };
    }
}
