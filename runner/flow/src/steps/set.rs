//! `set`: a step whose output is the value that the file writes.

use super::{KindOfStep, StepKind};
use crate::expression::Template;
use crate::object::Object;
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "set", keys: &["set"], read };

/// What a step with `set` says.
#[derive(Clone, Debug)]
pub struct SetStep {
    /// The step's output.
    pub(crate) value: Template,
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    Some(StepKind::Set(SetStep { value: step.template("set", reading.findings)? }))
}
