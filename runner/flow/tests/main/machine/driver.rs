//! Does what a Machine asks for, by a script and with a fake clock, and looks that it asks for nothing unsound.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::Effect;
use connector_sdk::{Error, ErrorKind, Evidence, retry::OwnRetries};
use runner_flow::{
    Act, Done, Failure, Flow, Folder, Machine, MachineStart, Op, Outcome, Signal, Status, StepKey, StepRecord,
    Timestamp,
};
use serde_json::{Value, json};

pub(crate) const START: Timestamp = Timestamp::from_millis(1_000_000);

/// What became of an attempt.
pub(crate) type Answer = Result<Value, Failure>;

/// A run, and all that it has asked for and not been told about.
pub(crate) struct Driver {
    pub(crate) machine: Machine,
    pub(crate) at: Timestamp,
    /// What is outstanding, by key.
    pub(crate) open: BTreeMap<String, Open>,
    pub(crate) records: Vec<StepRecord>,
    /// Every operation, in order.
    pub(crate) ops: Vec<Op>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Open {
    pub(crate) op: Op,
    /// Which operation it was.
    pub(crate) number: usize,
    pub(crate) cancelled: bool,
}

impl Driver {
    /// A run of these steps that has begun.
    pub(crate) fn of(steps: Value) -> Self {
        Self::begin(&flow(json!({ "steps": steps })), MachineStart::default())
    }

    pub(crate) fn begin(flow: &Arc<Flow>, begin: MachineStart) -> Self {
        let mut driver = Self::new(flow, begin);
        driver.start();
        driver
    }

    pub(crate) fn new(flow: &Arc<Flow>, begin: MachineStart) -> Self {
        let run_id = if begin.run_id.is_empty() { "run_1".to_owned() } else { begin.run_id };
        let machine = Machine::new(Arc::clone(flow), MachineStart { run_id, ..begin });
        Self { machine, at: START, open: BTreeMap::new(), records: Vec::new(), ops: Vec::new() }
    }

    pub(crate) fn start(&mut self) {
        let ops = self.machine.start(self.at);
        self.take(ops);
    }

    pub(crate) fn tell(&mut self, done: Done) {
        let ops = self.machine.complete(done, self.at);
        self.take(ops);
    }

    pub(crate) fn cancel(&mut self) {
        let ops = self.machine.cancel(self.at);
        self.take(ops);
    }

    pub(crate) fn signal(&mut self, id: &str, name: &str, data: Value) {
        self.tell(Done::Signalled(Signal { id: id.to_owned(), name: name.to_owned(), data }));
    }

    pub(crate) fn later(&mut self, millis: u64) {
        self.at = self.at + Duration::from_millis(millis);
    }

    /// The attempt of this step that is outstanding.
    pub(crate) fn act(&self, key: &str) -> Act {
        match self.open.get(key).map(|open| &open.op) {
            Some(Op::Act(act)) => act.clone(),
            other => panic!("{key} does not act: {other:?}, open are {:?}", self.open.keys()),
        }
    }

    /// The key of this step, which has something outstanding.
    pub(crate) fn op_of(&self, step: &str) -> StepKey {
        match &self.open[step].op {
            Op::Act(act) => act.key.clone(),
            Op::Sleep { key, .. } | Op::Wait { key, .. } | Op::Cancel { key } => key.clone(),
        }
    }

    pub(crate) fn answer(&mut self, key: &str, outcome: Answer) {
        let act = self.act(key);
        self.open.remove(key);
        self.tell(Done::Acted { key: act.key, attempt: act.attempt, outcome });
    }

    pub(crate) fn ok(&mut self, key: &str, output: Value) {
        self.answer(key, Ok(output));
    }

    /// Ends the sleep of a step, or the time of its wait; the clock goes there.
    pub(crate) fn wake(&mut self, key: &str) {
        let (key, until) = match self.open.remove(key).map(|open| open.op) {
            Some(Op::Sleep { key, until, .. } | Op::Wait { key, until: Some(until), .. }) => (key, until),
            other => panic!("{key} does not sleep: {other:?}"),
        };
        self.at = self.at.max(until);
        self.tell(Done::Slept { key });
    }

    /// Answers every attempt in the order in which they were asked for, and sleeps when there is none.
    pub(crate) fn run(&mut self, answer: impl Fn(&Act) -> Answer) {
        while self.machine.outcome().is_none() {
            let acts = self.open.values().filter(|open| matches!(open.op, Op::Act(_)));
            if let Some(Op::Act(act)) = acts.min_by_key(|open| open.number).map(|open| open.op.clone()) {
                self.answer(act.key.as_str(), answer(&act));
                continue;
            }
            let wakes = self.open.values().filter_map(|open| Some((until(&open.op)?, open.number, key(&open.op))));
            let Some((.., next)) = wakes.min() else { return };
            let next = next.to_owned();
            self.wake(&next);
        }
    }

    /// Runs to the end, where every action gives its input.
    pub(crate) fn echo(mut self) -> Self {
        self.run(|act| Ok(act.input.clone()));
        self
    }

    /// The output of a run that has succeeded.
    #[track_caller]
    pub(crate) fn output(&self) -> Value {
        match self.machine.outcome() {
            Some(Outcome::Succeeded { output }) => (**output).clone(),
            other => panic!("{other:?}, open are {:?}", self.open),
        }
    }

    /// The step, the code and the message of a run that has failed.
    #[track_caller]
    pub(crate) fn failure(&self) -> (Option<String>, String, String) {
        match self.machine.outcome() {
            Some(Outcome::Failed { step, failure }) => {
                (step.as_ref().map(ToString::to_string), failure.error.code.to_string(), failure.error.message.clone())
            }
            other => panic!("{other:?}, open are {:?}", self.open),
        }
    }

    #[track_caller]
    pub(crate) fn failed_with(&self, step: &str, code: &str) {
        let (found, found_code, _) = self.failure();
        assert_eq!((found.as_deref(), found_code.as_str()), (Some(step), code));
    }

    /// The keys of the steps that are over, in order, with how they ended.
    pub(crate) fn ended(&self) -> Vec<(&str, Status)> {
        self.records.iter().map(|record| (record.key.as_str(), record.status)).collect()
    }

    pub(crate) fn status(&self, key: &str) -> Option<Status> {
        self.records.iter().find(|record| record.key.as_str() == key).map(|record| record.status)
    }

    pub(crate) fn record(&self, key: &str) -> &StepRecord {
        self.records.iter().find(|record| record.key.as_str() == key).unwrap_or_else(|| panic!("no record of {key}"))
    }

    /// The keys of what is outstanding and not cancelled.
    pub(crate) fn waiting(&self) -> Vec<&str> {
        self.open.iter().filter(|(_, open)| !open.cancelled).map(|(key, _)| key.as_str()).collect()
    }

    pub(crate) fn take(&mut self, ops: Vec<Op>) {
        self.records.extend(self.machine.take_ended());
        for op in ops {
            self.ops.push(op.clone());
            let number = self.ops.len();
            if let Op::Cancel { key } = &op {
                let open = self.open.get_mut(key.as_str()).unwrap_or_else(|| panic!("{key} is cancelled and not open"));
                assert!(!open.cancelled, "{key} is cancelled twice");
                open.cancelled = true;
                if !matches!(open.op, Op::Act(_)) {
                    self.open.remove(key.as_str());
                }
                continue;
            }
            let before = self.open.insert(key(&op).to_owned(), Open { op, number, cancelled: false });
            assert_eq!(before, None, "two operations have the same key");
        }
        if self.machine.outcome().is_some() {
            assert!(self.open.is_empty(), "there is an outcome while this is outstanding: {:?}", self.open);
        }
    }
}

pub(crate) fn key(op: &Op) -> &str {
    match op {
        Op::Act(act) => act.key.as_str(),
        Op::Sleep { key, .. } | Op::Wait { key, .. } | Op::Cancel { key } => key.as_str(),
    }
}

pub(crate) fn until(op: &Op) -> Option<Timestamp> {
    match op {
        Op::Sleep { until, .. } => Some(*until),
        Op::Wait { until, .. } => *until,
        Op::Act(_) | Op::Cancel { .. } => None,
    }
}

/// A flow with these keys beside the ones that it needs.
pub(crate) fn flow(more: Value) -> Arc<Flow> {
    flow_in(more, &[])
}

/// A flow in a folder with these other ones.
pub(crate) fn flow_in(more: Value, others: &[(&str, Value)]) -> Arc<Flow> {
    let others = others.iter().map(|(name, more)| (format!("{name}.linkwork.json"), text(name, more)));
    let text = text("test", &more);
    Arc::new(Flow::parse_in(&text, &Files(others.collect())).unwrap_or_else(|found| panic!("{found:#?}")))
}

fn text(name: &str, more: &Value) -> String {
    let mut file = json!({ "linkwork": 1, "name": name, "connections": { "m": { "connector": "model" } } });
    file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    file.to_string()
}

struct Files(BTreeMap<String, String>);

impl Folder for Files {
    fn read(&self, file: &str) -> Result<String, String> {
        self.0.get(file).cloned().ok_or_else(|| "there is no such file".to_owned())
    }
}

/// A step that calls an action, with these keys beside.
pub(crate) fn ask(id: &str, more: Value) -> Value {
    let mut step = json!({ "id": id, "action": "model/ask" });
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step
}

pub(crate) fn failure(kind: ErrorKind, evidence: Evidence, effect: Effect) -> Failure {
    let error = Error::new(kind, "it failed").with_evidence(evidence);
    Failure::of_attempt(&error, effect, 1, OwnRetries::Unsaid)
}

/// A failure that is not worth repeating.
pub(crate) fn rejected() -> Failure {
    failure(ErrorKind::Rejected, Evidence::Final, Effect::Read)
}

/// A failure that any step repeats.
pub(crate) fn refused() -> Failure {
    failure(ErrorKind::RateLimited, Evidence::Refused, Effect::Read)
}

/// A write that was sent and not answered.
pub(crate) fn in_doubt() -> Failure {
    failure(ErrorKind::OutcomeUnknown, Evidence::Unanswered, Effect::Write)
}

/// What an attempt tells that was cancelled before it did anything.
pub(crate) fn cancelled() -> Failure {
    failure(ErrorKind::Cancelled, Evidence::NotSent, Effect::Read)
}

pub(crate) fn timed_out() -> Failure {
    failure(ErrorKind::Timeout, Evidence::Unanswered, Effect::Write)
}
