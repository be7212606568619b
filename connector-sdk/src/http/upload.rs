//! A body that notes when the transport begins to take it. Until then nothing was sent, however long it took to connect.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{self, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::context::Context;

/// A body, and the call that it is sent for.
pub(super) struct Upload {
    content: Bytes,
    ctx: Context,
}

impl Upload {
    pub(super) fn new(content: Bytes, ctx: &Context) -> Self {
        Self { content, ctx: ctx.clone() }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.ctx.request_left();
        let content = std::mem::take(&mut self.content);
        Poll::Ready((!content.is_empty()).then(|| Ok(Frame::data(content))))
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.content.len() as u64)
    }
}
