//! The body of a request: whole, where its model has to be known, or piece by piece. Either way it has a bound, and may not dawdle.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::bounds;
use super::refuse::No;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How much of all bodies is in memory.
#[derive(Clone, Default)]
pub(super) struct Budget(Arc<AtomicUsize>);

/// A part of the budget, given back when dropped.
pub(super) struct Share {
    of: Budget,
    size: usize,
}

impl Budget {
    fn share(&self) -> Share {
        Share { of: self.clone(), size: 0 }
    }
}

impl Share {
    fn grow(&mut self, by: usize) -> Result<(), No> {
        self.size += by;
        let all = self.of.0.fetch_add(by, Ordering::Relaxed) + by;
        if all > bounds::BODIES { Err(No::busy()) } else { Ok(()) }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.0.fetch_sub(self.size, Ordering::Relaxed);
    }
}

/// Reads a body that has to be whole before it goes on.
pub(super) async fn whole<B>(body: B, budget: &Budget) -> Result<(Bytes, Share), No>
where
    B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin,
{
    if body.size_hint().lower() > bounds::BODY as u64 {
        return Err(No::too_large(bounds::BODY as u64));
    }
    let mut share = budget.share();
    let all =
        tokio::time::timeout(bounds::WHOLE_BODY, collect(body, &mut share)).await.map_err(|_| No::too_slow())??;
    Ok((all, share))
}

async fn collect<B>(mut body: B, share: &mut Share) -> Result<Bytes, No>
where
    B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin,
{
    // Most bodies are one piece, which is not copied.
    let Some(first) = piece(&mut body, share).await? else { return Ok(Bytes::new()) };
    if body.is_end_stream() {
        return Ok(first);
    }
    let Some(second) = piece(&mut body, share).await? else { return Ok(first) };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    while let Some(piece) = piece(&mut body, share).await? {
        all.extend_from_slice(&piece);
    }
    Ok(all.freeze())
}

async fn piece<B>(body: &mut B, share: &mut Share) -> Result<Option<Bytes>, No>
where
    B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin,
{
    let next = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
    let Some(frame) = tokio::time::timeout(bounds::PIECE, next).await.map_err(|_| No::too_slow())? else {
        return Ok(None);
    };
    let frame = frame.map_err(|_| No::invalid("the request's body broke off"))?;
    // Trailers say nothing that is passed on.
    let piece = frame.into_data().unwrap_or_default();
    share.grow(piece.len())?;
    if share.size > bounds::BODY { Err(No::too_large(bounds::BODY as u64)) } else { Ok(Some(piece)) }
}

/// A body that is passed on while it arrives.
pub(super) struct Arriving<B> {
    body: B,
    so_far: u64,
    dawdling: Option<Pin<Box<Sleep>>>,
}

impl<B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin> Arriving<B> {
    pub(super) fn new(body: B) -> Result<Self, No> {
        match body.size_hint().lower() {
            declared if declared > bounds::UPLOAD => Err(No::too_large(bounds::UPLOAD)),
            _ => Ok(Self { body, so_far: 0, dawdling: None }),
        }
    }

    fn poll_dawdling(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.dawdling.get_or_insert_with(|| Box::pin(tokio::time::sleep(bounds::PIECE))).as_mut().poll(cx)
    }
}

impl<B: Body<Data = Bytes, Error: Into<Failure>> + Send + Unpin> Body for Arriving<B> {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            ready!(self.poll_dawdling(cx));
            return Poll::Ready(Some(Err("the request's body arrives too slowly".into())));
        };
        self.dawdling = None;
        let Some(frame) = frame else { return Poll::Ready(None) };
        let piece = frame.map_err(Into::into)?.into_data().unwrap_or_default();
        self.so_far += piece.len() as u64;
        if self.so_far > bounds::UPLOAD {
            return Poll::Ready(Some(Err("the request's body is too large".into())));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
