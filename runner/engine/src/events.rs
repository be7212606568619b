//! What a run tells while it goes on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use connector_sdk::http::RequestView;
use connector_sdk::{Event, EventSink, Part};
use runner_flow::{ErrorReport, Status};
use serde::Serialize;
use serde_json::Value;

use crate::identity::{RunIdentity, is_sole};

/// Something that happened in a run. The tenant is left out in the JSON of a host that has only one.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunEvent {
    /// A run begins. A single action has no flow.
    RunStarted {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        flow: Option<String>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        labels: BTreeMap<String, String>,
    },
    /// A step begins.
    StepStarted {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        step: Arc<str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<String>,
    },
    /// An attempt begins, counted from 1 over the whole step.
    Attempt {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        step: Arc<str>,
        attempt: u32,
    },
    /// A piece of an answer arrived, counted from 0 in each attempt. A new attempt voids what earlier ones sent.
    Delta {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        step: Arc<str>,
        attempt: u32,
        index: u64,
        choice: u64,
        part: Part,
    },
    /// An attempt failed and is repeated after a wait.
    Retry {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        step: Arc<str>,
        attempt: u32,
        delay_ms: u64,
        code: Cow<'static, str>,
        reason: String,
    },
    /// A step waits: for a signal, until a moment in RFC 3339, or for whichever comes first.
    Waiting {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        step: Arc<str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        signal: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<String>,
    },
    /// A request is about to be sent. Only where requests are wanted; credentials are masked.
    Request {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        step: Arc<str>,
        request: RequestView,
    },
    /// A word about the run itself, such as that it was resumed.
    Log {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        step: Option<Arc<str>>,
        message: String,
    },
    /// A step is over.
    StepFinished {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        step: Arc<str>,
        status: Status,
        attempts: u32,
        duration_ms: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        output: Option<Arc<Value>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<ErrorReport>,
    },
    /// The run is over.
    RunFinished {
        run: Arc<str>,
        #[serde(skip_serializing_if = "is_sole")]
        tenant: Arc<str>,
        status: Status,
        duration_ms: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        output: Option<Arc<Value>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<ErrorReport>,
    },
}

/// Where the events of runs go. It is called from within the run and must not block. Each event is told once, in order,
/// and none is dropped: whoever is slow keeps what it cannot handle at once, as much as it can bear.
pub trait RunEvents: Send + Sync {
    /// Takes an event.
    fn emit(&self, event: RunEvent);

    /// Whether it does anything with them. Nothing is put together for who does not.
    fn listens(&self) -> bool {
        true
    }
}

/// Drops every event.
#[derive(Debug, Default)]
pub struct NoRunEvents;

impl RunEvents for NoRunEvents {
    fn emit(&self, _: RunEvent) {}

    fn listens(&self) -> bool {
        false
    }
}

/// Who is told of one run: who listens to all of the engine's runs, and who listens to this one.
#[derive(Clone)]
pub(crate) struct Listeners {
    all: Arc<dyn RunEvents>,
    own: Arc<dyn RunEvents>,
    pub(crate) wants_requests: bool,
}

impl Listeners {
    pub(crate) fn new(all: &Arc<dyn RunEvents>, own: Arc<dyn RunEvents>, wants_requests: bool) -> Self {
        Self { all: Arc::clone(all), own, wants_requests }
    }

    /// Tells of an event, which is made only if somebody listens.
    pub(crate) fn tell(&self, event: impl FnOnce() -> RunEvent) {
        match (self.all.listens(), self.own.listens()) {
            (false, false) => {}
            (true, false) => emit(&*self.all, event()),
            (false, true) => emit(&*self.own, event()),
            (true, true) => {
                let event = event();
                emit(&*self.all, event.clone());
                emit(&*self.own, event);
            }
        }
    }
}

/// Nothing that a listener does changes what becomes of a run, not even a panic.
fn emit(listener: &dyn RunEvents, event: RunEvent) {
    let _ = catch_unwind(AssertUnwindSafe(|| listener.emit(event)));
}

/// Tells what one step's actions tell, as events of the run. It counts attempts over all the calls of the step.
pub(crate) struct StepEvents {
    pub(crate) identity: Arc<RunIdentity>,
    pub(crate) step: Arc<str>,
    /// What it calls, if it calls an action.
    action: Option<String>,
    listeners: Listeners,
    count: Mutex<Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    attempts: u32,
    deltas: u64,
    /// Whether it was told that the step begins.
    is_announced: bool,
}

impl StepEvents {
    /// Of a step that has been tried so often before.
    pub(crate) fn new(
        identity: &Arc<RunIdentity>,
        step: &str,
        action: Option<String>,
        listeners: &Listeners,
        attempts: u32,
    ) -> Arc<Self> {
        let (identity, listeners) = (Arc::clone(identity), listeners.clone());
        let count = Mutex::new(Count { attempts, deltas: 0, is_announced: attempts > 0 });
        Arc::new(Self { identity, step: step.into(), action, listeners, count })
    }

    /// Tells that the step begins, once.
    pub(crate) fn announce(&self) {
        if !self.count(|count| std::mem::replace(&mut count.is_announced, true)) {
            self.tell(|run, tenant, step| RunEvent::StepStarted { run, tenant, step, action: self.action.clone() });
        }
    }

    /// How many attempts there have been.
    pub(crate) fn attempts(&self) -> u32 {
        self.count(|count| count.attempts)
    }

    /// Tells that an attempt is repeated.
    pub(crate) fn retry(&self, attempt: u32, code: Cow<'static, str>, reason: String, delay_ms: u64) {
        self.tell(|run, tenant, step| RunEvent::Retry { run, tenant, step, attempt, delay_ms, code, reason });
    }

    /// Tells an event of this step, which begins with the run, the tenant and the step.
    pub(crate) fn tell(&self, event: impl FnOnce(Arc<str>, Arc<str>, Arc<str>) -> RunEvent) {
        let RunIdentity { run, tenant, .. } = &*self.identity;
        self.listeners.tell(|| event(Arc::clone(run), Arc::clone(tenant), Arc::clone(&self.step)));
    }

    fn count<T>(&self, change: impl FnOnce(&mut Count) -> T) -> T {
        change(&mut self.count.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EventSink for StepEvents {
    fn emit(&self, event: Event) {
        match event {
            Event::Attempt { .. } => {
                let attempt = self.count(|count| {
                    *count = Count { attempts: count.attempts + 1, deltas: 0, ..*count };
                    count.attempts
                });
                self.tell(|run, tenant, step| RunEvent::Attempt { run, tenant, step, attempt });
            }
            Event::Delta(delta) => {
                let Count { attempts: attempt, deltas: index, .. } = self.count(|count| {
                    let before = *count;
                    count.deltas += 1;
                    before
                });
                let (choice, part) = (delta.choice, delta.part);
                self.tell(|run, tenant, step| RunEvent::Delta { run, tenant, step, attempt, index, choice, part });
            }
            Event::Retry { code, reason, delay_ms, .. } => self.retry(self.attempts(), code.into(), reason, delay_ms),
            Event::Request(request) => {
                self.tell(|run, tenant, step| RunEvent::Request { run, tenant, step, request });
            }
            _ => {}
        }
    }

    fn wants_requests(&self) -> bool {
        self.listeners.wants_requests
    }
}
