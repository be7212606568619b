//! The actions of a flow's steps: each exists and has a connection that fits, and its retries are said once.

use connector_sdk::{ErasedAction, Registry};

use super::inputs;
use crate::definition::Definition;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::steps::{ActionStep, Step};

pub(super) fn check(flow: &Definition, registry: &Registry, findings: &mut Findings<'_>) {
    for step in flow.all_steps() {
        let Some(action) = step.action() else { continue };
        if registry.connector(action.connector()).is_ok() {
            check_connection(flow, step, action, findings);
        }
        match registry.action(&action.action) {
            Ok(known) => {
                inputs::check(step, action, known, findings);
                check_retry(step, action, findings);
            }
            Err(_) => unknown_action(step, action, registry, findings),
        }
    }
}

fn unknown_action(step: &Step, action: &ActionStep, registry: &Registry, findings: &mut Findings<'_>) {
    let ids = || registry.actions().map(ErasedAction::id);
    let without_connector = ids().find(|id| id.split_once('/').is_some_and(|(_, name)| name == action.action));
    let fix = match (without_connector, registry.connector(action.connector())) {
        (Some(whole), _) => Some(format!("did you mean {whole:?}?")),
        (None, Ok(connector)) => did_you_mean(&action.action, connector.actions().iter().map(ErasedAction::id)),
        (None, Err(_)) => did_you_mean(&action.action, ids().collect::<Vec<_>>().into_iter()),
    };
    let pointer = format!("{}/action", step.pointer());
    findings.error("unknown_action", Place::Value(&pointer), format!("there is no action {:?}", action.action), fix);
}

fn check_connection(flow: &Definition, step: &Step, action: &ActionStep, findings: &mut Findings<'_>) {
    let connector = action.connector();
    let pointer = format!("{}/connection", step.pointer());
    let Some(name) = &action.connection else {
        return no_connection(flow, step, connector, findings);
    };
    match flow.slots.iter().find(|slot| slot.name == *name) {
        None => {
            let fix = did_you_mean(name, flow.slots.iter().map(|slot| slot.name.as_str()));
            let message = format!("there is no connection {name:?} in \"connections\"");
            findings.error("unknown_connection", Place::Value(&pointer), message, fix);
        }
        Some(slot) if slot.connector != connector => {
            let message =
                format!("the connection {name:?} is for {}, and this action needs {connector}", slot.connector);
            findings.error("wrong_connector", Place::Value(&pointer), message, None);
        }
        Some(_) => {}
    }
}

fn no_connection(flow: &Definition, step: &Step, connector: &str, findings: &mut Findings<'_>) {
    let place = format!("{}/action", step.pointer());
    let fitting = flow.slots.iter().filter(|slot| slot.connector == connector);
    let names: Vec<&str> = fitting.map(|slot| slot.name.as_str()).collect();
    let (message, fix) = match names.as_slice() {
        [] => (
            format!("the flow has no connection for {connector}"),
            format!("add \"connections\": {{ {connector:?}: {{ \"connector\": {connector:?} }} }} to the flow"),
        ),
        several => (
            format!("it is open which connection this step uses: {}", several.join(" or ")),
            format!("add \"connection\": {:?} to the step", several[0]),
        ),
    };
    findings.error("no_connection", Place::Value(&place), message, Some(fix));
}

/// One layer repeats: the step, or the action by its own input.
fn check_retry(step: &Step, action: &ActionStep, findings: &mut Findings<'_>) {
    const OWN_COUNT: &str = "max_retry_count";
    let counted = action.with.outline().value.get(OWN_COUNT).is_some_and(|count| *count != 0);
    if counted && step.retry.is_some() {
        let message =
            format!("how often this action is tried is said twice: by \"retry\" and by its input {OWN_COUNT:?}");
        let fix = format!("keep one of them: \"retry\", or {OWN_COUNT:?} in \"with\"");
        findings.error("two_retries", Place::Key(&format!("{}/retry", step.pointer())), message, Some(fix));
    }
}
