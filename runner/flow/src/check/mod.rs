//! Checks what a flow says against the connectors: everything that is wrong is found before anything runs.

mod actions;
mod connections;
mod inputs;
mod references;

use connector_sdk::Registry;

use crate::definition::Definition;
use crate::diagnostic::Findings;

pub(crate) fn check(flow: &Definition, registry: &Registry, findings: &mut Findings<'_>) {
    connections::check(flow, registry, findings);
    actions::check(flow, registry, findings);
    references::check(flow, findings);
}
