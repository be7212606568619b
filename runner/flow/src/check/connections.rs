//! The slots of a flow: each has a connector that exists, and somebody uses it.

use std::collections::BTreeSet;

use connector_sdk::{Connector, Registry, pointer_to};

use crate::codes::Code;
use crate::definition::Definition;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::steps::{Step, StepKind};

pub(super) fn check(flow: &Definition, steps: &[&Step], registry: &Registry, findings: &mut Findings<'_>) {
    let used = used(flow, steps);
    let connectors: BTreeSet<&str> = registry.connectors().iter().map(Connector::id).collect();
    for slot in &flow.slots {
        let pointer = pointer_to("/connections", &slot.name);
        if !connectors.contains(slot.connector.as_str()) {
            let fix = if findings.is_full() { None } else { did_you_mean(&slot.connector, connectors.iter().copied()) };
            let message = format!("there is no connector {:?}", slot.connector);
            findings.error(Code::UNKNOWN_CONNECTOR, Place::Value(&format!("{pointer}/connector")), message, fix);
        }
        if used.as_ref().is_some_and(|used| !used.contains(slot.name.as_str())) {
            let message = format!("no step uses the connection {:?}", slot.name);
            findings.warning(Code::UNUSED_CONNECTION, Place::Key(&pointer), message, Some("take it away".to_owned()));
        }
    }
}

/// The slots that steps use, those of the flows that they run too. Nobody knows where it is open what a step uses.
fn used<'f>(flow: &'f Definition, steps: &[&'f Step]) -> Option<BTreeSet<&'f str>> {
    let known: BTreeSet<&str> = flow.slots.iter().map(|slot| slot.name.as_str()).collect();
    let mut used = BTreeSet::new();
    for step in steps {
        match step.kind() {
            StepKind::Action(action) => {
                used.insert(action.connection().filter(|name| known.contains(name))?);
            }
            StepKind::SubFlow(sub) => used.extend(sub.flow.connections().map(|(name, _)| name)),
            _ => {}
        }
    }
    (!flow.incomplete).then_some(used)
}
