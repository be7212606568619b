//! The body of an answer that is passed back, as it comes off the wire.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::super::client::broken;
use super::lane::Lane;
use super::pool::Pool;
use crate::error::{Error, Result};

/// The body of an answer that is passed back. Dropping it before its end closes the socket.
pub struct ForwardedBody {
    incoming: Incoming,
    /// Given back to the pool at the body's end.
    lane: Option<(Box<Lane>, Arc<Pool>)>,
}

impl ForwardedBody {
    pub(super) fn new(incoming: Incoming, lane: Box<Lane>, pool: Arc<Pool>) -> Self {
        let mut body = Self { incoming, lane: Some((lane, pool)) };
        if body.incoming.is_end_stream() {
            body.give_back(&mut Context::from_waker(std::task::Waker::noop()));
        }
        body
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        // Asked for before the lane moves, so that it knows that somebody wants more.
        let polled = Pin::new(&mut self.incoming).poll_frame(cx);
        match &mut self.lane {
            Some((lane, _)) if polled.is_pending() => {
                lane.drive(cx);
                Pin::new(&mut self.incoming).poll_frame(cx)
            }
            _ => polled,
        }
    }

    fn give_back(&mut self, cx: &mut Context<'_>) {
        if let Some((mut lane, pool)) = self.lane.take() {
            lane.drive(cx);
            if lane.is_free() {
                pool.park(lane);
            }
        }
    }
}

impl Body for ForwardedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = ready!(self.poll_incoming(cx));
        match &frame {
            None => self.give_back(cx),
            Some(Err(_)) => self.lane = None,
            Some(Ok(_)) if self.incoming.is_end_stream() => self.give_back(cx),
            Some(Ok(_)) => {}
        }
        Poll::Ready(frame.map(|frame| frame.map_err(broken)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
