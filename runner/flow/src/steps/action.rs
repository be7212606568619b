//! `action`: a step that calls an action of a connector.

use std::time::Duration;

use super::{KindOfStep, StepKind};
use crate::diagnostic::Findings;
use crate::expression::Template;
use crate::object::Object;
use crate::retry::RetrySettings;

pub(super) const KIND: KindOfStep =
    KindOfStep { key: "action", keys: &["action", "connection", "with", "retry", "timeout"], read };

/// What a step with `action` says.
#[derive(Clone, Debug)]
pub struct ActionStep {
    /// `connector/action`.
    pub(crate) action: String,
    /// The slot that it names, or the only one that fits.
    pub(crate) connection: Option<String>,
    /// The action's input.
    pub(crate) with: Template,
    /// How often it is tried, where the flow says so.
    pub(crate) retry: Option<RetrySettings>,
    /// How long it may take in all, where the flow says so.
    pub(crate) timeout: Option<Duration>,
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
        self.action.split('/').next().unwrap_or(&self.action)
    }
}

fn read(step: &Object<'_>, findings: &mut Findings<'_>) -> Option<StepKind> {
    let action = step.text("action", findings).map(str::to_owned);
    let connection = step.text("connection", findings).map(str::to_owned);
    let with = match step.get("with") {
        Some(_) => step.object("with", findings).and_then(|_| step.template("with", findings)),
        None => Some(Template::literal(serde_json::Map::new().into())),
    };
    let retry = RetrySettings::read(step, findings);
    let timeout = step.duration("timeout", findings);
    Some(StepKind::Action(ActionStep { action: action?, connection, with: with?, retry, timeout }))
}
