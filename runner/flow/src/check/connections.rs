//! The slots of a flow: each has a connector that exists, and somebody uses it.

use connector_sdk::{Connector, Registry, pointer_to};

use crate::definition::Definition;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::steps::Step;

pub(super) fn check(flow: &Definition, registry: &Registry, findings: &mut Findings<'_>) {
    for slot in &flow.slots {
        let pointer = pointer_to("/connections", &slot.name);
        if registry.connector(&slot.connector).is_err() {
            let fix = did_you_mean(&slot.connector, registry.connectors().iter().map(Connector::id));
            let message = format!("there is no connector {:?}", slot.connector);
            findings.error("unknown_connector", Place::Value(&format!("{pointer}/connector")), message, fix);
        }
        let used = |step: &Step| step.action().is_some_and(|action| action.connection.as_ref() == Some(&slot.name));
        if !flow.all_steps().into_iter().any(used) {
            let message = format!("no step uses the connection {:?}", slot.name);
            findings.warning("unused_connection", Place::Key(&pointer), message, Some("take it away".to_owned()));
        }
    }
}
