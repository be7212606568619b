//! What a test of kills counts, for people.

use std::collections::BTreeMap;
use std::fmt;

use runner_engine::{RunStatus, Status};

use crate::check::{Broken, Promise};
use crate::era::{Era, expected};
use crate::evidence::Evidence;

/// The methods that stand for the effects: a read, an idempotent request, a write.
const METHODS: [&str; 3] = ["GET", "PUT", "POST"];
/// The promises, and how their breaches are counted.
const PROMISES: [(Promise, &str); 4] = [
    (Promise::RunsAreKept, "acknowledged runs lost"),
    (Promise::StepsRunOnce, "completed steps repeated"),
    (Promise::WritesRunOnce, "silent repeats of a write"),
    (Promise::WordsAreTrue, "untrue words"),
];

/// What was counted.
#[derive(Default)]
pub(crate) struct Figures {
    /// How each kind of kill was done.
    kills: BTreeMap<&'static str, u64>,
    restarts: u64,
    runs: u64,
    acknowledged: u64,
    steps: u64,
    in_doubt: u64,
    /// By flow: the runs that ended without a doubt.
    ended: BTreeMap<String, u64>,
    /// By method: how many requests came, and how many of them again.
    requests: [(u64, u64); 3],
    /// By promise: how often it was broken.
    broken: [u64; 4],
}

impl Figures {
    pub(crate) fn of(era: &Era, evidence: &Evidence<'_>, broken: &[Broken]) -> Self {
        let mut ended: BTreeMap<_, _> = expected().into_keys().map(|flow| (flow, 0)).collect();
        let in_doubt = RunStatus::Over(Status::OutcomeUnknown);
        for history in evidence.histories.iter().filter(|history| history.info.status != in_doubt) {
            *ended.entry(history.info.flow.clone()).or_default() += 1;
        }
        Self {
            kills: era.kills.clone(),
            restarts: u64::from(era.processes) - 1,
            runs: evidence.histories.len() as u64,
            acknowledged: era.told.runs.len() as u64,
            steps: era.told.steps.len() as u64,
            in_doubt: evidence.in_doubt(),
            ended,
            requests: METHODS.map(|method| evidence.count(method)),
            broken: PROMISES
                .map(|(promise, _)| broken.iter().filter(|broken| broken.promise == promise).count() as u64),
        }
    }

    pub(crate) fn kills(&self) -> u64 {
        self.kills.values().sum()
    }

    pub(crate) fn broken(&self) -> u64 {
        self.broken.iter().sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        other.kills.iter().for_each(|(kind, count)| *self.kills.entry(kind).or_default() += count);
        other.ended.iter().for_each(|(flow, count)| *self.ended.entry(flow.clone()).or_default() += count);
        self.restarts += other.restarts;
        self.runs += other.runs;
        self.acknowledged += other.acknowledged;
        self.steps += other.steps;
        self.in_doubt += other.in_doubt;
        for ((came, again), other) in self.requests.iter_mut().zip(other.requests) {
            *came += other.0;
            *again += other.1;
        }
        self.broken.iter_mut().zip(other.broken).for_each(|(broken, other)| *broken += other);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.kills.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        writeln!(f, "{} kills ({}), {} restarts", self.kills(), kinds.join(", "), self.restarts)?;
        let Self { runs, acknowledged, steps, in_doubt, .. } = self;
        writeln!(f, "{runs} runs, {acknowledged} of them acknowledged, {in_doubt} ended with a write in doubt")?;
        let fewest = self.ended.values().min().copied().unwrap_or_default();
        writeln!(f, "{} flows, each with at least {fewest} runs that ended without a doubt", self.ended.len())?;
        writeln!(f, "{steps} steps acknowledged as over")?;
        for (method, (came, again)) in METHODS.iter().zip(self.requests) {
            writeln!(f, "{method}: {came} requests, {again} of them again because a process was killed under them")?;
        }
        for ((_, how), count) in PROMISES.iter().zip(self.broken) {
            writeln!(f, "{count} {how}")?;
        }
        Ok(())
    }
}
