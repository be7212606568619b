//! Traces of calls: a call takes its place in its caller's trace, and what came of it goes to a collector.
//!
//! No prompt, no answer, no header and no secret is told. A collector that is slow or gone costs spans, which are counted,
//! and never harms a call.

mod batch;
mod context;
mod export;
mod queue;
mod span;

use http::HeaderMap;
use tokio::sync::watch;

use self::context::Context;
use self::queue::Queue;
pub(super) use self::span::{Link, Span};
use crate::control;

const DROPPED: &str = "linkwork_traces_dropped_total";

/// The traces of all calls.
pub(super) struct Traces {
    to: control::Traces,
    queue: Queue<Box<Span>>,
    /// Why nothing can be told just now.
    trouble: watch::Sender<Option<String>>,
}

impl Traces {
    pub(super) fn new(to: control::Traces) -> Self {
        Self { to, queue: Queue::default(), trouble: watch::Sender::default() }
    }

    /// A call's place in its caller's trace, or in one of its own, which the provider is told of. Nothing, if nobody wants to
    /// hear of the call: whoever began the trace decides that.
    pub(super) fn link(&self, headers: &mut HeaderMap) -> Option<Link> {
        let parent = Context::read(headers);
        if parent.as_ref().is_some_and(|parent| !parent.is_sampled()) {
            return None;
        }
        let own = match &parent {
            Some(parent) => parent.child(),
            None => Context::begin(self.to.sample),
        };
        own.write(headers, parent.is_some());
        own.is_sampled().then(|| Link { trace: own.trace, span: own.span, parent: parent.map(|parent| parent.span) })
    }

    /// Leaves a call that is over to be told.
    pub(super) fn leave(&self, span: Box<Span>) {
        self.queue.push(span);
    }

    /// Why nothing can be told just now, whenever that changes.
    pub(super) fn trouble(&self) -> watch::Receiver<Option<String>> {
        self.trouble.subscribe()
    }

    /// Its numbers, as Prometheus reads them.
    pub(super) fn text(&self) -> String {
        let dropped = self.queue.dropped();
        format!(
            "# HELP {DROPPED} Calls that no collector was told of.\n# TYPE {DROPPED} counter\n{DROPPED} {dropped}\n"
        )
    }
}
