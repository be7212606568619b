//! Values of expressions. One that has none is a failure that says where in the file it stands.

use std::sync::Arc;

use connector_sdk::{Error, ErrorKind, Origin};
use serde_json::Value;

use super::Machine;
use super::line::{End, LineId};
use super::scope::ScopeId;
use crate::expression::{Expression, Template, Undefined, kind};
use crate::failure::{ErrorReport, Failure};
use crate::flow::Flow;
use crate::steps::{FailStep, Step};

impl Machine {
    /// The value of a template that stands at `key` of the value at `pointer`.
    pub(super) fn value(&self, scope: ScopeId, of: &Template, pointer: &str, key: &str) -> Result<Value, Failure> {
        of.evaluate(&self.sight(scope)).map_err(|error| self.undefined(scope, error, pointer, key))
    }

    pub(super) fn shared(
        &self,
        scope: ScopeId,
        of: &Expression,
        step: &Step,
        key: &str,
    ) -> Result<Arc<Value>, Failure> {
        of.share(&self.sight(scope)).map_err(|error| self.undefined(scope, error, step.pointer(), key))
    }

    pub(super) fn holds(&self, scope: ScopeId, of: &Expression, pointer: &str, key: &str) -> Result<bool, Failure> {
        of.holds(&self.sight(scope)).map_err(|error| self.undefined(scope, error, pointer, key))
    }

    /// The failure of a step with `fail`.
    pub(super) fn failure_of(&self, scope: ScopeId, step: &Step, fail: &FailStep) -> Failure {
        match self.value(scope, &fail.message, step.pointer(), fail.at) {
            Ok(message) => Failure::of_flow(&fail.code, text_of(message)),
            Err(failure) => failure,
        }
    }

    fn undefined(&self, scope: ScopeId, error: Undefined, pointer: &str, key: &str) -> Failure {
        undefined(self.flow_of(scope).unwrap_or(&self.flow), error, &[pointer, key].concat())
    }

    /// The end of a step that can do nothing with the value at `key`: where that stands is told, unless it is known.
    pub(super) fn refused(&self, line: LineId, step: &Step, key: &str, mut failure: Failure) -> End {
        let flow = self.flow_of(self.lines[line].scope).unwrap_or(&self.flow);
        let place = flow.locate(&[step.pointer(), key].concat());
        failure.error.line.get_or_insert(place.line);
        failure.error.column.get_or_insert(place.column);
        End::Failed(failure)
    }
}

/// The failure of an expression that stands in this flow, in the value at `pointer`.
pub(super) fn undefined(flow: &Flow, error: Undefined, pointer: &str) -> Failure {
    let pointer = [pointer, &error.pointer].concat();
    let place = match &error.range {
        Some(range) => flow.document().locate_within(&pointer, range),
        None => flow.locate(&pointer),
    };
    Failure::lasting(ErrorReport::expression(error, pointer, &place))
}

/// The failure of a step whose value is not what it should be.
pub(super) fn unfit(wanted: &str, found: &Value) -> Failure {
    let message = match found {
        Value::Number(number) => format!("{wanted}, not {number}"),
        other => format!("{wanted}, not {}", kind(other)),
    };
    Failure::lasting(&Error::new(ErrorKind::InvalidInput, message).with_origin(Origin::Expression))
}

fn text_of(message: Value) -> String {
    match message {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
