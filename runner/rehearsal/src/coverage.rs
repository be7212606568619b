//! Which ways through a flow no case has taken: arms of branches, bodies of loops, what is done on an error, conditions.

use std::collections::BTreeSet;

use runner_flow::{Document, Flow, Status, Step, StepKey, StepKind};
use serde::Serialize;

use crate::clock_driver::StepRan;

/// Which ways through a flow no case has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// How many ways there are.
    pub ways: usize,
    /// How many of them some case has taken.
    pub taken: usize,
    /// Those that none has, in the order of the flow's file.
    pub untaken: Vec<Untaken>,
}

/// A way that no case has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Untaken {
    /// The step that the way begins at; none if it is what the flow does on an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What it is.
    pub way: Way,
    /// What it is, in words.
    pub what: String,
    /// Its line in the flow's file, counted from 1.
    pub line: usize,
}

/// A kind of way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A step whose `if` never held.
    If,
    /// An arm of a `branch`, or a branch of a `parallel`.
    Branch,
    /// The steps of a loop.
    Loop,
    /// What is done on an error.
    OnError,
}

/// What the cases of a file have come by.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// The ids of steps that ran, or that an `if` of their own kept from running.
    reached: BTreeSet<String>,
    ran: BTreeSet<String>,
    erred: BTreeSet<String>,
}

impl Trace {
    /// Adds the steps of one case.
    pub(crate) fn add(&mut self, flow: &Flow, steps: &[StepRan]) {
        for step in steps.iter().filter(|step| !is_of_sub_flow(flow, &step.key)) {
            let key = StepKey::new(&step.key);
            let id = key.id();
            self.reached.insert(id.to_owned());
            if step.status != Status::Skipped {
                self.ran.insert(id.to_owned());
            }
            if !step.error.is_null() {
                self.erred.insert(id.to_owned());
            }
        }
    }

    /// What they have not come by.
    pub(crate) fn coverage(&self, flow: &Flow) -> Coverage {
        let Ok(document) = Document::parse(flow.text()) else {
            return Coverage { ways: 0, taken: 0, untaken: Vec::new() };
        };
        let all = flow.all_steps();
        let ways: Vec<(Untaken, bool)> = all
            .iter()
            .flat_map(|step| self.condition(step, &document).into_iter().chain(self.continued(step, &document)))
            .chain(blocks(&all).into_iter().filter_map(|block| self.block(&block, &all, &document)))
            .collect();
        let taken = ways.iter().filter(|(_, taken)| *taken).count();
        let count = ways.len();
        let mut untaken: Vec<Untaken> = ways.into_iter().filter(|(_, taken)| !taken).map(|(way, _)| way).collect();
        untaken.sort_by_key(|way| way.line);
        Coverage { ways: count, taken, untaken }
    }

    fn condition(&self, step: &Step, document: &Document) -> Option<(Untaken, bool)> {
        let at = format!("{}/if", step.pointer());
        document.value().pointer(&at)?;
        let line = document.locate(&at).line;
        let what = format!("the \"if\" of {} never held", step.id());
        Some((Untaken { step: Some(step.id().to_owned()), way: Way::If, what, line }, self.ran.contains(step.id())))
    }

    /// `"on_error": "continue"` has no steps that could tell.
    fn continued(&self, step: &Step, document: &Document) -> Option<(Untaken, bool)> {
        let at = format!("{}/on_error", step.pointer());
        document.value().pointer(&at).filter(|value| value.as_str() == Some("continue"))?;
        let line = document.locate(&at).line;
        let what = format!("{} never failed and went on", step.id());
        Some((
            Untaken { step: Some(step.id().to_owned()), way: Way::OnError, what, line },
            self.erred.contains(step.id()),
        ))
    }

    fn block(&self, block: &Block<'_>, all: &[&Step], document: &Document) -> Option<(Untaken, bool)> {
        let owner = all.iter().filter(|step| stands_in(block.pointer, step)).max_by_key(|step| step.pointer().len());
        let within = owner.map_or(block.pointer, |owner| &block.pointer[owner.pointer().len()..]);
        let (way, what) = way_of(owner.map(|owner| (owner.id(), owner.kind())), within)?;
        let taken = block.steps.iter().any(|id| self.reached.contains(*id));
        let line = document.locate(block.pointer).line;
        Some((Untaken { step: owner.map(|owner| owner.id().to_owned()), way, what, line }, taken))
    }
}

/// A list of steps.
struct Block<'f> {
    /// JSON Pointer of the list.
    pointer: &'f str,
    steps: Vec<&'f str>,
}

/// The lists of steps, in the order of the file.
fn blocks<'f>(all: &[&'f Step]) -> Vec<Block<'f>> {
    let mut blocks: Vec<Block<'f>> = Vec::new();
    for step in all {
        let Some((pointer, _)) = step.pointer().rsplit_once('/') else { continue };
        match blocks.iter_mut().find(|block| block.pointer == pointer) {
            Some(block) => block.steps.push(step.id()),
            None => blocks.push(Block { pointer, steps: vec![step.id()] }),
        }
    }
    blocks
}

fn stands_in(pointer: &str, step: &Step) -> bool {
    pointer.strip_prefix(step.pointer()).is_some_and(|rest| rest.starts_with('/'))
}

/// What the list of steps is that stands there in its step, or in the flow. `None` for the flow's own.
fn way_of(owner: Option<(&str, &StepKind)>, within: &str) -> Option<(Way, String)> {
    let parts: Vec<&str> = within.split('/').skip(1).collect();
    Some(match (owner, parts.as_slice()) {
        (Some((id, _)), ["on_error", ..]) => (Way::OnError, format!("{id} never failed into its \"on_error\"")),
        (None, ["on_error", ..]) => (Way::OnError, "the flow never failed into its \"on_error\"".to_owned()),
        (Some((id, _)), ["branch", index, ..]) => {
            let number = index.parse().map_or(0, |index: usize| index + 1);
            (Way::Branch, format!("arm {number} of {id} was never taken"))
        }
        (Some((id, _)), ["parallel", name, ..]) => (Way::Branch, format!("the branch {name} of {id} was never taken")),
        (Some((id, _)), ["steps", ..]) => (Way::Loop, format!("the loop {id} never had a turn")),
        _ => return None,
    })
}

/// Whether a step run is one of another flow that this one runs.
fn is_of_sub_flow(flow: &Flow, key: &str) -> bool {
    let key = StepKey::new(key);
    let mut around = key.ids().take(key.ancestors().count());
    around.any(|id| matches!(flow.step(id).map(Step::kind), Some(StepKind::SubFlow(_))))
}
