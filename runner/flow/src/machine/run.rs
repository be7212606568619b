//! A flow under way, the run's own or a sub-flow: its steps, then what it does when they fail, then its output.

use std::sync::Arc;

use serde_json::json;

use super::Machine;
use super::line::{End, Line};
use super::op::Outcome;
use super::output::Output;
use super::scope::{Scope, ScopeId};
use super::step_key::StepKey;
use crate::failure::Failure;
use crate::steps::Block;
use crate::time::Timestamp;

/// A flow under way.
#[derive(Clone, Debug)]
pub(super) struct FlowRun {
    pub(super) scope: ScopeId,
    /// What it failed with, once it does something about that.
    pub(super) failed: Option<Failure>,
}

/// What becomes of a flow one of whose lines has ended.
pub(super) enum FlowNext {
    Ends(End),
    /// Something is done about this failure, in this scope.
    Handles(Failure, Block, ScopeId),
}

impl Machine {
    pub(super) fn begin_run(&mut self) {
        let flow = Arc::clone(&self.flow);
        let definition = flow.definition();
        let input = std::mem::take(&mut self.input);
        self.ledger.hold(input.bytes);
        let scope = self.scopes.add(Scope::of_flow(Arc::clone(&flow), input));
        let (block, index, end) = match self.only.clone() {
            Some(only) => {
                self.show_pins(scope, &only);
                let found = find(&definition.steps, &only);
                let found = found.or_else(|| find(&definition.on_error.as_ref()?.steps, &only));
                found.map(|(block, index)| (block, index, index + 1)).unwrap_or_default()
            }
            None => (definition.steps.clone(), 0, definition.steps.len()),
        };
        let own = definition.timeout.map(|timeout| self.now + timeout);
        self.deadline = self.timeout.map(|timeout| self.now + timeout);
        let deadline = Timestamp::first(self.deadline, own);
        self.main_line = self.lines.add(Line { block, index, end, scope, deadline, ..Line::default() });
        self.queue.push_back(self.main_line);
        self.main = Some(FlowRun { scope, failed: None });
    }

    /// The steps of the run, or its handler, have ended.
    pub(super) fn run_part_ended(&mut self, end: End) {
        let Some(run) = self.main.take() else { return };
        match self.flow_ended(&run, self.deadline, None, end) {
            FlowNext::Ends(end) => {
                self.end_scope(run.scope);
                self.end_run(end);
            }
            FlowNext::Handles(failure, block, scope) => {
                let (end, deadline) = (block.len(), self.deadline);
                let line = Line { block, end, scope, owns_scope: true, deadline, ..Line::default() };
                self.main_line = self.lines.add(line);
                self.queue.push_back(self.main_line);
                self.main = Some(FlowRun { failed: Some(failure), ..run });
            }
        }
    }

    fn end_run(&mut self, end: End) {
        debug_assert!(self.lines.is_empty() && self.awaited.is_empty(), "something is under way after the end");
        debug_assert!(self.ledger.is_empty(), "something is held after the end");
        let end = match self.verdict.take() {
            Some(verdict) if !end.is_in_doubt() => verdict,
            _ => end,
        };
        self.outcome = Some(match end {
            End::Gave(output) | End::Stopped(output) | End::Broke(output) => {
                Outcome::Succeeded { output: output.value }
            }
            End::Cancelled => Outcome::Cancelled,
            End::Failed(failure) => outcome_of(failure),
        });
    }

    /// What becomes of a flow one of whose lines ended so. A failure of its own is that of the step `key`.
    pub(super) fn flow_ended(
        &mut self,
        run: &FlowRun,
        deadline: Option<Timestamp>,
        key: Option<&StepKey>,
        end: End,
    ) -> FlowNext {
        let is_whole = self.only.is_none() || key.is_some();
        let failure = match (end, &run.failed) {
            (End::Stopped(output), _) => return FlowNext::Ends(End::Gave(output)),
            (End::Gave(last) | End::Broke(last), None) => match self.output_of(run.scope, last, is_whole) {
                Ok(output) => return FlowNext::Ends(End::Gave(output)),
                Err(mut failure) => {
                    failure.error.step = key.map(StepKey::to_string);
                    failure
                }
            },
            (End::Failed(failure), Some(_)) if failure.is_in_doubt() => return FlowNext::Ends(End::Failed(failure)),
            (End::Gave(_) | End::Broke(_) | End::Failed(_), Some(first)) => {
                return FlowNext::Ends(End::Failed(first.clone()));
            }
            (End::Failed(failure), None) => failure,
            (End::Cancelled, _) => return FlowNext::Ends(End::Cancelled),
        };
        let on_error = self.flow_of(run.scope).and_then(|flow| flow.definition().on_error.as_ref());
        let catches = on_error.filter(|on_error| on_error.catches.catches(&failure.error.code) && is_whole);
        let Some(block) = catches
            .map(|on_error| on_error.steps.clone())
            .filter(|_| !self.is_over(deadline) && self.verdict.is_none())
        else {
            return FlowNext::Ends(End::Failed(failure));
        };
        let error = Arc::new(json!(failure.error));
        let scope = self.scopes.add(Scope::of_handler(run.scope, self.layout(run.scope), error));
        FlowNext::Handles(failure, block, scope)
    }

    /// What a flow gives whose steps are over.
    fn output_of(&self, scope: ScopeId, last: Output, is_whole: bool) -> Result<Output, Failure> {
        let template = self.flow_of(scope).and_then(|flow| flow.definition().output.as_ref());
        match template.filter(|_| is_whole) {
            Some(template) => self.value(scope, template, "", "/output").map(Output::new),
            None => Ok(last),
        }
    }
}

fn outcome_of(failure: Failure) -> Outcome {
    let step = failure.error.step.as_deref().map(StepKey::new);
    match step {
        Some(step) if failure.is_in_doubt() => Outcome::OutcomeUnknown { step, failure },
        _ if failure.is_cancelled() => Outcome::Cancelled,
        step => Outcome::Failed { step, failure },
    }
}

/// The list that a step stands in, and its place there.
fn find(block: &Block, id: &str) -> Option<(Block, usize)> {
    if let Some(index) = block.iter().position(|step| step.id() == id) {
        return Some((block.clone(), index));
    }
    block.iter().flat_map(|step| step.blocks()).find_map(|inner| find(inner, id))
}
