//! What expressions see of a run.

use serde_json::Value;

use super::Machine;
use super::record::Records;
use crate::expression::{Scope, StepResult};

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
    fn input(&self) -> &Value {
        self.input
    }

    fn run_id(&self) -> &str {
        self.run_id
    }

    fn step(&self, id: &str) -> Option<StepResult<'_>> {
        let (record, error) = self.records.get(id)?;
        Some(StepResult { output: &record.output, status: record.status.code(), error })
    }
}
