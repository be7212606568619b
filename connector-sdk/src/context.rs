//! What surrounds one call of an action: who asks, how long it may take, where events and files go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::blob::{BlobStore, MemoryBlobs};
use crate::error::{Error, ErrorKind, Evidence, Result};
use crate::event::{Delta, Event, EventSink, NoEvents, Part};
use crate::exchange::Exchanges;
use crate::http::Client;

/// The wall clock, replaceable so that a replayed run sees the time it saw before.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Lets so much time pass.
    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// The machine's own clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Who repeats a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Retries {
    /// This call does, up to three attempts: nobody above it will.
    #[default]
    Here,
    /// The caller does: this call is one attempt, unless the input itself asks for more.
    Caller,
}

/// What surrounds one call of an action. Cheap to clone; a clone means the same call.
#[derive(Clone)]
pub struct Context {
    scope: Arc<Scope>,
    attempt: u32,
    client: Option<Client>,
    in_flight: Arc<AtomicBool>,
}

/// What stays the same over all attempts of one call.
#[derive(Clone)]
pub struct Scope {
    /// The run, `run_…`.
    pub run_id: String,
    /// Where in the flow, such as `classify` or `each[3].ask`.
    pub step_path: String,
    /// The same for all attempts, replays and restarts of this step.
    pub idempotency_key: String,
    /// Who repeats a failed attempt.
    pub retries: Retries,
    /// When the whole call must be over.
    pub deadline: Option<Instant>,
    /// Ends the call from outside.
    pub cancel: CancellationToken,
    /// Where events go.
    pub events: Arc<dyn EventSink>,
    /// Who looks on at the exchanges with the provider, or stands in for it.
    pub exchanges: Exchanges,
    /// Where files are kept.
    pub blobs: Arc<dyn BlobStore>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            run_id: String::new(),
            step_path: String::new(),
            idempotency_key: String::new(),
            retries: Retries::default(),
            deadline: None,
            cancel: CancellationToken::new(),
            events: Arc::new(NoEvents),
            exchanges: Exchanges::default(),
            blobs: Arc::new(MemoryBlobs::default()),
            clock: Arc::new(SystemClock),
        }
    }
}

impl Context {
    /// The context of a first attempt.
    pub fn new(scope: Scope) -> Self {
        Self { scope: Arc::new(scope), attempt: 1, client: None, in_flight: Arc::default() }
    }

    /// The same call, at its nth attempt, by way of this client.
    pub(crate) fn for_attempt(&self, attempt: u32, client: &Client) -> Self {
        Self { scope: Arc::clone(&self.scope), attempt, client: Some(client.clone()), in_flight: Arc::default() }
    }

    /// The run.
    pub fn run_id(&self) -> &str {
        &self.scope.run_id
    }

    /// Where in the flow.
    pub fn step_path(&self) -> &str {
        &self.scope.step_path
    }

    /// Which attempt, counted from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The same for all attempts of this step: for APIs that recognise a repeated request.
    pub fn idempotency_key(&self) -> &str {
        &self.scope.idempotency_key
    }

    /// When the whole call must be over.
    pub fn deadline(&self) -> Option<Instant> {
        self.scope.deadline
    }

    /// The time now.
    pub fn now(&self) -> SystemTime {
        self.scope.clock.now()
    }

    /// Lets so much time pass, on the clock that `now` tells.
    pub(crate) async fn sleep(&self, length: Duration) {
        self.scope.clock.sleep(length).await;
    }

    /// Where files are kept.
    pub fn blobs(&self) -> &dyn BlobStore {
        &*self.scope.blobs
    }

    /// Tells that a piece of the answer arrived.
    pub fn delta(&self, choice: u64, mut part: Part) {
        if let Some(client) = &self.client {
            client.redactor().part(&mut part);
        }
        self.emit(Event::Delta(Delta { attempt: self.attempt, choice, part }));
    }

    pub(crate) fn retries(&self) -> Retries {
        self.scope.retries
    }

    pub(crate) fn emit(&self, event: Event) {
        self.scope.events.emit(event);
    }

    pub(crate) fn wants_requests(&self) -> bool {
        self.scope.events.wants_requests()
    }

    /// The same call, with this done about its exchanges.
    pub fn with_exchanges(&self, exchanges: Exchanges) -> Self {
        let scope = Scope { exchanges, ..Scope::clone(&self.scope) };
        Self { scope: Arc::new(scope), ..self.clone() }
    }

    pub(crate) fn exchanges(&self) -> &Exchanges {
        &self.scope.exchanges
    }

    pub(crate) fn client(&self) -> Result<&Client> {
        self.client
            .as_ref()
            .ok_or_else(|| Error::new(ErrorKind::Internal, "a request was made outside an action's call"))
    }

    /// Notes that bytes of a request may have left.
    pub(crate) fn request_left(&self) {
        self.in_flight.store(true, Ordering::Relaxed);
    }

    /// Runs `work` until it ends, the deadline passes or somebody cancels. Dropping it closes its connections.
    pub async fn within_bounds<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let deadline = async {
            match self.scope.deadline {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.scope.cancel.cancelled() => Err(self.stopped(ErrorKind::Cancelled, "cancelled")),
            result = work => result,
            () = deadline => Err(self.stopped(ErrorKind::Timeout, "the time allowed for this step is over")),
        }
    }

    fn stopped(&self, kind: ErrorKind, message: &str) -> Error {
        Error::new(kind, message).with_evidence(self.evidence())
    }

    /// What is known about the request, if the call ends now without an answer.
    pub(crate) fn evidence(&self) -> Evidence {
        if self.in_flight.load(Ordering::Relaxed) { Evidence::Unanswered } else { Evidence::NotSent }
    }
}
