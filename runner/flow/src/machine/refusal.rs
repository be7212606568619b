//! Why a run cannot begin.

use connector_sdk::{Error, ErrorKind, Schema};
use serde_json::Value;

use super::Machine;
use super::output::Output;
use super::record::Status;
use super::scope::{Known, ScopeId};
use super::step_key::StepKey;
use crate::diagnostic::did_you_mean;
use crate::failure::Failure;
use crate::flow::Flow;
use crate::steps::Step;

impl Machine {
    /// Why the run cannot begin.
    pub(super) fn refusal(&self) -> Option<Failure> {
        let unknown = self.pins.keys().find_map(|key| unknown_step(&self.flow, key));
        let refused = unknown.or_else(|| match self.only.as_deref() {
            Some(only) => not_alone(&self.flow, only),
            None => self.unfit(),
        });
        refused.map(|error| Failure::lasting(&error))
    }

    /// What is wrong with the input or the config.
    fn unfit(&self) -> Option<Error> {
        let definition = self.flow.definition();
        let input = unfit(definition.input.as_ref(), &self.input.value, "the input of the flow");
        input.or_else(|| unfit(definition.config.as_ref(), &self.config, "the config of the flow"))
    }

    /// Where one step runs, those that are pinned are shown as if they had run.
    pub(super) fn show_pins(&mut self, scope: ScopeId, only: &str) {
        let pinned: Vec<_> =
            self.pins.iter().filter(|(id, _)| *id != only).map(|(id, v)| (id.clone(), v.clone())).collect();
        for (id, output) in pinned {
            let output = Output::new(output);
            self.remember(scope, &id, Known { output, status: Status::Succeeded, error: None });
        }
        self.end_if_full();
    }
}

/// What is wrong with a value that a schema describes.
fn unfit(schema: Option<&Schema>, value: &Value, what: &str) -> Option<Error> {
    let violations = schema?.check(value);
    (!violations.is_empty()).then(|| Error::invalid_input(what, violations))
}

/// What is wrong with the key of a step: on the way to it there is one that does not exist.
fn unknown_step(flow: &Flow, key: &str) -> Option<Error> {
    let key = StepKey::new(key);
    flow.find(&key).err().map(|missing| no_step(missing.flow, missing.id))
}

fn no_step(flow: &Flow, id: &str) -> Error {
    let error = Error::new(ErrorKind::InvalidInput, format!("there is no step {id:?}"));
    match did_you_mean(id, flow.all_steps().into_iter().map(Step::id)) {
        Some(fix) => error.with_fix(fix),
        None => error,
    }
}

/// Why a step cannot be the only one to run.
fn not_alone(flow: &Flow, id: &str) -> Option<Error> {
    if flow.step(id).is_none() {
        return Some(no_step(flow, id));
    }
    let in_body = |step: &&Step| step.blocks().next().is_some_and(|body| body.holds(id));
    let around = flow.all_steps().into_iter().filter(|step| step.is_loop()).find(in_body)?;
    let message = format!("{id:?} stands in the loop {:?}: it runs in its turns, not alone", around.id());
    Some(Error::new(ErrorKind::InvalidInput, message).with_fix(format!("run {:?} instead", around.id())))
}
