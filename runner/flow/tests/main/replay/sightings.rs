//! What occurred in the runs, so that none of them is proved by its absence.

use std::collections::BTreeMap;

use runner_flow::{Op, Outcome, Status};

use super::journal::Journal;
use crate::machine::driver::Driver;

/// How often each thing occurred.
#[derive(Debug, Default)]
pub(crate) struct Sightings(BTreeMap<String, usize>);

/// Whatever occurs does so at least this often.
const OFTEN: usize = 20;

/// Which kinds of steps can end how. A step that breaks or stops is never cut off while it does; what waits at a time
/// cannot be in doubt.
const ENDS: [(&str, &[Status]); 11] = {
    use Status::{Cancelled, Failed, OutcomeUnknown, Skipped, Succeeded};
    let all: &[Status] = &[Succeeded, Failed, Skipped, Cancelled, OutcomeUnknown];
    [
        ("action", all),
        ("branch", all),
        ("for_each", all),
        ("repeat", all),
        ("parallel", all),
        ("flow", all),
        ("wait", &[Succeeded, Failed, Skipped, Cancelled]),
        ("set", &[Succeeded, Failed, Skipped]),
        ("break", &[Succeeded, Skipped]),
        ("stop", &[Succeeded, Skipped]),
        ("fail", &[Failed, Skipped]),
    ]
};

impl Sightings {
    pub(crate) fn of(journal: &Journal, driver: &Driver) -> Self {
        let mut seen = Self::default();
        seen.note(match driver.machine.outcome() {
            Some(Outcome::Succeeded { .. }) => "run succeeded",
            Some(Outcome::Failed { step: Some(_), .. }) => "run failed in a step",
            Some(Outcome::Failed { step: None, .. }) => "run failed",
            Some(Outcome::Cancelled) => "run cancelled",
            Some(Outcome::OutcomeUnknown { .. }) => "run in doubt",
            None => "run without end",
        });
        for record in &driver.records {
            seen.note(&format!("{} {}", record.kind, record.status.code()));
            if let Some(error) = &record.error {
                seen.note(&format!("code {}", error.code));
            }
            if record.attempts > 1 {
                seen.note(&format!("{} again", record.kind));
            }
        }
        for op in &driver.ops {
            seen.note(match op {
                Op::Act(act) if act.deadline.is_some() => "act with a deadline",
                Op::Act(_) => "act",
                Op::Sleep { reason: Some(_), .. } => "sleep before a retry",
                Op::Sleep { reason: None, .. } => "sleep",
                Op::Wait { until: Some(_), .. } => "wait with an end",
                Op::Wait { until: None, .. } => "wait",
                Op::Cancel { .. } => "cancel",
            });
        }
        if journal.entries.len() > 30 {
            seen.note("long run");
        }
        seen
    }

    fn note(&mut self, what: &str) {
        *self.0.entry(what.to_owned()).or_default() += 1;
    }

    pub(crate) fn and(mut self, other: Self) -> Self {
        for (what, count) in other.0 {
            *self.0.entry(what).or_default() += count;
        }
        self
    }

    /// Every kind, every end and every operation occurred.
    pub(crate) fn show_everything(&self) {
        let ends = ENDS.into_iter().flat_map(|(kind, ends)| ends.iter().map(move |end| (kind, end.code())));
        let ends = ends.map(|(kind, end)| format!("{kind} {end}"));
        let runs = ["run succeeded", "run failed in a step", "run failed", "run cancelled", "run in doubt", "long run"];
        let ops = ["act", "act with a deadline", "sleep before a retry", "sleep", "wait with an end", "wait", "cancel"];
        let agains = ["action", "branch", "for_each", "repeat", "parallel", "flow"].map(|kind| format!("{kind} again"));
        let codes = ["timeout", "rejected", "expression", "failed", "network", "unavailable", "rate_limited"];
        let codes = codes.map(|code| format!("code {code}"));
        let words = runs.into_iter().chain(ops).map(str::to_owned);
        let all = words.chain(ends).chain(agains).chain(codes);
        let rare: Vec<String> = all.filter(|what| self.0.get(what).is_none_or(|count| *count < OFTEN)).collect();
        assert_eq!(rare, Vec::<String>::new(), "not often enough: {:#?}", self.0);
    }
}
