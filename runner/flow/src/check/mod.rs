//! Checks what a flow says against itself and against the connectors: everything that is wrong is found before anything
//! runs, and one mistake hides no other.

mod actions;
mod comparisons;
mod conditions;
mod connections;
mod failures;
mod formulas;
mod inputs;
mod knowledge;
mod order;
mod references;
mod schemas;
mod sites;
mod sub_flows;
mod writes;

use connector_sdk::Registry;

use self::inputs::Inputs;
use self::knowledge::Knowledge;
use self::sub_flows::SubFlowChecks;
use crate::definition::Definition;
use crate::diagnostic::Findings;

/// Adds everything that is wrong or doubtful about a flow.
pub(crate) fn check(flow: &Definition, registry: &Registry, findings: &mut Findings<'_>) {
    let checks = Checks { registry, inputs: Inputs::default(), sub_flows: SubFlowChecks::default() };
    check_with(flow, &checks, findings);
}

/// What the checks of a flow and of the flows that it runs have in common.
struct Checks<'r> {
    registry: &'r Registry,
    inputs: Inputs,
    sub_flows: SubFlowChecks,
}

fn check_with(flow: &Definition, checks: &Checks<'_>, findings: &mut Findings<'_>) {
    let steps = flow.all_steps();
    connections::check(flow, &steps, checks.registry, findings);
    actions::check(flow, &steps, checks, findings);
    sub_flows::check(flow, &steps, checks, findings);
    references::check(flow, findings);
    let knowledge = Knowledge::of(flow, &steps, checks.registry);
    comparisons::check(flow, &steps, &knowledge, findings);
    conditions::check(&steps, &knowledge, findings);
    order::check(flow, findings);
    failures::check(flow, &steps, checks.registry, findings);
}
