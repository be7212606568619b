//! How a step ends: it is tried again, else its failure is handled, else it goes up to what is around.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::Machine;
use super::line::{Doing, End, LineId, Next, Owner, Parts, StepRun, Work};
use super::op::{Op, Reason};
use super::output::Output;
use super::progress::Part;
use super::record::{Status, StepRecord};
use super::scope::{Known, Scope};
use crate::failure::{ErrorReport, Failure, Repeat};
use crate::on_error::OnError;
use crate::retry::{RetrySettings, wait_after};
use crate::steps::{Step, StepKind};
use crate::time::Timestamp;

/// How long an action that sets no time goes on trying.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

impl Machine {
    /// Ends the work of the step that is under way in a line, and says what the line does then.
    pub(super) fn settle(&mut self, line: LineId, end: End) -> Next {
        let Some(mut run) = self.lines[line].step.take() else { return Next::Wait };
        let block = self.lines[line].block.clone();
        let Some(step) = block.get(self.lines[line].index) else { return Next::Wait };
        if let Doing::Parts(parts) = std::mem::take(&mut run.doing) {
            match parts.work {
                Work::Handler(failure) => return self.handled(line, step, run, &failure, end),
                work => self.let_go(work),
            }
        }
        match end {
            End::Gave(output) => {
                self.note(line, step, run, Status::Succeeded, &output, None);
                self.step_on(line, step, output)
            }
            End::Failed(failure) => self.failed(line, step, run, failure),
            End::Broke(_) | End::Stopped(_) => {
                self.note(line, step, run, Status::Succeeded, &Output::default(), None);
                self.end_line_with(line, end)
            }
            End::Cancelled => {
                self.note(line, step, run, Status::Cancelled, &Output::default(), None);
                Next::End(End::Cancelled)
            }
        }
    }

    /// Ends a step without doing what it does.
    pub(super) fn pass(&mut self, line: LineId, step: &Step, status: Status, output: Output) -> Next {
        let Some(run) = self.lines[line].step.take() else { return Next::Wait };
        self.note(line, step, run, status, &output, None);
        self.step_on(line, step, output)
    }

    /// Tries a step again whose wait is over.
    pub(super) fn try_again(&mut self, line: LineId) -> Option<End> {
        let block = self.lines[line].block.clone();
        let step = block.get(self.lines[line].index)?;
        self.forget_inside(self.lines[line].scope, step.id());
        self.attempt(line, step)
    }

    fn failed(&mut self, line: LineId, step: &Step, mut run: StepRun, mut failure: Failure) -> Next {
        failure.error.step.get_or_insert_with(|| run.key.to_string());
        if !self.lines[line].cancelled {
            if let Some(until) = self.repeat_at(step, &run, &failure) {
                let reason =
                    Some(Reason { attempt: run.attempt, code: failure.error.code, message: failure.error.message });
                self.awaited.insert(run.key.clone(), line);
                self.ops.push(Op::Sleep { key: run.key.clone(), until, reason });
                run.doing = Doing::Resting { until };
                self.lines[line].step = Some(run);
                return Next::Wait;
            }
            if let Some(on_error) = step.on_error.as_ref().filter(|on_error| self.is_caught(line, on_error, &failure)) {
                return self.handle(line, step, run, failure, on_error);
            }
        }
        let status = Status::of_error(&failure.error);
        self.note(line, step, run, status, &Output::default(), Some(&failure.error));
        self.end_line_with(line, End::Failed(failure))
    }

    /// When a step that failed is tried again, if it is.
    fn repeat_at(&self, step: &Step, run: &StepRun, failure: &Failure) -> Option<Timestamp> {
        let own = step.retry.as_ref();
        let (may, patience) = match step.kind() {
            StepKind::Action(_) => (failure.repeat.is_for(own.is_some()), Some(PATIENCE)),
            kind if has_steps(kind) => (own.is_some() && !failure.is_final(), None),
            _ => (false, None),
        };
        let most = own.map_or(RetrySettings::DEFAULT.max_attempts, |own| own.max_attempts);
        let asked = failure.error.retry_after_ms.map(Duration::from_millis);
        if !may || run.attempt >= most {
            return None;
        }
        let until = self.now + wait_after(own, asked, &self.run_id, run.key.as_str(), run.attempt);
        let give_up = step.timeout().or(patience).map(|time| run.started + time);
        let in_time = run.deadline.into_iter().chain(give_up).all(|end| until < end);
        in_time.then_some(until)
    }

    /// Nothing is done any more where the time of what is around is over: the failure belongs to what had set it.
    fn is_caught(&self, line: LineId, on_error: &OnError, failure: &Failure) -> bool {
        !self.is_over(self.lines[line].deadline) && on_error.catches.catches(&failure.error.code)
    }

    fn handle(&mut self, line: LineId, step: &Step, mut run: StepRun, failure: Failure, on_error: &OnError) -> Next {
        if on_error.steps.is_empty() {
            return self.handled(line, step, run, &failure, End::Gave(Output::default()));
        }
        let around = &self.lines[line];
        let (outer, prefix) = (around.scope, Arc::clone(&around.prefix));
        let error = Arc::new(json!(failure.error));
        let scope = self.scopes.add(Scope::of_handler(outer, self.layout(outer), error));
        run.doing = Parts::of(Work::Handler(failure));
        self.lines[line].step = Some(run);
        self.begin_part(line, Part { number: 0, block: on_error.steps.clone(), scope, owns_scope: true, prefix });
        Next::Wait
    }

    /// What was done about a failure is over.
    fn handled(&mut self, line: LineId, step: &Step, run: StepRun, failure: &Failure, end: End) -> Next {
        let output = match &end {
            End::Gave(output) => output.clone(),
            End::Failed(_) | End::Broke(_) | End::Stopped(_) | End::Cancelled => Output::default(),
        };
        self.note(line, step, run, Status::of_error(&failure.error), &output, Some(&failure.error));
        match end {
            End::Gave(output) => self.step_on(line, step, output),
            end => self.end_line_with(line, end),
        }
    }

    /// The line goes on to the next step.
    fn step_on(&mut self, id: LineId, step: &Step, output: Output) -> Next {
        let line = &mut self.lines[id];
        line.index += 1;
        // A loop that is not ended gives what it would give without the step that could have ended it.
        if !matches!(step.kind(), StepKind::Break) {
            line.last = output;
        }
        Next::Step
    }

    /// The line ends with its step. One that is cut off has nothing to say, unless something is in doubt, or it is cut
    /// off by what its own step says.
    fn end_line_with(&mut self, id: LineId, end: End) -> Next {
        let line = &mut self.lines[id];
        Next::End(match end {
            End::Broke(_) => End::Broke(std::mem::take(&mut line.last)),
            end if end.is_in_doubt() || matches!(end, End::Stopped(_)) => end,
            _ if line.cancelled => End::Cancelled,
            end => end,
        })
    }

    /// Records a step that is over, and shows its result to expressions.
    fn note(
        &mut self,
        line: LineId,
        step: &Step,
        run: StepRun,
        status: Status,
        output: &Output,
        error: Option<&ErrorReport>,
    ) {
        let shown = error.map(|error| Arc::new(json!(error)));
        self.remember(self.lines[line].scope, step.id(), Known { output: output.clone(), status, error: shown });
        self.ended.push(StepRecord {
            key: run.key,
            kind: step.kind().name().into(),
            status,
            output: Arc::clone(&output.value),
            error: error.cloned().map(Box::new),
            attempts: run.attempt,
            started: run.started,
            finished: self.now,
        });
        self.end_if_full();
    }

    /// Lets go what stood in a step.
    fn let_go(&mut self, work: Work) {
        match work {
            Work::Turns(turns) => self.ledger.release(turns.held),
            Work::Branches(branches) => self.ledger.release(branches.held),
            Work::Flow(flow) => self.end_scope(flow.scope),
            Work::Arm | Work::Handler(_) => {}
        }
    }

    pub(super) fn is_over(&self, deadline: Option<Timestamp>) -> bool {
        deadline.is_some_and(|deadline| deadline <= self.now)
    }

    /// The failure of what is under way in this line when its time is over: whose time it was is said.
    pub(super) fn time_is_over(&self, line: LineId) -> Failure {
        let mut line = line;
        while self.is_over(self.lines[line].deadline) {
            match self.lines[line].owner {
                Owner::Step(outer) => line = outer,
                Owner::Run => return Failure::timeout("the time allowed for the run is over".to_owned()),
            }
        }
        let key = self.lines[line].step.as_ref().map(|step| step.key.as_str()).unwrap_or_default();
        Failure::timeout(format!("the time allowed for the step {key:?} is over"))
    }
}

fn has_steps(kind: &StepKind) -> bool {
    match kind {
        StepKind::Branch(_)
        | StepKind::ForEach(_)
        | StepKind::Repeat(_)
        | StepKind::Parallel(_)
        | StepKind::SubFlow(_) => true,
        StepKind::Action(_)
        | StepKind::Break
        | StepKind::Set(_)
        | StepKind::Wait(_)
        | StepKind::Stop(_)
        | StepKind::Fail(_) => false,
    }
}

impl Repeat {
    /// Whether an attempt of a step may be repeated that asks for it, or does not.
    fn is_for(self, asks: bool) -> bool {
        match self {
            Self::Never => false,
            Self::IfAsked => asks,
            Self::ByDefault => true,
        }
    }
}
