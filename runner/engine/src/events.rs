//! What a run tells while it goes on.

use std::sync::{Arc, Mutex, PoisonError};

use connector_sdk::http::RequestView;
use connector_sdk::{Event, EventSink, Part};
use runner_flow::{ErrorReport, Status};
use serde::Serialize;
use serde_json::Value;

/// Something that happened in a run.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunEvent {
    /// A run begins. A single action has no flow.
    RunStarted {
        run: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        flow: Option<String>,
    },
    /// A step begins.
    StepStarted {
        run: String,
        step: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<String>,
    },
    /// An attempt begins, counted from 1 over the whole step.
    Attempt { run: String, step: String, attempt: u32 },
    /// A piece of an answer arrived, counted from 0 in each attempt. A new attempt voids what earlier ones sent.
    Delta { run: String, step: String, attempt: u32, index: u64, choice: u64, part: Part },
    /// An attempt failed and is repeated after a wait.
    Retry { run: String, step: String, attempt: u32, delay_ms: u64, code: &'static str, reason: String },
    /// A request is about to be sent. Only where requests are wanted; credentials are masked.
    Request { run: String, step: String, request: RequestView },
    /// A step is over.
    StepFinished {
        run: String,
        step: String,
        status: Status,
        attempts: u32,
        duration_ms: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        output: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<ErrorReport>,
    },
    /// The run is over.
    RunFinished {
        run: String,
        status: Status,
        duration_ms: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        output: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<ErrorReport>,
    },
}

/// Where the events of a run go. It is called from within the run and must not block.
pub trait RunEvents: Send + Sync {
    /// Takes an event.
    fn emit(&self, event: RunEvent);
}

/// Drops every event.
#[derive(Debug, Default)]
pub struct NoRunEvents;

impl RunEvents for NoRunEvents {
    fn emit(&self, _: RunEvent) {}
}

/// Tells what one step's actions tell, as events of the run. It counts attempts over all the calls of the step.
pub(crate) struct StepEvents {
    pub(crate) run: String,
    pub(crate) step: String,
    to: Arc<dyn RunEvents>,
    wants_requests: bool,
    count: Mutex<Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    attempts: u32,
    deltas: u64,
}

impl StepEvents {
    pub(crate) fn new(run: &str, step: &str, to: &Arc<dyn RunEvents>, wants_requests: bool) -> Arc<Self> {
        let (run, step, to) = (run.to_owned(), step.to_owned(), Arc::clone(to));
        Arc::new(Self { run, step, to, wants_requests, count: Mutex::default() })
    }

    /// How many attempts there have been.
    pub(crate) fn attempts(&self) -> u32 {
        self.count(|count| count.attempts)
    }

    /// Tells that the last attempt is repeated.
    pub(crate) fn retry(&self, code: &'static str, reason: String, delay_ms: u64) {
        let (run, step) = (self.run.clone(), self.step.clone());
        self.to.emit(RunEvent::Retry { run, step, attempt: self.attempts(), delay_ms, code, reason });
    }

    fn count<T>(&self, change: impl FnOnce(&mut Count) -> T) -> T {
        change(&mut self.count.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EventSink for StepEvents {
    fn emit(&self, event: Event) {
        let (run, step) = (self.run.clone(), self.step.clone());
        match event {
            Event::Attempt { .. } => {
                let attempt = self.count(|count| {
                    *count = Count { attempts: count.attempts + 1, deltas: 0 };
                    count.attempts
                });
                self.to.emit(RunEvent::Attempt { run, step, attempt });
            }
            Event::Delta(delta) => {
                let Count { attempts: attempt, deltas: index } = self.count(|count| {
                    let before = *count;
                    count.deltas += 1;
                    before
                });
                self.to.emit(RunEvent::Delta { run, step, attempt, index, choice: delta.choice, part: delta.part });
            }
            Event::Retry { code, reason, delay_ms, .. } => self.retry(code, reason, delay_ms),
            Event::Request(request) => self.to.emit(RunEvent::Request { run, step, request }),
            _ => {}
        }
    }

    fn wants_requests(&self) -> bool {
        self.wants_requests
    }
}
