//! The body of an answer: one that is there, or one that is passed back while it arrives.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::flow::Flow;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer.
pub struct Answer(Kind);

enum Kind {
    Whole(Bytes),
    Flow(Box<Flow>),
}

impl Answer {
    /// A body that is there.
    pub fn whole(body: Bytes) -> Self {
        Self(Kind::Whole(body))
    }

    pub(super) fn flow(flow: Flow) -> Self {
        Self(Kind::Flow(Box::new(flow)))
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match &mut self.0 {
            Kind::Whole(body) if body.is_empty() => Poll::Ready(None),
            Kind::Whole(body) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(body))))),
            Kind::Flow(flow) => flow.poll(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece?)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(body) => body.is_empty(),
            Kind::Flow(flow) => flow.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(body) => SizeHint::with_exact(body.len() as u64),
            Kind::Flow(flow) => flow.size_hint(),
        }
    }
}
