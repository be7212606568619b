//! Which steps change something outside that must not happen twice.

use std::cell::RefCell;
use std::collections::BTreeMap;

use connector_sdk::{Effect, Registry};

use super::inputs::legible;
use crate::steps::{ActionStep, Block, Part, Step, StepKind};

/// Finds the steps that write.
pub(super) struct Writes<'r> {
    registry: &'r Registry,
    /// What is known of other flows, by their files.
    flows: RefCell<BTreeMap<String, bool>>,
}

impl<'r> Writes<'r> {
    pub(super) fn new(registry: &'r Registry) -> Self {
        Self { registry, flows: RefCell::default() }
    }

    /// The first step of a list, or within its steps, that writes.
    pub(super) fn first_in<'f>(&self, block: &'f Block) -> Option<&'f Step> {
        block.iter().find_map(|step| self.first(step))
    }

    /// The first step that a retry of this one would do again, and that writes.
    pub(super) fn first_of_body<'f>(&self, step: &'f Step) -> Option<&'f Step> {
        match step.kind() {
            StepKind::Action(_) => None,
            StepKind::SubFlow(_) => self.first(step),
            _ => {
                step.parts().into_iter().filter(|(part, _)| *part != Part::Handler).find_map(|(_, b)| self.first_in(b))
            }
        }
    }

    fn first<'f>(&self, step: &'f Step) -> Option<&'f Step> {
        let itself = match step.kind() {
            StepKind::Action(action) => self.is_write(action),
            StepKind::SubFlow(sub) => {
                let known = self.flows.borrow().get(sub.file()).copied();
                known.unwrap_or_else(|| {
                    let writes = sub.flow().definition().parts().any(|(_, block)| self.first_in(block).is_some());
                    self.flows.borrow_mut().insert(sub.file().to_owned(), writes);
                    writes
                })
            }
            _ => false,
        };
        if itself { Some(step) } else { step.blocks().find_map(|block| self.first_in(block)) }
    }

    /// Whether an action writes with this very input, as far as the file says it.
    fn is_write(&self, action: &ActionStep) -> bool {
        let Some(known) = self.registry.actions().find(|known| known.id() == action.id()) else { return false };
        let prepared = known.prepare(legible(&action.with, known.input_schema()));
        prepared.map_or(known.about().effect, |prepared| prepared.effect()) == Effect::Write
    }
}
