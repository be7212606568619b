//! What somebody has edited in a flow.

use runner_flow::{Flow, Step, StepKind};
use serde_json::Value;

/// The first step of a flow that is not the same in an earlier text of it.
pub(crate) fn first_edited<'f>(before: &Flow, after: &'f Flow) -> Option<&'f str> {
    let (old, new) = (json_of(before), json_of(after));
    let edited = |(index, step): &(usize, &Step)| {
        let same = before.steps().get(*index).is_some_and(|other| is_same((other, &old), (step, &new)));
        !same
    };
    let first = after.steps().iter().enumerate().find(edited).map(|(_, step)| step.id());
    // What stands before the steps is seen by all of them.
    let head = |file: &Value| ["input", "config"].map(|key| file.get(key).cloned());
    let is_other = head(&old) != head(&new);
    if is_other { after.steps().first().map(Step::id) } else { first }
}

fn is_same((before, old): (&Step, &Value), (after, new): (&Step, &Value)) -> bool {
    let text = old.pointer(before.pointer()) == new.pointer(after.pointer());
    text && flows_in(before) == flows_in(after)
}

/// The texts of the flows that are run within a step.
fn flows_in(step: &Step) -> Vec<String> {
    let own: Vec<String> = match step.kind() {
        StepKind::SubFlow(sub) => {
            let inner = sub.flow().sub_flows();
            let inner = inner.values().map(|flow| flow.text().to_owned());
            std::iter::once(sub.flow().text().to_owned()).chain(inner).collect()
        }
        _ => Vec::new(),
    };
    own.into_iter().chain(step.blocks().flat_map(|block| block.iter()).flat_map(flows_in)).collect()
}

fn json_of(flow: &Flow) -> Value {
    serde_json::from_str(flow.text()).unwrap_or_default()
}
