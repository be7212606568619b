//! What goes up with a request that is passed on: bytes in a few pieces, or a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// How many pieces a body may come in: two changes, and what stands around them.
const PIECES: usize = 5;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request that is passed on.
pub enum Outgoing {
    /// None.
    Nothing,
    /// All of it, in pieces that are sent one after another as if they were one.
    Whole(std::array::IntoIter<Bytes, PIECES>),
    /// What is still arriving.
    Stream(Pin<Box<dyn Body<Data = Bytes, Error = Failure> + Send>>),
}

impl Outgoing {
    /// These pieces, one after another.
    pub fn pieces(pieces: [Bytes; PIECES]) -> Self {
        Self::Whole(pieces.into_iter())
    }

    /// What is still arriving.
    pub fn stream(body: impl Body<Data = Bytes, Error: Into<Failure>> + Send + 'static) -> Self {
        Self::Stream(Box::pin(Adapted(Box::pin(body))))
    }

    fn rest(&self) -> u64 {
        match self {
            Self::Nothing | Self::Stream(_) => 0,
            Self::Whole(pieces) => pieces.as_slice().iter().map(|piece| piece.len() as u64).sum(),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match &mut *self {
            Self::Nothing => Poll::Ready(None),
            Self::Whole(pieces) => {
                let next = pieces.find(|piece| !piece.is_empty());
                Poll::Ready(next.map(|piece| Ok(Frame::data(piece))))
            }
            Self::Stream(body) => body.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Nothing | Self::Whole(_) => self.rest() == 0,
            Self::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Nothing | Self::Whole(_) => SizeHint::with_exact(self.rest()),
            Self::Stream(body) => body.size_hint(),
        }
    }
}

/// A body whose errors are boxed.
struct Adapted<B>(Pin<Box<B>>);

impl<B: Body<Data = Bytes, Error: Into<Failure>>> Body for Adapted<B> {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        self.0.as_mut().poll_frame(cx).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
