//! A list of steps that run one after the other.

use std::ops::Deref;
use std::sync::Arc;

use serde_json::Value;

use super::Step;
use crate::codes::Code;
use crate::diagnostic::Place;
use crate::object::Object;
use crate::reading::Reading;

/// Steps that run one after the other. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Block(Arc<[Step]>);

impl Block {
    /// The steps under a key that must be there.
    pub(crate) fn required(object: &Object<'_>, key: &str, what: &str, reading: &mut Reading<'_, '_>) -> Self {
        object.required(key, what, reading.findings);
        Self::read(object, key, reading)
    }

    /// The steps under this key. A step that cannot be read is a finding, and left out.
    pub(crate) fn read(object: &Object<'_>, key: &str, reading: &mut Reading<'_, '_>) -> Self {
        let list = object.typed(key, "a list of steps", Value::as_array, reading.findings);
        let Some(list) = list else { return Self::default() };
        let at = object.at(key);
        if list.is_empty() {
            reading.findings.error(Code::NO_STEPS, Place::Value(&at), "there is at least one step", None);
        }
        let mut steps = Vec::with_capacity(list.len());
        for (index, value) in list.iter().enumerate() {
            let object = Object::read(value, format!("{at}/{index}"), "a step", reading.findings);
            let step = object.and_then(|object| Step::read(&object, reading));
            reading.incomplete |= step.is_none();
            steps.extend(step);
        }
        Self(steps.into())
    }

    /// Whether the step with this id is one of these, or stands in one of them.
    pub(crate) fn holds(&self, id: &str) -> bool {
        self.iter().any(|step| step.id() == id || step.holds(id))
    }
}

impl Deref for Block {
    type Target = [Step];

    fn deref(&self) -> &[Step] {
        &self.0
    }
}
