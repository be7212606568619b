//! Which runs of a flow are counted together, where it bounds how many may be under way.

use super::Machine;
use super::evaluate::undefined;
use super::scope::whole;
use crate::expression::{Scope, StepResult, TurnField, View};
use crate::failure::Failure;

impl Machine {
    /// The value of the flow's `concurrency.key` for this run, as JSON; empty where all runs are counted together.
    /// It may be asked before the run begins, which is when it matters.
    pub fn concurrency_key(&self) -> Result<String, Failure> {
        let Some(key) = self.flow.concurrency().and_then(|concurrency| concurrency.key.as_ref()) else {
            return Ok(String::new());
        };
        let value = key.evaluate(&Before(self)).map_err(|error| undefined(&self.flow, error, "/concurrency/key"))?;
        Ok(value.to_string())
    }
}

/// What can be seen before a run begins.
struct Before<'m>(&'m Machine);

impl Scope for Before<'_> {
    fn variable(&self, name: &str) -> Option<View<'_>> {
        match name {
            "input" => Some(whole(&self.0.input.value)),
            "config" => Some(whole(&self.0.config)),
            "run" => Some(whole(self.0.run_value())),
            _ => None,
        }
    }

    fn turn(&self, _: TurnField) -> Option<View<'_>> {
        None
    }

    fn step(&self, _: &str) -> Option<StepResult<'_>> {
        None
    }
}
