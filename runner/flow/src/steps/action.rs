//! `action`: a step that calls an action of a connector.

use super::{KindOfStep, StepKind};
use crate::expression::Template;
use crate::object::{Object, harmless};
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "action", keys: &["action", "connection", "with"], read };

/// What a step with `action` says.
#[derive(Clone, Debug)]
pub struct ActionStep {
    /// `connector/action`.
    pub(crate) action: String,
    /// The slot that it names, or the only one that fits.
    pub(crate) connection: Option<String>,
    /// The action's input.
    pub(crate) with: Template,
}

impl ActionStep {
    /// `connector/action`.
    pub fn id(&self) -> &str {
        &self.action
    }

    /// The slot of the connection that it uses.
    pub fn connection(&self) -> Option<&str> {
        self.connection.as_deref()
    }

    /// The connector that the action belongs to.
    pub fn connector(&self) -> &str {
        connector_of(&self.action)
    }
}

fn connector_of(action: &str) -> &str {
    action.split('/').next().unwrap_or(action)
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let findings = &mut *reading.findings;
    let action = step.text("action", findings).map(str::to_owned);
    let named = step.text("connection", findings).map(str::to_owned);
    let with = input(step, "with", reading);
    let action = action?;
    let connection = named.or_else(|| reading.only_slot_for(connector_of(&action)).map(str::to_owned));
    Some(StepKind::Action(ActionStep { action, connection, with: with? }))
}

/// An input that a step hands on: an object, an empty one if nothing is said.
pub(super) fn input(step: &Object<'_>, key: &str, reading: &mut Reading<'_, '_>) -> Option<Template> {
    match step.get(key) {
        Some(_) => match step.object(key, reading.findings) {
            Some(_) => step.template(key, reading.findings),
            None => harmless(),
        },
        None => Some(Template::literal(serde_json::Map::new().into())),
    }
}
