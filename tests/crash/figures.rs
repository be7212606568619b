//! What a test of kills counts, for people.

use std::fmt;

use crate::check::Evidence;
use crate::era::Era;

/// The methods that stand for the effects: a read, an idempotent request, a write.
const METHODS: [&str; 3] = ["GET", "PUT", "POST"];

/// What was counted.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) kills: u64,
    runs: u64,
    acknowledged: u64,
    steps: u64,
    in_doubt: u64,
    /// By method: how many requests came, and how many of them again.
    requests: [(u64, u64); 3],
}

impl Figures {
    pub(crate) fn of(era: &Era, evidence: &Evidence<'_>, runs: usize) -> Self {
        Self {
            // The last process is left alone.
            kills: u64::from(era.processes) - 1,
            runs: runs as u64,
            acknowledged: era.told.runs.len() as u64,
            steps: era.told.steps.len() as u64,
            in_doubt: evidence.in_doubt(),
            requests: METHODS.map(|method| evidence.count(method)),
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.runs += other.runs;
        self.acknowledged += other.acknowledged;
        self.steps += other.steps;
        self.in_doubt += other.in_doubt;
        for ((came, again), other) in self.requests.iter_mut().zip(other.requests) {
            *came += other.0;
            *again += other.1;
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, runs, acknowledged, steps, in_doubt, requests } = self;
        writeln!(f, "{kills} kills; {runs} runs, {acknowledged} of them acknowledged, none lost")?;
        writeln!(f, "{steps} steps acknowledged as over, none repeated")?;
        for (method, (came, again)) in METHODS.iter().zip(requests) {
            writeln!(f, "{method}: {came} requests, {again} of them again because a process was killed under them")?;
        }
        write!(f, "{in_doubt} runs ended with a write in doubt")
    }
}
