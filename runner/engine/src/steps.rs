//! The steps of a run as its driver follows them: what is told of them, and what is kept for the report.

use std::collections::HashMap;
use std::sync::Arc;

use runner_flow::{Op, Status, StepKey, StepRecord};

use crate::events::{Listeners, RunEvent, StepEvents};
use crate::identity::RunIdentity;
use crate::report::{StepReport, millis};

/// The steps of a run that are under way, and reports of those that are over.
pub(crate) struct Steps {
    identity: Arc<RunIdentity>,
    listeners: Listeners,
    open: HashMap<StepKey, Arc<StepEvents>>,
    pub(crate) reports: Vec<StepReport>,
    pub(crate) left_out: u64,
    within_loops: usize,
}

/// Reports that are kept, half of them of steps that stand by themselves and half of steps within others:
/// a loop of many turns does not crowd out what comes after it.
pub(crate) const REPORTED: usize = 1_000;

impl Steps {
    pub(crate) fn new(identity: &Arc<RunIdentity>, listeners: &Listeners) -> Self {
        Self {
            identity: Arc::clone(identity),
            listeners: listeners.clone(),
            open: HashMap::new(),
            reports: Vec::new(),
            left_out: 0,
            within_loops: 0,
        }
    }

    /// What tells of a step. That it begins is told once.
    pub(crate) fn events_of(&mut self, key: &StepKey, attempts: u32, action: Option<&str>) -> Arc<StepEvents> {
        if let Some(events) = self.open.get(key) {
            return Arc::clone(events);
        }
        let events = StepEvents::new(&self.identity, key.as_str(), &self.listeners, attempts);
        if attempts == 0 {
            let action = action.map(str::to_owned);
            events.tell(|run, tenant, step| RunEvent::StepStarted { run, tenant, step, action });
        }
        self.open.insert(key.clone(), Arc::clone(&events));
        events
    }

    /// Tells that a step waits.
    pub(crate) fn waits(&mut self, op: &Op, delay: std::time::Duration) {
        match op {
            Op::Sleep { key, reason: Some(reason), .. } => {
                let events = self.events_of(key, 0, None);
                events.retry(reason.code.clone(), reason.message.clone(), millis(delay));
            }
            Op::Sleep { key, until, reason: None } => self.waiting(key, None, Some(until.to_string())),
            Op::Wait { key, signal, until } => {
                self.waiting(key, Some(signal.clone()), until.map(|until| until.to_string()));
            }
            Op::Act(_) | Op::Cancel { .. } => {}
        }
    }

    fn waiting(&mut self, key: &StepKey, signal: Option<String>, until: Option<String>) {
        let events = self.events_of(key, 0, None);
        events.tell(|run, tenant, step| RunEvent::Waiting { run, tenant, step, signal, until });
    }

    /// Keeps a step that is over, and tells of it unless it was over before this process came.
    pub(crate) fn ended(&mut self, record: StepRecord, is_news: bool) {
        let events = match is_news {
            true => Some(self.events_of(&record.key, 0, None)),
            false => None,
        };
        self.open.remove(&record.key);
        // A connector may have tried more often than the Machine knows.
        let attempts = events.as_ref().map_or(0, |events| events.attempts()).max(record.attempts);
        let attempts = if record.kind == "action" { attempts } else { 0 };
        let duration = record.finished.since(record.started);
        if let Some(events) = events {
            events.tell(|run, tenant, step| RunEvent::StepFinished {
                run,
                tenant,
                step,
                status: record.status,
                attempts,
                duration_ms: millis(duration),
                output: (record.status == Status::Succeeded).then(|| Arc::clone(&record.output)),
                error: record.error.as_deref().cloned(),
            });
        }
        self.keep(record, attempts, duration);
    }

    fn keep(&mut self, record: StepRecord, attempts: u32, duration: std::time::Duration) {
        let is_within = record.key.as_str().contains(['.', '[']);
        let alike = if is_within { self.within_loops } else { self.reports.len() - self.within_loops };
        if alike >= REPORTED / 2 {
            self.left_out += 1;
            return;
        }
        self.within_loops += usize::from(is_within);
        let StepRecord { key, status, output, error, .. } = record;
        self.reports.push(StepReport { id: key.as_str().into(), status, attempts, duration, output, error });
    }
}
