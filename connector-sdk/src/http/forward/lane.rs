//! One connection to the origin, driven by whoever uses it.
//!
//! There is no task beside the caller's: reading an answer is what moves the bytes, so nothing is handed from one task
//! to another, and dropping the answer closes the socket at once.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use ::http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Connection, SendRequest};

use super::dial::Socket;
use super::outgoing::Outgoing;

/// What a lane keeps of what it has read and not handed on. An answer's head has to fit.
const READ_BUFFER: usize = 64 << 10;

/// One connection to the origin. It is large, and handed around in a box.
pub(super) struct Lane {
    sender: SendRequest<Outgoing>,
    /// Absent once it has ended. Dropping it closes the socket and answers whoever still waits.
    connection: Option<Connection<Socket, Outgoing>>,
}

/// Why there is no answer.
pub(super) enum Failed {
    /// Nothing of the request left. Here it is again.
    Unsent(Box<Request<Outgoing>>),
    /// It left, or a part of it.
    Broken(hyper::Error),
}

impl Lane {
    pub(super) async fn over(socket: Socket) -> hyper::Result<Self> {
        let (sender, connection) = http1::Builder::new().max_buf_size(READ_BUFFER).handshake(socket).await?;
        Ok(Self { sender, connection: Some(connection) })
    }

    /// Moves whatever can be moved.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && Pin::new(connection).poll(cx).is_ready()
        {
            self.connection = None;
        }
    }

    /// Whether the next request may begin.
    pub(super) fn is_free(&self) -> bool {
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Whether it is still open after having been left alone.
    pub(super) fn is_still_open(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.is_free()
    }

    /// Sends a request and waits for the answer's head.
    pub(super) async fn exchange(&mut self, request: Request<Outgoing>) -> Result<Response<Incoming>, Failed> {
        let mut answer = pin!(self.sender.try_send_request(request));
        let answer = poll_fn(|cx| {
            self.drive(cx);
            answer.as_mut().poll(cx)
        });
        answer.await.map_err(|mut error| match error.take_message() {
            Some(request) => Failed::Unsent(Box::new(request)),
            None => Failed::Broken(error.into_error()),
        })
    }
}
