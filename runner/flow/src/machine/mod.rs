//! The Machine: a pure state machine that says what a run does next.
//!
//! It is told the time and what became of its operations, and answers with operations. Nothing else goes in, so that
//! the same completions always give the same operations: a run can be replayed, moved and tested with a fake clock.
//! Nothing in it recurses over turns or steps, and what is over is let go.

mod action;
mod arena;
mod branch;
mod cancel;
mod evaluate;
mod group;
mod layout;
mod line;
mod loops;
mod op;
mod output;
mod parallel;
mod progress;
mod record;
mod refusal;
mod run;
mod scope;
mod settle;
mod shared;
mod signals;
mod step_key;
mod sub_flow;
mod wait;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use connector_sdk::Schema;
use serde_json::{Value, json};

pub(crate) use self::layout::Layout;
use self::line::{Doing, End, LineId, Lines};
pub use self::op::{Act, Done, Op, Outcome, Pins, Reason, Signal, Slot};
use self::output::{Ledger, Output};
pub use self::record::{Status, StepRecord};
use self::run::FlowRun;
use self::scope::Scopes;
use self::signals::Signals;
pub use self::step_key::StepKey;
use crate::failure::Failure;
use crate::flow::Flow;
use crate::time::Timestamp;

/// What a run begins with.
#[derive(Clone, Debug, Default)]
pub struct MachineStart {
    /// `run_…`.
    pub run_id: String,
    /// The run's input.
    pub input: Value,
    /// What the customer has set.
    pub config: Value,
    /// Whose run it is.
    pub tenant: String,
    /// What the host says about the run.
    pub labels: BTreeMap<String, String>,
    /// Outputs of steps that are taken as given.
    pub pins: Pins,
    /// The one step to run, if not all are. Its output is then the run's, and the input is not checked.
    pub only: Option<String>,
    /// How long the run may take.
    pub timeout: Option<Duration>,
}

/// One run of a flow.
#[derive(Debug)]
pub struct Machine {
    flow: Arc<Flow>,
    run_id: String,
    pins: Pins,
    only: Option<String>,
    timeout: Option<Duration>,
    /// What expressions know as `input`, until the run begins.
    input: Output,
    config: Arc<Value>,
    tenant: String,
    labels: BTreeMap<String, String>,
    /// What expressions know as `run`, once one asks for it.
    run: OnceLock<Arc<Value>>,
    nothing: Arc<Value>,
    now: Timestamp,
    started_at: Option<Timestamp>,
    lines: Lines,
    scopes: Scopes,
    /// Lines that go on.
    queue: VecDeque<LineId>,
    /// The lines whose steps wait for something outside.
    awaited: BTreeMap<StepKey, LineId>,
    signals: Signals,
    ledger: Ledger,
    /// Steps that began since something was last told.
    begun: usize,
    ended: Vec<StepRecord>,
    ops: Vec<Op>,
    /// The flow of the run, while it is under way.
    main: Option<FlowRun>,
    main_line: LineId,
    /// When the time of the run is over.
    deadline: Option<Timestamp>,
    /// How the run ends, once something has cut it off.
    verdict: Option<End>,
    outcome: Option<Outcome>,
}

impl Machine {
    /// Which operations the same completions give. A run that another version began cannot be replayed.
    pub const VERSION: u32 = 1;

    /// A run that has not begun.
    pub fn new(flow: Arc<Flow>, begin: MachineStart) -> Self {
        let definition = flow.definition();
        let input = with_defaults(definition.input.as_ref(), begin.input);
        let config = with_defaults(definition.config.as_ref(), begin.config);
        Self {
            flow,
            run_id: begin.run_id,
            pins: begin.pins,
            only: begin.only,
            timeout: begin.timeout,
            input: Output::new(input),
            config: Arc::new(config),
            tenant: begin.tenant,
            labels: begin.labels,
            run: OnceLock::new(),
            nothing: Output::default().value,
            now: Timestamp::default(),
            started_at: None,
            lines: Lines::default(),
            scopes: Scopes::default(),
            queue: VecDeque::new(),
            awaited: BTreeMap::new(),
            signals: Signals::default(),
            ledger: Ledger::default(),
            begun: 0,
            ended: Vec::new(),
            ops: Vec::new(),
            main: None,
            main_line: LineId::default(),
            deadline: None,
            verdict: None,
            outcome: None,
        }
    }

    /// Begins.
    pub fn start(&mut self, at: Timestamp) -> Vec<Op> {
        if self.started_at.is_some() || self.outcome.is_some() {
            return Vec::new();
        }
        self.started_at = Some(at);
        // Before it began, it was asked for without the time.
        self.run.take();
        self.now = at;
        match self.refusal() {
            Some(failure) => self.outcome = Some(Outcome::Failed { step: None, failure }),
            None => self.begin_run(),
        }
        self.progress()
    }

    /// Takes what became of an operation, or a signal. What was not asked for, or is no longer, is ignored.
    pub fn complete(&mut self, done: Done, at: Timestamp) -> Vec<Op> {
        if self.started_at.is_none() || self.outcome.is_some() {
            return Vec::new();
        }
        match done {
            Done::Acted { key, attempt, outcome } => self.acted(&key, attempt, outcome, at),
            Done::Slept { key } => self.slept(&key, at),
            Done::Signalled(signal) => self.signalled(signal, at),
        }
        self.progress()
    }

    /// Ends the run. What is in flight is cancelled, and tells what became of it.
    pub fn cancel(&mut self, at: Timestamp) -> Vec<Op> {
        match (&self.main, &self.outcome) {
            (_, Some(_)) => {}
            (Some(_), None) if self.verdict.is_some() => {}
            (None, None) => self.outcome = Some(Outcome::Cancelled),
            (Some(_), None) => {
                self.it_is(at);
                self.cut_off(End::Cancelled);
            }
        }
        self.progress()
    }

    /// How the run ended, once it has and nothing is in flight any more.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// What expressions know as `run`.
    fn run_value(&self) -> &Arc<Value> {
        self.run.get_or_init(|| {
            let started_at = self.started_at.map(|at| at.to_string());
            let Self { run_id, tenant, labels, .. } = self;
            Arc::new(json!({ "id": run_id, "started_at": started_at, "tenant": tenant, "labels": labels }))
        })
    }

    /// The steps that are over since this was last asked, in the order in which they ended.
    pub fn take_ended(&mut self) -> Vec<StepRecord> {
        std::mem::take(&mut self.ended)
    }

    /// The clock of a driver may go back, as after a restart somewhere else; the time of a run does not. What is ignored
    /// does not move it either.
    fn it_is(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
    }

    /// The attempt of a step ended.
    fn acted(&mut self, key: &StepKey, attempt: u32, outcome: Result<Value, Failure>, at: Timestamp) {
        let Some(line) = self.awaited.get(key).copied() else { return };
        let step = self.lines[line].step.as_ref();
        if step.is_some_and(|step| matches!(step.doing, Doing::Acting) && step.attempt == attempt) {
            self.it_is(at);
            self.awaited.remove(key);
            self.step_ended(line, End::from(outcome.map(Output::new)));
        }
    }

    /// A step has waited as long as it asked for.
    fn slept(&mut self, key: &StepKey, at: Timestamp) {
        let Some(line) = self.awaited.get(key).copied() else { return };
        let Some(step) = &mut self.lines[line].step else { return };
        let Some(until) = step.wakes_at() else { return };
        let doing = std::mem::take(&mut step.doing);
        // A timer may be early by a little: what it was set for has come nevertheless.
        self.it_is(at.max(until));
        self.awaited.remove(key);
        self.signals.unlisten(line);
        let end = match doing {
            Doing::Sleeping { to_the_end: true, .. } => Some(End::Gave(Output::default())),
            Doing::Sleeping { to_the_end: false, .. } | Doing::Listening => Some(End::Failed(self.time_is_over(line))),
            Doing::Resting { .. } => self.try_again(line),
            Doing::Pausing | Doing::Nothing | Doing::Acting | Doing::Parts(_) => {
                self.lines[line].step = None;
                self.queue.push_back(line);
                None
            }
        };
        if let Some(end) = end {
            self.step_ended(line, end);
        }
    }
}

/// A value with the defaults of what its schema requires.
fn with_defaults(schema: Option<&Schema>, mut value: Value) -> Value {
    schema.into_iter().for_each(|schema| schema.fill_defaults(&mut value));
    value
}
