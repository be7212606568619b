//! Cutting off what is under way. Nothing ends here: what can end at once is queued, what is in flight tells later.

use connector_sdk::{Error, ErrorKind, limits};

use super::Machine;
use super::line::{Doing, End, LineId, Owner, Work};
use super::op::Op;
use crate::failure::Failure;

impl Machine {
    /// Ends the run with this, as soon as nothing is in flight any more.
    pub(super) fn cut_off(&mut self, verdict: End) {
        self.verdict.get_or_insert(verdict);
        if self.main.is_some() {
            self.cancel_line(self.main_line);
        }
    }

    /// The step whose output was too much has done what it should: it is the run that cannot go on.
    pub(super) fn end_if_full(&mut self) {
        if self.ledger.is_full() && self.verdict.is_none() {
            let message = format!("the outputs of the run's steps are over {} MiB together", limits::RUN_OUTPUTS >> 20);
            let error = Error::new(ErrorKind::LimitExceeded, message);
            let error = error.with_fix("let the steps give less, or make several flows of this one");
            self.cut_off(End::Failed(Failure::lasting(&error)));
        }
    }

    /// A step of a line ends the loop, or the flow, that it stands in. What is between ends with it, and what runs
    /// beside is cut off.
    pub(super) fn interrupt(&mut self, line: LineId, end: &End) {
        let mut top = line;
        while let Owner::Step(outer) = self.lines[top].owner {
            let part = self.lines[top].part;
            let Some(parts) = self.lines[outer].parts_mut() else { break };
            match (&parts.work, end) {
                (Work::Flow(_), _) => break,
                (Work::Turns(_), End::Broke(_)) => {
                    self.end_after(outer, part);
                    break;
                }
                _ => parts.verdict = Some(end.clone()),
            }
            top = outer;
        }
        self.cancel_line(top);
    }

    /// Cuts off a line and all that stands in it.
    pub(super) fn cancel_line(&mut self, line: LineId) {
        let mut open = vec![line];
        while let Some(id) = open.pop() {
            let line = &mut self.lines[id];
            if std::mem::replace(&mut line.cancelled, true) {
                continue;
            }
            // A line without a step is in the queue already.
            let Some(step) = &mut line.step else { continue };
            match &mut step.doing {
                Doing::Nothing => {}
                Doing::Acting => self.ops.push(Op::Cancel { key: step.key.clone() }),
                Doing::Resting { .. } | Doing::Sleeping { .. } | Doing::Listening | Doing::Pausing => self.end_wait(id),
                Doing::Parts(parts) => {
                    parts.verdict.get_or_insert(End::Cancelled);
                    open.extend(parts.lines.iter().rev());
                }
            }
        }
    }

    fn end_wait(&mut self, id: LineId) {
        let Some(mut step) = self.lines[id].step.take() else { return };
        self.awaited.remove(&step.key);
        self.signals.unlisten(id);
        self.ops.push(Op::Cancel { key: step.key.clone() });
        if !matches!(std::mem::take(&mut step.doing), Doing::Pausing) {
            self.lines[id].step = Some(step);
        }
        self.queue.push_back(id);
    }
}
