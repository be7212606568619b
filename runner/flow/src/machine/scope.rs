//! What expressions see of a run: names, and the results of steps. A view of what is there, never a copy.

use std::sync::Arc;

use serde_json::Value;

use super::Machine;
use super::arena::{Arena, Id};
use super::layout::{FLOW, Layout, Place};
use super::line::LineId;
use super::output::Output;
use super::record::Status;
use crate::expression::{Scope as Sees, StepResult, TurnField, View, Within};
use crate::flow::Flow;

pub(super) type ScopeId = Id<Scope>;
pub(super) type Scopes = Arena<Scope>;

/// Names, and the results of the steps among which they are known.
#[derive(Debug)]
pub(super) struct Scope {
    /// What is seen too; nothing beyond the edge of a flow.
    pub(super) outer: Option<ScopeId>,
    pub(super) names: Names,
    pub(super) layout: Arc<Layout>,
    /// Which steps' results are kept here; none in a handler.
    pub(super) home: Option<usize>,
    pub(super) known: Vec<Option<Known>>,
    /// The bytes of all that it holds.
    pub(super) bytes: usize,
}

/// The names that a scope adds to those around it.
#[derive(Debug, Default)]
pub(super) enum Names {
    #[default]
    None,
    /// Of a flow: its input.
    Flow { flow: Arc<Flow>, input: Arc<Value> },
    /// Of a turn: those of the loop that is the step under way in this line.
    Turn { of: LineId, index: usize },
    /// Of what is done on an error.
    Handler { error: Arc<Value> },
}

/// The result of a step that is over.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) output: Output,
    pub(super) status: Status,
    pub(super) error: Option<Arc<Value>>,
}

impl Scope {
    pub(super) fn of_flow(flow: Arc<Flow>, input: Output) -> Self {
        let layout = flow.layout();
        let names = Names::Flow { flow, input: input.value };
        Self { names, home: Some(FLOW), known: empty(&layout, FLOW), layout, outer: None, bytes: input.bytes }
    }

    pub(super) fn of_turn(outer: ScopeId, layout: Arc<Layout>, home: usize, of: LineId, index: usize) -> Self {
        let names = Names::Turn { of, index };
        Self { names, home: Some(home), known: empty(&layout, home), layout, outer: Some(outer), bytes: 0 }
    }

    pub(super) fn of_handler(outer: ScopeId, layout: Arc<Layout>, error: Arc<Value>) -> Self {
        Self { names: Names::Handler { error }, outer: Some(outer), layout, ..Self::default() }
    }
}

/// Nothing is seen. A turn leaves one of these behind, so that it has to cost nothing.
impl Default for Scope {
    fn default() -> Self {
        Self { outer: None, names: Names::None, layout: Layout::none(), home: None, known: Vec::new(), bytes: 0 }
    }
}

fn empty(layout: &Layout, home: usize) -> Vec<Option<Known>> {
    std::iter::repeat_with(|| None).take(layout.size(home)).collect()
}

impl Machine {
    /// What an expression sees that stands in this scope.
    pub(super) fn sight(&self, scope: ScopeId) -> Sight<'_> {
        Sight { machine: self, scope }
    }

    /// The layout of the flow that this scope belongs to.
    pub(super) fn layout(&self, scope: ScopeId) -> Arc<Layout> {
        Arc::clone(&self.scopes[scope].layout)
    }

    /// The scope and those around it, up to the edge of the flow.
    pub(super) fn scopes_from(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(Some(scope), |scope| self.scopes[*scope].outer)
    }

    /// The flow that this scope belongs to.
    pub(super) fn flow_of(&self, scope: ScopeId) -> Option<&Arc<Flow>> {
        self.scopes_from(scope).find_map(|scope| match &self.scopes[scope].names {
            Names::Flow { flow, .. } => Some(flow),
            Names::None | Names::Turn { .. } | Names::Handler { .. } => None,
        })
    }

    /// Whether a step does not run because another one is all that runs, and this one does not stand in it.
    fn is_left_out(&self, home: ScopeId, place: Place) -> bool {
        let Some(only) = &self.only else { return false };
        let is_of_run = self.main.as_ref().is_some_and(|run| run.scope == home);
        let only = self.scopes[home].layout.place(only);
        is_of_run && only.is_none_or(|only| !(only.slot..only.until).contains(&place.slot))
    }

    /// Keeps the result of a step where expressions find it.
    pub(super) fn remember(&mut self, scope: ScopeId, id: &str, result: Known) {
        let Some(place) = self.scopes[scope].layout.place(id) else { return };
        let Some(home) = self.scopes_from(scope).find(|scope| self.scopes[*scope].home == Some(place.home)) else {
            return;
        };
        let home = &mut self.scopes[home];
        home.bytes += result.output.bytes;
        self.ledger.hold(result.output.bytes);
        if let Some(before) = home.known[place.slot].replace(result) {
            home.bytes -= before.output.bytes;
            self.ledger.release(before.output.bytes);
        }
    }

    /// Forgets the results of what stands in this step: its next round begins with none.
    pub(super) fn forget_inside(&mut self, scope: ScopeId, id: &str) {
        let Some(place) = self.scopes[scope].layout.place(id) else { return };
        let Some(home) = self.scopes_from(scope).find(|scope| self.scopes[*scope].home == Some(place.home)) else {
            return;
        };
        let home = &mut self.scopes[home];
        for known in home.known[place.slot + 1..place.until].iter_mut().filter_map(Option::take) {
            home.bytes -= known.output.bytes;
            self.ledger.release(known.output.bytes);
        }
    }

    /// Lets go a scope and all that it holds.
    pub(super) fn end_scope(&mut self, scope: ScopeId) {
        let bytes = self.scopes.take(scope).bytes;
        self.ledger.release(bytes);
    }
}

/// What can be seen from a scope.
pub(super) struct Sight<'m> {
    machine: &'m Machine,
    scope: ScopeId,
}

impl<'m> Sight<'m> {
    fn scopes(&self) -> impl Iterator<Item = &'m Scope> {
        let machine = self.machine;
        machine.scopes_from(self.scope).map(|scope| &machine.scopes[scope])
    }

    fn named(&self, scope: &'m Scope, name: &str) -> Option<View<'m>> {
        match &scope.names {
            Names::None => None,
            Names::Handler { error } => (name == "error").then_some(whole(error)),
            Names::Turn { of, index } => {
                (self.machine.item_name(*of)? == name).then(|| self.machine.turn_view(*of, *index, TurnField::Item))?
            }
            Names::Flow { input, .. } => match name {
                "input" => Some(whole(input)),
                "config" => Some(whole(&self.machine.config)),
                "run" => Some(whole(self.machine.run_value())),
                _ => None,
            },
        }
    }
}

impl Sees for Sight<'_> {
    fn variable(&self, name: &str) -> Option<View<'_>> {
        self.scopes().find_map(|scope| self.named(scope, name))
    }

    fn turn(&self, field: TurnField) -> Option<View<'_>> {
        self.scopes().find_map(|scope| match scope.names {
            Names::Turn { of, index } => self.machine.turn_view(of, index, field),
            Names::None | Names::Flow { .. } | Names::Handler { .. } => None,
        })
    }

    fn step(&self, id: &str) -> Option<StepResult<'_>> {
        let machine = self.machine;
        let place = machine.scopes[self.scope].layout.place(id)?;
        let home = machine.scopes_from(self.scope).find(|scope| machine.scopes[*scope].home == Some(place.home))?;
        match &machine.scopes[home].known[place.slot] {
            Some(known) => Some(StepResult {
                output: &known.output.value,
                status: known.status.code(),
                error: known.error.as_ref(),
            }),
            None if machine.is_left_out(home, place) => None,
            // What comes before and did not run was on a way that was not taken.
            None => Some(StepResult { output: &machine.nothing, status: Status::Skipped.code(), error: None }),
        }
    }
}

pub(super) fn whole(owner: &Arc<Value>) -> View<'_> {
    View::Shared { owner, within: Within::Whole }
}
