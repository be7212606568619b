//! The flows that a flow runs: each is right with these connectors, gets the input that it takes, and means the same by
//! the names of connections.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::inputs::Taker;
use super::{Checks, check_with};
use crate::codes::Code;
use crate::definition::Definition;
use crate::diagnostic::{Findings, Place};
use crate::flow::Flow;
use crate::reading::first_of;
use crate::steps::{Step, StepKind, SubFlowStep};

/// What is wrong with the flows that were checked already, by their files.
#[derive(Default)]
pub(super) struct SubFlowChecks {
    wrong: RefCell<BTreeMap<String, Option<String>>>,
}

pub(super) fn check(flow: &Definition, steps: &[&Step], checks: &Checks<'_>, findings: &mut Findings<'_>) {
    let slots: BTreeMap<&str, &str> =
        flow.slots.iter().map(|slot| (slot.name.as_str(), slot.connector.as_str())).collect();
    for step in steps {
        let StepKind::SubFlow(sub) = step.kind() else { continue };
        let pointer = step.pointer_of("flow");
        match wrong(sub, checks) {
            Some(message) => {
                let fix = Some(format!("correct {} first: linkwork validate {0} shows all of it", sub.file()));
                findings.error(Code::NO_SUB_FLOW, Place::Value(&pointer), message, fix);
            }
            None => check_connections(&slots, sub, &pointer, findings),
        }
        checks.inputs.check(step, &sub.with, Taker::Flow(sub.file(), sub.flow()), findings);
    }
}

/// What is wrong with a flow, in a sentence.
fn wrong(sub: &SubFlowStep, checks: &Checks<'_>) -> Option<String> {
    if let Some(known) = checks.sub_flows.wrong.borrow().get(sub.file()) {
        return known.clone();
    }
    let wrong = first_error(sub.file(), sub.flow(), checks);
    checks.sub_flows.wrong.borrow_mut().insert(sub.file().to_owned(), wrong.clone());
    wrong
}

fn first_error(file: &str, flow: &Flow, checks: &Checks<'_>) -> Option<String> {
    let mut findings = Findings::new(flow.document());
    check_with(flow.definition(), checks, &mut findings);
    findings.has_errors().then(|| first_of(file, &findings.finish()))
}

/// A connection is bound by its name, so that a name means one connection in all the flows of a run.
fn check_connections(slots: &BTreeMap<&str, &str>, sub: &SubFlowStep, pointer: &str, findings: &mut Findings<'_>) {
    for (name, connector) in sub.flow().connections() {
        let Some(other) = slots.get(name).filter(|other| **other != connector) else { continue };
        let message = format!("{} calls a connection for {connector} {name:?}, which is for {other} here", sub.file());
        let fix = Some("give one of the two another name".to_owned());
        findings.error(Code::WRONG_CONNECTOR, Place::Value(pointer), message, fix);
    }
}
