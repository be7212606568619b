//! What expressions see of a run.

use std::sync::Arc;

use serde_json::Value;

use super::Machine;
use super::record::Records;
use crate::expression::{Scope, StepResult, TurnField, View, Within};

pub(super) struct RunScope<'m> {
    input: &'m Arc<Value>,
    run: &'m Arc<Value>,
    records: &'m Records,
}

impl Machine {
    pub(super) fn scope(&self) -> RunScope<'_> {
        RunScope { input: &self.input, run: &self.run, records: &self.records }
    }
}

impl Scope for RunScope<'_> {
    fn variable(&self, name: &str) -> Option<View<'_>> {
        let owner = match name {
            "input" => self.input,
            "run" => self.run,
            _ => return None,
        };
        Some(View::Shared { owner, within: Within::Whole })
    }

    fn turn(&self, _: TurnField) -> Option<View<'_>> {
        None
    }

    fn step(&self, id: &str) -> Option<StepResult<'_>> {
        let (record, shared) = self.records.get(id)?;
        Some(StepResult { output: &shared.output, status: record.status.code(), error: shared.error.as_ref() })
    }
}
