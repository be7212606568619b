//! `flow`: a step that runs another flow of the same folder.

use std::sync::Arc;

use super::action::input;
use super::{KindOfStep, StepKind};
use crate::expression::Template;
use crate::flow::Flow;
use crate::object::Object;
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "flow", keys: &["flow", "with"], read };

/// What a step with `flow` says. Its output is what the other flow gives.
#[derive(Clone, Debug)]
pub struct SubFlowStep {
    /// The name of the other flow's file.
    pub(crate) file: String,
    /// The other flow.
    pub(crate) flow: Arc<Flow>,
    /// Its input.
    pub(crate) with: Template,
}

impl SubFlowStep {
    /// The name of the other flow's file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The other flow.
    pub fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let with = input(step, "with", reading);
    let name = step.text("flow", reading.findings)?;
    let (file, flow) = reading.sub_flow(name, &step.at("flow"))?;
    Some(StepKind::SubFlow(SubFlowStep { file, flow, with: with? }))
}
