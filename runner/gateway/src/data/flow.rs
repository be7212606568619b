//! An answer while it is passed back: read in passing, mended where it has to be, and ended if need be.
//!
//! A stream of events goes on event by event, as soon as each is there. If it is cut, an error takes the place of what is
//! missing, and nothing says that it was complete. Whoever drops the flow closes the provider's connection.

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use connector_sdk::http::ForwardedBody;
use connector_sdk::{Dialect, Endpoint};
use http_body::{Body as _, SizeHint};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::bounds;
use super::events::{self, Whole};
use super::mend::Mender;
use super::quiet::{Due, Quiet};
use super::record::Record;
use super::refuse::No;
use super::tap::Tap;

/// How the streams of both dialects say that they are done.
const LAST: [&[u8]; 5] = [
    b"data: [DONE]",
    b"event: message_stop",
    b"event: response.completed",
    b"event: response.incomplete",
    b"event: response.failed",
];

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An answer while it is passed back.
pub(super) struct Flow {
    upstream: ForwardedBody,
    record: Record,
    tap: Tap,
    shape: Shape,
    quiet: Quiet,
    revoked: Revoked,
    /// What is wrong with it, in one word.
    error: Option<Cow<'static, str>>,
    is_over: bool,
}

/// What the answer is made of.
pub(super) enum Shape {
    /// Bytes.
    Bytes,
    /// Events.
    Events(Box<Events>),
}

/// The state of a stream of events.
pub(super) struct Events {
    dialect: Dialect,
    whole: Whole,
    mender: Mender,
    /// Whether its end is proved: by how it is framed, or because it has said that it is done.
    has_end: bool,
}

impl Shape {
    pub(super) fn events(dialect: Dialect, mender: Mender, is_framed: bool) -> Self {
        Self::Events(Box::new(Events { dialect, whole: Whole::default(), mender, has_end: is_framed }))
    }
}

impl Flow {
    pub(super) fn new(
        upstream: ForwardedBody,
        endpoint: &Endpoint,
        shape: Shape,
        record: Record,
        revoked: CancellationToken,
        error: Option<Cow<'static, str>>,
    ) -> Self {
        let sign = matches!(shape, Shape::Events(_)).then_some(bounds::KEEP_ALIVE);
        let mut flow = Self {
            is_over: upstream.is_end_stream(),
            upstream,
            record,
            tap: Tap::new(endpoint),
            shape,
            quiet: Quiet::new(sign, endpoint.idle),
            revoked: Revoked { token: revoked, waiting: None },
            error,
        };
        flow.conclude();
        flow.record.waits();
        flow
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// How long the answer is, if it goes on as it came.
    pub(super) fn size_hint(&self) -> SizeHint {
        match self.shape {
            Shape::Bytes => self.upstream.size_hint(),
            Shape::Events(_) => SizeHint::default(),
        }
    }

    /// The next piece for the caller. Only what happens here is the gateway's own time.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        self.record.works();
        let next = self.poll_next(cx);
        self.record.waits();
        next
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        while !self.is_over {
            let Poll::Ready(frame) = Pin::new(&mut self.upstream).poll_frame(cx) else {
                return self.poll_silence(cx);
            };
            self.quiet.heard();
            let piece = match frame {
                // Trailers belong to one connection.
                Some(Ok(frame)) => self.take(frame.into_data().unwrap_or_default()),
                Some(Err(error)) => self.cut(&No::from(&error)),
                None => self.end(),
            };
            if let Some(piece) = self.hand_on(piece) {
                return Poll::Ready(Some(piece));
            }
        }
        Poll::Ready(None)
    }

    /// The piece, unless there is nothing in it.
    fn hand_on(&mut self, piece: Result<Bytes, Failure>) -> Option<Result<Bytes, Failure>> {
        self.record.handed_on(piece.as_ref().map_or(0, Bytes::len));
        self.conclude();
        match piece {
            Ok(piece) if piece.is_empty() => None,
            piece => Some(piece),
        }
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        let piece = if self.revoked.poll(cx).is_ready() {
            self.cut(&No::revoked())
        } else {
            match ready!(self.quiet.poll(cx)) {
                Due::Sign => Ok(Bytes::from_static(b": keep-alive\n\n")),
                Due::End => self.cut(&No::silent(self.quiet.longest())),
            }
        };
        Poll::Ready(self.hand_on(piece))
    }

    /// What goes on of a piece that has arrived.
    fn take(&mut self, piece: Bytes) -> Result<Bytes, Failure> {
        if self.revoked.token.is_cancelled() {
            return self.cut(&No::revoked());
        }
        self.record.piece(&piece);
        let piece = match &mut self.shape {
            Shape::Bytes => {
                self.tap.body(&piece);
                piece
            }
            Shape::Events(events) => match events.whole.push(piece) {
                Ok(whole) => pass_on(&mut self.tap, events, whole),
                Err(events::TooLong) => return self.cut(&No::too_long()),
            },
        };
        self.is_over = self.upstream.is_end_stream() && matches!(self.shape, Shape::Bytes);
        Ok(piece)
    }

    /// The provider is done.
    fn end(&mut self) -> Result<Bytes, Failure> {
        let (rest, has_end) = match &mut self.shape {
            Shape::Bytes => (Bytes::new(), true),
            Shape::Events(events) => {
                let rest = events.whole.rest();
                let has_end = events.has_end || is_last(&rest);
                (rest, has_end)
            }
        };
        if !has_end || (!rest.is_empty() && !is_complete(&rest)) {
            return self.cut(&No::broken());
        }
        self.tap.event(&rest);
        self.is_over = true;
        Ok(rest)
    }

    /// It ends here, before its time.
    fn cut(&mut self, no: &No) -> Result<Bytes, Failure> {
        self.error = Some(Cow::Borrowed(no.code()));
        self.is_over = true;
        match &self.shape {
            Shape::Events(events) => Ok(no.event(events.dialect)),
            // Only a connection that breaks says that this was not all.
            Shape::Bytes => Err(no.code().into()),
        }
    }

    /// Leaves the record, if it is over.
    fn conclude(&mut self) {
        if self.is_over {
            self.record.used(self.tap.usage());
            self.record.finish(self.error.take());
        }
    }
}

/// However it ends, what has been told until then counts.
impl Drop for Flow {
    fn drop(&mut self) {
        self.record.used(self.tap.usage());
    }
}

fn pass_on(tap: &mut Tap, events: &mut Events, whole: Bytes) -> Bytes {
    for event in events::each(&whole) {
        tap.event(&event);
        events.has_end = events.has_end || is_last(&event);
    }
    events.mender.mend(whole)
}

/// Whether an event says that no other follows.
fn is_last(event: &[u8]) -> bool {
    event.split(|byte| *byte == b'\n').any(|line| LAST.contains(&line.trim_ascii_end()))
}

/// Whether what is left of a stream is an event that only lacks its blank line.
fn is_complete(rest: &[u8]) -> bool {
    rest.ends_with(b"\n") || rest.ends_with(b"data: [DONE]")
}

/// Whether the caller's key still opens anything.
struct Revoked {
    token: CancellationToken,
    waiting: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl Revoked {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Self { token, waiting } = self;
        waiting.get_or_insert_with(|| Box::pin(token.clone().cancelled_owned())).as_mut().poll(cx)
    }
}
