//! Where the results of a flow's steps are kept: worked out once, so that a turn of a loop costs no map of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::definition::Definition;
use crate::steps::{Block, Step, StepKind};

/// The place of every step of a flow. The flow is a home of results, and so is every loop: a turn has its own.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    places: BTreeMap<String, Place>,
    /// How many results each home holds.
    sizes: Vec<usize>,
}

/// Where the result of a step is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) home: usize,
    pub(super) slot: usize,
    /// One past the slots of the steps that stand in it.
    pub(super) until: usize,
    /// The home that each turn of it has, if it is a loop.
    pub(super) turn: usize,
}

/// The home of the steps that stand in no loop.
pub(super) const FLOW: usize = 0;

static NONE: LazyLock<Arc<Layout>> = LazyLock::new(Arc::default);

impl Layout {
    /// The layout of no flow.
    pub(super) fn none() -> Arc<Self> {
        Arc::clone(&NONE)
    }

    pub(crate) fn of(flow: &Definition) -> Self {
        let mut layout = Self { places: BTreeMap::new(), sizes: vec![0] };
        layout.block(&flow.steps, FLOW);
        flow.on_error.iter().for_each(|on_error| layout.block(&on_error.steps, FLOW));
        layout
    }

    pub(super) fn place(&self, id: &str) -> Option<Place> {
        self.places.get(id).copied()
    }

    /// How many results this home holds.
    pub(super) fn size(&self, home: usize) -> usize {
        self.sizes.get(home).copied().unwrap_or(0)
    }

    fn block(&mut self, block: &Block, home: usize) {
        block.iter().for_each(|step| self.step(step, home));
    }

    fn step(&mut self, step: &Step, home: usize) {
        let slot = self.sizes[home];
        self.sizes[home] += 1;
        let turn = self.inside(step.kind(), home);
        step.on_error.iter().for_each(|on_error| self.block(&on_error.steps, home));
        let until = self.sizes[home];
        self.places.insert(step.id().to_owned(), Place { home, slot, until, turn });
    }

    /// Places what stands in a step, and says in which home.
    fn inside(&mut self, kind: &StepKind, home: usize) -> usize {
        let (body, home) = match kind {
            StepKind::ForEach(each) => (&each.steps, self.new_home()),
            StepKind::Repeat(repeat) => (&repeat.steps, self.new_home()),
            StepKind::Branch(branch) => {
                branch.arms.iter().for_each(|arm| self.block(&arm.steps, home));
                return home;
            }
            StepKind::Parallel(parallel) => {
                parallel.branches.iter().for_each(|(_, steps)| self.block(steps, home));
                return home;
            }
            StepKind::Action(_)
            | StepKind::Break
            | StepKind::SubFlow(_)
            | StepKind::Set(_)
            | StepKind::Wait(_)
            | StepKind::Stop(_)
            | StepKind::Fail(_) => return home,
        };
        self.block(body, home);
        home
    }

    fn new_home(&mut self) -> usize {
        self.sizes.push(0);
        self.sizes.len() - 1
    }
}
