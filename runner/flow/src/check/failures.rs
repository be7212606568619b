//! What is done about failures: codes that errors have, and retries that do something, and no harm.

use std::collections::BTreeMap;

use connector_sdk::{ErrorKind, Registry};

use super::writes::Writes;
use crate::codes::Code;
use crate::definition::Definition;
use crate::diagnostic::{Findings, Place, did_you_mean};
use crate::flow::add_sub_flows;
use crate::on_error::{Catches, OnError};
use crate::steps::{Part, Step, StepKind, WaitFor};

pub(super) fn check(flow: &Definition, steps: &[&Step], registry: &Registry, findings: &mut Findings<'_>) {
    let writes = Writes::new(registry);
    let own = own_codes(steps);
    check_codes(flow.on_error.as_ref(), "/on_error", &own, findings);
    for step in steps {
        check_codes(step.on_error.as_ref(), &step.pointer_of("on_error"), &own, findings);
        check_retry(step, &writes, findings);
        check_race(step, &writes, findings);
    }
}

/// The codes of `fail` steps, those of the flows that are run too.
fn own_codes<'f>(steps: &[&'f Step]) -> Vec<&'f str> {
    let mut flows = BTreeMap::new();
    add_sub_flows(steps, &mut flows);
    let others = flows.into_values().flat_map(|flow| flow.all_steps());
    let mut codes: Vec<&str> = steps.iter().copied().chain(others).filter_map(code_of).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn code_of(step: &Step) -> Option<&str> {
    match step.kind() {
        StepKind::Fail(fail) => Some(&fail.code),
        _ => None,
    }
}

fn check_codes(on_error: Option<&OnError>, pointer: &str, own: &[&str], findings: &mut Findings<'_>) {
    let Some(OnError { catches: Catches::Codes(codes), .. }) = on_error else { return };
    let known = || {
        let kinds = ErrorKind::ALL.iter().map(|kind| kind.code()).filter(|code| *code != ErrorKind::Cancelled.code());
        kinds.chain(["any", "expression", "failed"]).chain(own.iter().copied())
    };
    for (index, code) in codes.iter().enumerate() {
        let pointer = format!("{pointer}/codes/{index}");
        if code == ErrorKind::Cancelled.code() {
            let message = "nothing catches that a run was cancelled";
            let fix = Some("take it away".to_owned());
            findings.warning(Code::UNKNOWN_ERROR_CODE, Place::Value(&pointer), message, fix);
        } else if !known().any(|known| known == code) {
            let fix = if findings.is_full() { None } else { did_you_mean(code, known()) };
            let message = format!("no error has the code {code:?}");
            findings.warning(Code::UNKNOWN_ERROR_CODE, Place::Value(&pointer), message, fix);
        }
    }
}

fn check_retry(step: &Step, writes: &Writes<'_>, findings: &mut Findings<'_>) {
    if step.retry.is_none() {
        return;
    }
    let place = step.pointer_of("retry");
    let useless = match step.kind() {
        StepKind::Set(_) | StepKind::Fail(_) => Some("it would fail in the same way again"),
        StepKind::Break | StepKind::Stop(_) | StepKind::Wait(_) => Some("it has nothing to try again"),
        StepKind::Action(_)
        | StepKind::Branch(_)
        | StepKind::ForEach(_)
        | StepKind::Repeat(_)
        | StepKind::Parallel(_)
        | StepKind::SubFlow(_) => None,
    };
    if let Some(why) = useless {
        let message = format!("\"retry\" does nothing for this step: {why}");
        findings.warning(Code::USELESS_RETRY, Place::Key(&place), message, Some("take it away".to_owned()));
    }
    if let Some(write) = writes.first_of_body(step) {
        let message = format!("every try runs {:?} again, also where it has already changed something", write.id());
        let fix = Some("give the steps inside a \"retry\" of their own".to_owned());
        findings.warning(Code::REPEATS_WRITES, Place::Key(&place), message, fix);
    }
}

/// The first to succeed cuts off the others, wherever these are.
fn check_race(step: &Step, writes: &Writes<'_>, findings: &mut Findings<'_>) {
    let StepKind::Parallel(parallel) = step.kind() else { return };
    if parallel.wait_for != WaitFor::First {
        return;
    }
    let branches = step.parts().into_iter().filter(|(part, _)| matches!(part, Part::Branch(_)));
    if let Some(write) = branches.filter_map(|(_, block)| writes.first_in(block)).next() {
        let message = format!("{:?} may be cut off in the midst of a change when another branch is first", write.id());
        let fix = Some("let the branches only read, and change what has to be changed afterwards".to_owned());
        findings.warning(Code::RACING_WRITES, Place::Value(&step.pointer_of("wait_for")), message, fix);
    }
}
