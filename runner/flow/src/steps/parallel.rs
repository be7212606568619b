//! `parallel`: named branches that run side by side.

use super::{Block, KindOfStep, StepKind};
use crate::codes::Code;
use crate::diagnostic::{Place, did_you_mean};
use crate::name::check_name;
use crate::object::Object;
use crate::reading::Reading;

pub(super) const KIND: KindOfStep = KindOfStep { key: "parallel", keys: &["parallel", "wait_for"], read };

/// Most branches.
const MOST: usize = 100;

/// What a step with `parallel` says.
#[derive(Clone, Debug)]
pub struct ParallelStep {
    /// The branches by name, in the order of the file.
    pub(crate) branches: Vec<(String, Block)>,
    /// When it is over.
    pub(crate) wait_for: WaitFor,
}

/// When a `parallel` is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitFor {
    /// When all its branches are, or one has failed. Its output is an object of theirs.
    All,
    /// When one has succeeded, or all have failed. Its output is `{branch, output}` of the one.
    First,
}

fn read(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> Option<StepKind> {
    let wait_for = wait_for(step, reading);
    let object = step.object("parallel", reading.findings)?;
    let count = object.keys().count();
    if !(1..=MOST).contains(&count) {
        let message = format!("\"parallel\" has from 1 to {MOST} branches, each with its name");
        reading.findings.error(Code::RANGE, Place::Value(&object.pointer), message, None);
    }
    let mut branches = Vec::with_capacity(count);
    for name in object.keys() {
        check_name(name, Place::Key(&object.at(name)), reading.findings);
        branches.push((name.to_owned(), Block::required(&object, name, "a branch", reading)));
    }
    Some(StepKind::Parallel(ParallelStep { branches, wait_for }))
}

fn wait_for(step: &Object<'_>, reading: &mut Reading<'_, '_>) -> WaitFor {
    match step.text("wait_for", reading.findings) {
        None | Some("all") => WaitFor::All,
        Some("first") => WaitFor::First,
        Some(other) => {
            let fix = did_you_mean(other, ["all", "first"].into_iter());
            let place = step.at("wait_for");
            reading.findings.error(
                Code::UNKNOWN_WORD,
                Place::Value(&place),
                "\"wait_for\" is \"all\" or \"first\"",
                fix,
            );
            WaitFor::All
        }
    }
}
