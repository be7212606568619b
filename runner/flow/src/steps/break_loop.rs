//! `break`: ends the loop around it. The turn that breaks gives what it has so far.

use super::{KindOfStep, StepKind};
use crate::object::Object;
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "break", keys: &["break"], read };

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let is_true = |value: &serde_json::Value| value.as_bool().filter(|is| *is);
    step.typed("break", "true; when it breaks is said with \"if\"", is_true, reading.findings)?;
    Some(StepKind::Break)
}
