//! The actions of a flow's steps: each exists and has a connection that fits, and its retries are said once.

use std::collections::BTreeMap;

use connector_sdk::retry::OwnRetries;
use connector_sdk::{ErasedAction, Registry};

use super::Checks;
use super::inputs::{Taker, legible};
use crate::codes::Code;
use crate::definition::Definition;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::steps::{ActionStep, Step};

pub(super) fn check(flow: &Definition, steps: &[&Step], checks: &Checks<'_>, findings: &mut Findings<'_>) {
    let known: BTreeMap<&str, &ErasedAction> = checks.registry.actions().map(|action| (action.id(), action)).collect();
    let slots: BTreeMap<&str, &str> =
        flow.slots.iter().map(|slot| (slot.name.as_str(), slot.connector.as_str())).collect();
    for step in steps {
        let Some(action) = step.action() else { continue };
        if checks.registry.connectors().iter().any(|connector| connector.id() == action.connector()) {
            check_connection(&slots, step, action, findings);
        }
        match known.get(action.id()) {
            Some(known) => {
                checks.inputs.check(step, &action.with, Taker::Action(known), findings);
                check_retry(step, action, known, findings);
            }
            None => unknown_action(step, action, checks.registry, findings),
        }
    }
}

fn unknown_action(step: &Step, action: &ActionStep, registry: &Registry, findings: &mut Findings<'_>) {
    let fix = if findings.is_full() { None } else { similar_action(action, registry) };
    let message = format!("there is no action {:?}", action.id());
    findings.error(Code::UNKNOWN_ACTION, Place::Value(&step.pointer_of("action")), message, fix);
}

fn similar_action(action: &ActionStep, registry: &Registry) -> Option<String> {
    let ids = || registry.actions().map(ErasedAction::id);
    let without_connector = ids().find(|id| id.split_once('/').is_some_and(|(_, name)| name == action.id()));
    match (without_connector, registry.connector(action.connector())) {
        (Some(whole), _) => Some(format!("did you mean {whole:?}?")),
        (None, Ok(connector)) => did_you_mean(action.id(), connector.actions().iter().map(ErasedAction::id)),
        (None, Err(_)) => did_you_mean(action.id(), ids().collect::<Vec<_>>().into_iter()),
    }
}

fn check_connection(slots: &BTreeMap<&str, &str>, step: &Step, action: &ActionStep, findings: &mut Findings<'_>) {
    let connector = action.connector();
    let pointer = step.pointer_of("connection");
    let Some(name) = action.connection() else {
        return no_connection(slots, step, connector, findings);
    };
    match slots.get(name) {
        None => {
            let near = || did_you_mean(name, slots.keys().copied());
            let fix = if findings.is_full() { None } else { near().or_else(|| Some(add_connection(name, connector))) };
            let message = format!("there is no connection {name:?} in \"connections\"");
            findings.error(Code::UNKNOWN_CONNECTION, Place::Value(&pointer), message, fix);
        }
        Some(other) if *other != connector => {
            let message = format!("the connection {name:?} is for {other}, and this action needs {connector}");
            let fitting = slots.iter().find(|(_, other)| **other == connector);
            let fix = match fitting {
                Some((name, _)) => format!("write \"connection\": {name:?}"),
                None => add_connection(connector, connector),
            };
            findings.error(Code::WRONG_CONNECTOR, Place::Value(&pointer), message, Some(fix));
        }
        Some(_) => {}
    }
}

fn add_connection(name: &str, connector: &str) -> String {
    format!("add {name:?}: {{ \"connector\": {connector:?} }} to \"connections\" of the flow")
}

fn no_connection(slots: &BTreeMap<&str, &str>, step: &Step, connector: &str, findings: &mut Findings<'_>) {
    const SHOWN: usize = 5;
    let fitting = slots.iter().filter(|(_, other)| **other == connector);
    let names: Vec<&str> = fitting.map(|(name, _)| *name).take(SHOWN).collect();
    let (message, fix) = match names.as_slice() {
        [] => (format!("the flow has no connection for {connector}"), add_connection(connector, connector)),
        several => (
            format!("it is open which connection this step uses: {}", several.join(" or ")),
            format!("add \"connection\": {:?} to the step", several[0]),
        ),
    };
    findings.error(Code::NO_CONNECTION, Place::Value(&step.pointer_of("action")), message, Some(fix));
}

/// One layer repeats: the step, or the action by its own input.
fn check_retry(step: &Step, action: &ActionStep, known: &ErasedAction, findings: &mut Findings<'_>) {
    if step.retry.is_none() {
        return;
    }
    let prepared = known.prepare(legible(&action.with, known.input_schema()));
    if prepared.is_ok_and(|prepared| prepared.own_retries() == OwnRetries::Counted) {
        let message = "how often this action is tried is said twice: by \"retry\" and by its own inputs";
        let fix = "keep one of them: \"retry\", or the count in \"with\"".to_owned();
        findings.error(Code::TWO_RETRIES, Place::Key(&step.pointer_of("retry")), message, Some(fix));
    }
}
