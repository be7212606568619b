//! `stop`: ends the flow that it stands in, successfully, with a response as its output.

use super::{KindOfStep, StepKind};
use crate::expression::Template;
use crate::object::Object;
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "stop", keys: &["stop"], read };

/// What a step with `stop` says.
#[derive(Clone, Debug)]
pub struct StopStep {
    /// The output of the flow.
    pub(crate) response: Template,
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    Some(StepKind::Stop(StopStep { response: step.template("stop", reading.findings)? }))
}
