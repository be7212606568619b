//! What expressions see of a run.

use serde_json::Value;

use super::Machine;
use super::record::Records;
use crate::expression::{Scope, StepResult, TurnField, View};

pub(super) struct RunScope<'m> {
    input: &'m Value,
    run_id: &'m str,
    records: &'m Records,
}

impl Machine {
    pub(super) fn scope(&self) -> RunScope<'_> {
        RunScope { input: &self.begin.input, run_id: &self.begin.run_id, records: &self.records }
    }
}

impl Scope for RunScope<'_> {
    fn variable(&self, _: &str) -> Option<View<'_>> {
        let _ = (self.input, self.run_id);
        None
    }

    fn turn(&self, _: TurnField) -> Option<View<'_>> {
        None
    }

    fn step(&self, id: &str) -> Option<StepResult<'_>> {
        let _ = self.records.get(id)?;
        None
    }
}
