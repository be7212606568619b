//! Steps: what they have in common, and their kinds. A kind is a file here, and is told by its key.

mod action;
mod set;

use std::time::Duration;

pub use self::action::ActionStep;
pub use self::set::SetStep;
use crate::definition::Slot;
use crate::diagnostic::{Findings, Place};
use crate::expression::Template;
use crate::name::check_name;
use crate::object::Object;

/// One step of a flow.
#[derive(Clone, Debug)]
pub struct Step {
    id: String,
    description: Option<String>,
    kind: StepKind,
    pointer: String,
}

/// What a step does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StepKind {
    /// Calls an action of a connector.
    Action(ActionStep),
    /// Puts values together.
    Set(SetStep),
}

/// A kind of step: the key that tells it, and the keys that it has.
struct KindOfStep {
    key: &'static str,
    keys: &'static [&'static str],
    read: fn(&Object<'_>, &mut Findings<'_>) -> Option<StepKind>,
}

/// Every kind.
static KINDS: [KindOfStep; 2] = [action::KIND, set::KIND];

/// The keys that every step has.
const COMMON_KEYS: [&str; 2] = ["id", "description"];

impl Step {
    /// Unique in its flow.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What its author says about it.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// What it does.
    pub fn kind(&self) -> &StepKind {
        &self.kind
    }

    /// The action that it calls, if it calls one.
    pub fn action(&self) -> Option<&ActionStep> {
        match &self.kind {
            StepKind::Action(action) => Some(action),
            StepKind::Set(_) => None,
        }
    }

    /// How long it may take in all, attempts and waits together.
    pub fn timeout(&self) -> Option<Duration> {
        self.action()?.timeout
    }

    /// JSON Pointer of the step in its file.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Its values that may hold expressions, with the key that each stands under.
    pub(crate) fn templates(&self) -> impl Iterator<Item = (&'static str, &Template)> {
        let template = match &self.kind {
            StepKind::Action(action) => ("with", &action.with),
            StepKind::Set(set) => ("set", &set.value),
        };
        std::iter::once(template)
    }

    /// Where an action names no connection, the only one that fits is meant.
    pub(crate) fn choose_connection(&mut self, slots: &[Slot]) {
        if let StepKind::Action(action) = &mut self.kind
            && action.connection.is_none()
        {
            let mut fitting = slots.iter().filter(|slot| slot.connector == action.connector());
            let only = fitting.next().filter(|_| fitting.next().is_none());
            action.connection = only.map(|slot| slot.name.clone());
        }
    }

    pub(crate) fn read(object: &Object<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = object.required("id", "a step", findings).and_then(|_| object.text("id", findings));
        if let Some(id) = id {
            check_name(id, Place::Value(&object.at("id")), findings);
        }
        let description = object.text("description", findings).map(str::to_owned);
        let kind = (kind_of(object, findings)?.read)(object, findings)?;
        Some(Self { id: id?.to_owned(), description, kind, pointer: object.pointer.clone() })
    }
}

/// The one kind that the step's keys tell, after a look at all its keys.
fn kind_of(object: &Object<'_>, findings: &mut Findings<'_>) -> Option<&'static KindOfStep> {
    let mut kinds = KINDS.iter().filter(|kind| object.has(kind.key));
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) => {
            let keys: Vec<&str> = COMMON_KEYS.iter().chain(kind.keys).copied().collect();
            object.only(&keys, &format!("a step with {:?}", kind.key), findings);
            Some(kind)
        }
        (Some(first), Some(second)) => {
            let message = format!("a step cannot have {:?} and {:?}", first.key, second.key);
            findings.error(
                "two_kinds",
                Place::Key(&object.at(second.key)),
                message,
                Some("make two steps of it".to_owned()),
            );
            None
        }
        (None, _) => {
            unknown_kind(object, findings);
            None
        }
    }
}

/// A key that is not known is told as such; the step is without a kind only if there is none.
fn unknown_kind(object: &Object<'_>, findings: &mut Findings<'_>) {
    let keys: Vec<&str> = COMMON_KEYS.into_iter().chain(KINDS.iter().flat_map(|kind| kind.keys).copied()).collect();
    if object.only(&keys, "a step", findings) {
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
        let fix = Some(format!("a step has one of {}", kinds.join(", ")));
        findings.error("unknown_kind", Place::Value(&object.pointer), "this step does nothing", fix);
    }
}
