//! Steps that call an action.

use super::Machine;
use super::line::{Doing, End, LineId};
use super::op::{Act, Op, Slot};
use super::scope::ScopeId;
use crate::steps::{ActionStep, Step};

impl Machine {
    pub(super) fn act(&mut self, id: LineId, step: &Step, action: &ActionStep) -> Option<End> {
        let scope = self.lines[id].scope;
        let input = match self.value(scope, &action.with, step.pointer(), "/with") {
            Ok(input) => input,
            Err(failure) => return Some(End::Failed(failure)),
        };
        let connection = action.connection.as_deref().map(|name| self.slot(scope, name, action));
        let line = &mut self.lines[id];
        let run = line.step.as_mut()?;
        run.doing = Doing::Acting;
        let act = Act {
            key: run.key.clone(),
            attempt: run.attempt,
            action: action.action.clone(),
            connection,
            input,
            timeout: step.timeout().map(|timeout| (run.started + timeout).since(self.now)),
            deadline: line.deadline,
        };
        self.awaited.insert(run.key.clone(), id);
        self.ops.push(Op::Act(act));
        None
    }

    /// The connection of the flow that the step stands in.
    fn slot(&self, scope: ScopeId, name: &str, action: &ActionStep) -> Slot {
        let slots = self.flow_of(scope).map(|flow| flow.definition().slots.as_slice()).unwrap_or_default();
        let connector = slots.iter().find(|slot| slot.name == name).map_or(action.connector(), |slot| &slot.connector);
        Slot { name: name.to_owned(), connector: connector.to_owned() }
    }
}
