//! The bounds that the data path works within.

use std::time::Duration;

/// The body of a request that names a model.
pub(super) const BODY: usize = connector_sdk::limits::INPUT as usize;
/// The body of one that does not, which is passed on while it arrives.
pub(super) const UPLOAD: u64 = connector_sdk::limits::UPLOAD;
/// The bodies of all requests that are in memory at the same time.
pub(super) const BODIES: usize = 512 << 20;
/// An error of a provider that is read whole, so that it can be said as the caller's client reads it.
pub(super) const ERROR: usize = 64 << 10;
/// What is kept of a request or an answer, where a model keeps what is said.
pub(super) const CONTENT: usize = crate::bounds::CONTENT;
/// What is noted of the path of a request that was not let through.
pub(super) const PATH: usize = crate::bounds::RECORDED;
/// What is noted of the provider's name for a request.
pub(super) const REQUEST_ID: usize = crate::bounds::RECORDED;
/// Models and operations that have numbers of their own.
pub(super) const SERIES: usize = 1_000;
/// Calls whose spans wait to be told; further ones are dropped, and counted.
pub(super) const SPANS: usize = 2_048;
/// Spans that are told at once.
pub(super) const SPANS_AT_ONCE: usize = 512;
/// How often a batch of spans is tried that the collector asks to be sent again.
pub(super) const SPAN_TRIES: u32 = 5;

/// Between two batches of spans, unless enough wait before that.
pub(super) const SPANS_EVERY: Duration = Duration::from_secs(1);
/// How long a collector may take to answer.
pub(super) const COLLECTOR: Duration = Duration::from_secs(10);
/// How long a collector is waited for that asks for it.
pub(super) const COLLECTOR_WAIT: Duration = Duration::from_secs(30);
/// How long spans may still be told once the server has ended.
pub(super) const LAST_SPANS: Duration = Duration::from_secs(5);
/// Between two pieces of a request's body.
pub(super) const PIECE: Duration = Duration::from_secs(30);
/// A request's body in all, if it has to be whole before it goes on.
pub(super) const WHOLE_BODY: Duration = Duration::from_secs(300);
/// A stream that is silent for so long gets a comment, so that nobody in between takes it for dead.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);
