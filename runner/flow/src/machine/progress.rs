//! How lines go on: the next step begins, and what has ended ends what is around it.

use std::borrow::Cow;
use std::sync::Arc;

use super::Machine;
use super::line::{Doing, End, Line, LineId, Next, Owner, Parts, StepRun, Work};
use super::op::Op;
use super::output::Output;
use super::record::Status;
use super::scope::ScopeId;
use super::step_key::StepKey;
use crate::failure::Failure;
use crate::steps::{Block, Step, StepKind};
use crate::time::Timestamp;

/// How many steps may begin before others have their turn, and what has ended is taken away.
const STRETCH: usize = 100_000;

/// What a new line goes through, and where.
pub(super) struct Part {
    pub(super) number: usize,
    pub(super) block: Block,
    pub(super) scope: ScopeId,
    pub(super) owns_scope: bool,
    pub(super) prefix: Arc<str>,
}

impl Machine {
    /// Goes on until everything waits for something outside, and says for what.
    pub(super) fn progress(&mut self) -> Vec<Op> {
        self.begun = 0;
        while let Some(line) = self.queue.pop_front() {
            self.go_on(line);
        }
        std::mem::take(&mut self.ops)
    }

    fn go_on(&mut self, line: LineId) {
        let block = self.lines[line].block.clone();
        loop {
            match self.next_step(line, &block) {
                Next::Step => {}
                Next::Wait => return,
                Next::End(end) => return self.line_ended(line, end),
            }
        }
    }

    fn next_step(&mut self, id: LineId, block: &Block) -> Next {
        let line = &mut self.lines[id];
        if line.cancelled && line.step.is_some() {
            return self.settle(id, End::Cancelled);
        }
        if line.cancelled {
            return Next::End(End::Cancelled);
        }
        match block[..line.end].get(line.index) {
            Some(step) => self.begin(id, step),
            None => Next::End(End::Gave(std::mem::take(&mut line.last))),
        }
    }

    fn begin(&mut self, id: LineId, step: &Step) -> Next {
        let key = self.key_of(id, step);
        let line = &mut self.lines[id];
        let own = step.timeout().map(|timeout| self.now + timeout);
        let deadline = Timestamp::first(line.deadline, own);
        let doing = Doing::Nothing;
        line.step = Some(StepRun { key: key.clone(), started: self.now, attempt: 0, deadline, doing });
        if self.begun == STRETCH {
            return self.pause(id, key);
        }
        self.begun += 1;
        let is_only = self.only.as_deref() == Some(key.as_str());
        if !is_only && let Some(output) = self.pins.get(key.as_str()) {
            let output = Output::new(output.clone());
            return self.pass(id, step, Status::Succeeded, output);
        }
        match self.is_wanted(id, step) {
            _ if is_only => {}
            Ok(true) => {}
            Ok(false) => return self.pass(id, step, Status::Skipped, Output::default()),
            Err(failure) => return self.settle(id, End::Failed(failure)),
        }
        match self.attempt(id, step) {
            Some(end) => self.settle(id, end),
            None => Next::Wait,
        }
    }

    fn is_wanted(&self, line: LineId, step: &Step) -> Result<bool, Failure> {
        match &step.condition {
            Some(condition) => self.holds(self.lines[line].scope, condition, step.pointer(), "/if"),
            None => Ok(true),
        }
    }

    fn pause(&mut self, line: LineId, key: StepKey) -> Next {
        self.set_doing(line, Doing::Pausing);
        self.awaited.insert(key.clone(), line);
        self.ops.push(Op::Sleep { key, until: self.now, reason: None });
        Next::Wait
    }

    /// Does what a step does, for the first time or again. If that is over at once, how it ended.
    pub(super) fn attempt(&mut self, line: LineId, step: &Step) -> Option<End> {
        let run = self.lines[line].step.as_mut()?;
        if run.deadline.is_some_and(|deadline| deadline <= self.now) {
            return Some(End::Failed(self.time_is_over(line)));
        }
        run.attempt += 1;
        let scope = self.lines[line].scope;
        match step.kind() {
            StepKind::Action(action) => self.act(line, step, action),
            StepKind::Branch(branch) => self.begin_branch(line, step, branch),
            StepKind::ForEach(each) => self.begin_for_each(line, step, each),
            StepKind::Repeat(repeat) => self.begin_repeat(line, step, repeat),
            StepKind::Break => {
                let end = End::Broke(Output::default());
                self.interrupt(line, &end);
                Some(end)
            }
            StepKind::Parallel(parallel) => self.begin_parallel(line, step, parallel),
            StepKind::SubFlow(sub) => self.begin_sub_flow(line, step, sub),
            StepKind::Set(set) => Some(self.value(scope, &set.value, step.pointer(), "/set").map(Output::new).into()),
            StepKind::Wait(wait) => self.begin_wait(line, step, wait),
            StepKind::Stop(stop) => match self.value(scope, &stop.response, step.pointer(), "/stop") {
                Ok(response) => {
                    let end = End::Stopped(Output::new(response));
                    self.interrupt(line, &end);
                    Some(end)
                }
                Err(failure) => Some(End::Failed(failure)),
            },
            StepKind::Fail(fail) => Some(End::Failed(self.failure_of(scope, step, fail))),
        }
    }

    /// Begins a line of its own for a part of a step.
    pub(super) fn begin_part(&mut self, of: LineId, part: Part) -> LineId {
        let around = &self.lines[of];
        let is_handler = around.parts().is_some_and(|parts| matches!(parts.work, Work::Handler(_)));
        // What is done on an error is not bound to the time that the step had.
        let inside = around.step.as_ref().and_then(|step| step.deadline);
        let line = Line {
            owner: Owner::Step(of),
            part: part.number,
            end: part.block.len(),
            block: part.block,
            scope: part.scope,
            owns_scope: part.owns_scope,
            prefix: part.prefix,
            deadline: if is_handler { around.deadline } else { inside },
            ..Line::default()
        };
        let line = self.lines.add(line);
        self.queue.push_back(line);
        if let Some(parts) = self.lines[of].parts_mut() {
            parts.lines.push(line);
        }
        line
    }

    /// What a step does ended, and it had waited for that.
    pub(super) fn step_ended(&mut self, line: LineId, end: End) {
        match self.settle(line, end) {
            Next::Step => self.queue.push_back(line),
            Next::Wait => {}
            Next::End(end) => self.line_ended(line, end),
        }
    }

    /// A line ended, and what is around it as far as that ends it too.
    fn line_ended(&mut self, mut id: LineId, mut end: End) {
        loop {
            let line = self.lines.take(id);
            let outer = match line.owner {
                Owner::Run => {
                    self.run_part_ended(end);
                    None
                }
                Owner::Step(outer) => self.part_ended(outer, id, &line, end).map(|end| (outer, end)),
            };
            if line.owns_scope {
                self.end_scope(line.scope);
            }
            let Some((outer, step_end)) = outer else { return };
            match self.settle(outer, step_end) {
                Next::Step => return self.queue.push_back(outer),
                Next::Wait => return,
                Next::End(line_end) => (id, end) = (outer, line_end),
            }
        }
    }

    /// A line of a step ended. If all that stands in the step is over with it, how the step ended.
    fn part_ended(&mut self, of: LineId, part: LineId, line: &Line, end: End) -> Option<End> {
        let parts = self.lines[of].parts_mut()?;
        parts.lines.retain(|other| *other != part);
        if parts.verdict.is_none() {
            let verdict = self.verdict_after(of, line, end);
            self.decide(of, verdict);
        } else if end.is_in_doubt() {
            parts.verdict = Some(end);
        }
        let parts = self.lines[of].parts_mut().filter(|parts| parts.lines.is_empty())?;
        parts.verdict.take()
    }

    /// What the end of one of its lines means for a step. None if it goes on.
    fn verdict_after(&mut self, of: LineId, line: &Line, end: End) -> Option<End> {
        match &self.lines[of].parts()?.work {
            Work::Arm | Work::Handler(_) => Some(end),
            Work::Turns(_) => self.turn_ended(of, line, end),
            Work::Branches(_) => self.branch_ended(of, line.part, end),
            Work::Flow(_) => self.sub_flow_ended(of, line, end),
        }
    }

    /// How a step ends is known: what still stands in it is cut off.
    fn decide(&mut self, of: LineId, verdict: Option<End>) {
        let Some(parts) = self.lines[of].parts_mut().filter(|_| verdict.is_some()) else { return };
        parts.verdict = verdict;
        for line in parts.lines.clone() {
            self.cancel_line(line);
        }
    }

    pub(super) fn set_doing(&mut self, line: LineId, doing: Doing) {
        if let Some(step) = &mut self.lines[line].step {
            step.doing = doing;
        }
    }

    fn key_of(&self, line: LineId, step: &Step) -> StepKey {
        match &*self.lines[line].prefix {
            "" => StepKey::new(step.id()),
            prefix => StepKey::new(&[prefix, step.id()].concat()),
        }
    }
}

impl Line {
    pub(super) fn parts(&self) -> Option<&Parts> {
        match &self.step.as_ref()?.doing {
            Doing::Parts(parts) => Some(parts),
            _ => None,
        }
    }

    pub(super) fn parts_mut(&mut self) -> Option<&mut Parts> {
        match &mut self.step.as_mut()?.doing {
            Doing::Parts(parts) => Some(parts),
            _ => None,
        }
    }

    /// The key of the step that is under way, with its round from the second one on.
    pub(super) fn round_key(&self) -> Cow<'_, str> {
        match &self.step {
            Some(step) if step.attempt > 1 => format!("{}~{}", step.key, step.attempt).into(),
            Some(step) => step.key.as_str().into(),
            None => "".into(),
        }
    }

    /// What the keys begin with of steps that stand in the step under way without being numbered by it.
    pub(super) fn inner_prefix(&self) -> Arc<str> {
        match &self.step {
            Some(step) if step.attempt > 1 => format!("{}.", self.round_key()).into(),
            _ => Arc::clone(&self.prefix),
        }
    }
}
