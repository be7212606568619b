//! What is noted of a call while it goes on. However it ends, a record is left and the numbers are counted.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use super::bounds;
use super::door::Shared;
use super::meter::Series;
use super::trace::{Span, Traces};
use crate::control::{Call, CallEnd, Content, Usage};

/// Tells the gateway's own work from waiting for others.
pub(super) struct Stopwatch {
    began: Instant,
    busy: Duration,
    /// The beginning of what the gateway is doing itself just now.
    busy_since: Option<Instant>,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        Self { began: now, busy: Duration::ZERO, busy_since: Some(now) }
    }

    /// From now on the gateway waits.
    pub(super) fn waits(&mut self) {
        if let Some(since) = self.busy_since.take() {
            self.busy += since.elapsed();
        }
    }

    /// From now on it works.
    pub(super) fn works(&mut self) {
        self.busy_since = Some(Instant::now());
    }
}

/// A call that is under way.
pub(super) struct Record {
    shared: Arc<Shared>,
    series: Arc<Series>,
    /// Taken when the call is over.
    call: Option<Call>,
    end: CallEnd,
    clock: Stopwatch,
    said: Option<Said>,
    /// What is told of it elsewhere, if it is.
    span: Option<Box<Span>>,
}

/// What was said, where a model keeps it.
struct Said {
    request: Bytes,
    answer: BytesMut,
}

impl Record {
    pub(super) fn new(shared: Arc<Shared>, series: Arc<Series>, call: Call, clock: Stopwatch, sent: u64) -> Self {
        shared.meter.begun();
        let end = CallEnd { bytes_in: sent, ..CallEnd::default() };
        Self { shared, series, call: Some(call), end, clock, said: None, span: None }
    }

    /// Keeps what was said: the request, and what comes of the answer.
    pub(super) fn keep_content(&mut self, request: &Bytes) {
        let request = request.slice(..request.len().min(bounds::CONTENT));
        self.said = Some(Said { request, answer: BytesMut::new() });
    }

    /// Where traces go, if they go anywhere.
    pub(super) fn traces(&self) -> Option<&Traces> {
        self.shared.traces.as_ref()
    }

    /// Tells of the call in a trace, too.
    pub(super) fn trace(&mut self, span: Box<Span>) {
        self.span = Some(span);
    }

    /// From now on the gateway waits.
    pub(super) fn waits(&mut self) {
        self.clock.waits();
    }

    /// From now on it works.
    pub(super) fn works(&mut self) {
        self.clock.works();
    }

    /// Notes that some of the request may have left, or that none has.
    pub(super) fn sent(&mut self, sent: bool) {
        self.end.sent = sent;
    }

    /// Notes the head of the answer.
    pub(super) fn answered(&mut self, status: StatusCode, headers: &HeaderMap) {
        self.end.status = Some(status.as_u16());
        let id = headers.get("x-request-id").and_then(|id| id.to_str().ok());
        self.end.upstream_request_id = id.map(|id| id.chars().take(bounds::REQUEST_ID).collect());
    }

    /// Notes a piece of the answer.
    pub(super) fn piece(&mut self, piece: &Bytes) {
        if self.end.first_byte.is_none() {
            self.end.first_byte = Some(self.clock.began.elapsed());
        }
        if let Some(said) = &mut self.said {
            let room = bounds::CONTENT.saturating_sub(said.answer.len());
            said.answer.extend_from_slice(&piece[..piece.len().min(room)]);
        }
    }

    /// Notes what goes to the caller.
    pub(super) fn handed_on(&mut self, bytes: usize) {
        self.end.bytes_out += bytes as u64;
    }

    pub(super) fn used(&mut self, usage: Usage) {
        self.end.usage = usage;
    }

    /// How long the gateway itself has worked so far, and how long the call has taken.
    pub(super) fn times(&self) -> (Duration, Duration) {
        let busy = self.clock.busy_since.map_or(Duration::ZERO, |since| since.elapsed());
        (self.clock.busy + busy, self.clock.began.elapsed())
    }

    /// The call is over.
    pub(super) fn finish(&mut self, error: Option<Cow<'static, str>>) {
        let Some(call) = self.call.take() else { return };
        self.waits();
        self.end.error_type = error;
        (self.end.overhead, self.end.duration) = self.times();
        let kept = self.said.take();
        self.end.content = kept.map(|said| Content { request: said.request, answer: said.answer.freeze() });
        self.series.count(&self.end);
        self.shared.meter.ended();
        if let (Some(traces), Some(span)) = (&self.shared.traces, self.span.take()) {
            traces.leave(span.over(&self.end));
        }
        call.finish(std::mem::take(&mut self.end));
    }
}

/// Whoever drops a call before its end has left.
impl Drop for Record {
    fn drop(&mut self) {
        self.finish(Some(Cow::Borrowed("cancelled")));
    }
}
