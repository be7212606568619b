//! Steps that run another flow.

use std::sync::Arc;

use connector_sdk::Error;

use super::Machine;
use super::line::{End, Line, LineId, Parts, Work};
use super::output::Output;
use super::progress::Part;
use super::run::{FlowNext, FlowRun};
use super::scope::Scope;
use crate::failure::Failure;
use crate::steps::{Step, SubFlowStep};
use crate::time::Timestamp;

impl Machine {
    pub(super) fn begin_sub_flow(&mut self, line: LineId, step: &Step, sub: &SubFlowStep) -> Option<End> {
        let mut input = match self.value(self.lines[line].scope, &sub.with, step.pointer(), "/with") {
            Ok(input) => input,
            Err(failure) => return Some(End::Failed(failure)),
        };
        let definition = sub.flow.definition();
        if let Some(schema) = &definition.input {
            schema.fill_defaults(&mut input);
            let violations = schema.check(&input);
            if !violations.is_empty() {
                let what = format!("the input of the flow {:?}", sub.flow.name());
                let failure = Failure::lasting(&Error::invalid_input(&what, violations));
                return Some(self.refused(line, step, "/with", failure));
            }
        }
        let input = Output::new(input);
        self.ledger.hold(input.bytes);
        let scope = self.scopes.add(Scope::of_flow(Arc::clone(&sub.flow), input));
        self.set_doing(line, Parts::of(Work::Flow(FlowRun { scope, failed: None })));
        let prefix = format!("{}.", self.lines[line].round_key()).into();
        let block = definition.steps.clone();
        let steps = self.begin_part(line, Part { number: 0, block, scope, owns_scope: false, prefix });
        let own = definition.timeout.map(|timeout| self.now + timeout);
        let bound = &mut self.lines[steps].deadline;
        *bound = Timestamp::first(*bound, own);
        None
    }

    pub(super) fn sub_flow_ended(&mut self, of: LineId, part: &Line, end: End) -> Option<End> {
        let step = self.lines[of].step.as_ref()?;
        let (deadline, key) = (step.deadline, step.key.clone());
        let Work::Flow(run) = &self.lines[of].parts()?.work else { return None };
        let run = run.clone();
        match self.flow_ended(&run, deadline, Some(&key), end) {
            FlowNext::Ends(end) => Some(end),
            FlowNext::Handles(failure, block, scope) => {
                if let Some(Work::Flow(run)) = self.lines[of].parts_mut().map(|parts| &mut parts.work) {
                    run.failed = Some(failure);
                }
                let prefix = Arc::clone(&part.prefix);
                self.begin_part(of, Part { number: 0, block, scope, owns_scope: true, prefix });
                None
            }
        }
    }
}
