//! The steps of a run as its driver follows them: what is told of them, and what is kept for the report.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use runner_flow::{Op, Reason, Status, StepKey, StepRecord};

use crate::events::{Listeners, RunEvent, StepEvents};
use crate::identity::RunIdentity;
use crate::report::{StepReport, millis};

/// The steps of a run that are under way, and reports of those that are over.
pub(crate) struct Steps {
    identity: Arc<RunIdentity>,
    listeners: Listeners,
    open: HashMap<StepKey, Arc<StepEvents>>,
    /// What is told once it is written: of the steps that begin, and of those that wait.
    news: Vec<(StepKey, Option<News>)>,
    pub(crate) reports: Vec<StepReport>,
    pub(crate) left_out: u64,
    within_loops: usize,
}

/// What is told of a step beside that it begins.
enum News {
    Waits { signal: Option<String>, until: Option<String> },
    Repeats { reason: Reason, delay: Duration },
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
            news: Vec::new(),
            reports: Vec::new(),
            left_out: 0,
            within_loops: 0,
        }
    }

    /// What tells of a step that calls an action.
    pub(crate) fn acts(&mut self, key: &StepKey, attempts: u32, action: &str) -> Arc<StepEvents> {
        self.news.push((key.clone(), None));
        self.events_of(key, attempts, Some(action))
    }

    /// Notes that a step waits.
    pub(crate) fn waits(&mut self, op: &Op, delay: Duration) {
        let (key, news) = match op {
            Op::Sleep { key, reason: Some(reason), .. } => (key, News::Repeats { reason: reason.clone(), delay }),
            Op::Sleep { key, until, reason: None } => {
                (key, News::Waits { signal: None, until: Some(until.to_string()) })
            }
            Op::Wait { key, signal, until } => {
                (key, News::Waits { signal: Some(signal.clone()), until: until.map(|until| until.to_string()) })
            }
            Op::Act(_) | Op::Cancel { .. } => return,
        };
        self.events_of(key, 0, None);
        self.news.push((key.clone(), Some(news)));
    }

    /// Tells of the steps that have begun, or wait, since the last time.
    pub(crate) fn tell_news(&mut self) {
        for (key, news) in std::mem::take(&mut self.news) {
            // What is over already has been told whole.
            let Some(events) = self.open.get(&key) else { continue };
            events.announce();
            match news {
                None => {}
                Some(News::Repeats { reason: Reason { attempt, code, message }, delay }) => {
                    // A connector may have tried more often than the Machine knows, which alone counts a step of steps.
                    events.retry(events.attempts().max(attempt), code, message, millis(delay));
                }
                Some(News::Waits { signal, until }) => {
                    events.tell(|run, tenant, step| RunEvent::Waiting { run, tenant, step, signal, until });
                }
            }
        }
    }

    fn events_of(&mut self, key: &StepKey, attempts: u32, action: Option<&str>) -> Arc<StepEvents> {
        let new =
            || StepEvents::new(&self.identity, key.as_str(), action.map(str::to_owned), &self.listeners, attempts);
        Arc::clone(self.open.entry(key.clone()).or_insert_with(new))
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
            events.announce();
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
