//! An answer while it arrives, from the network or from a recording.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::client::interrupted;
use super::stream::silent;
use super::tape::Tape;
use crate::error::Result;
use crate::exchange::{Answered, Broken, unreadable};

/// An answer whose head is there.
pub(super) struct Incoming {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    body: Body,
    tape: Option<Box<Tape>>,
}

enum Body {
    Network(Box<reqwest::Response>),
    Recorded { rest: Option<Bytes>, broken: Option<Broken> },
}

impl Incoming {
    /// Off the network. The tape, if any, keeps what comes.
    pub(super) fn live(mut response: reqwest::Response, mut tape: Option<Box<Tape>>) -> Self {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        if let Some(tape) = &mut tape {
            tape.head(status, &headers);
        }
        Self { status, headers, body: Body::Network(Box::new(response)), tape }
    }

    /// Out of a recording.
    pub(super) fn recorded(answer: &Answered) -> Result<Self> {
        let header = |(name, value): (&String, &String)| {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unreadable("a header"))?;
            Ok((name, HeaderValue::from_str(value).map_err(|_| unreadable("a header"))?))
        };
        Ok(Self {
            status: StatusCode::from_u16(answer.status).map_err(|_| unreadable("a status"))?,
            headers: answer.headers.iter().map(header).collect::<Result<_>>()?,
            body: Body::Recorded {
                rest: answer.body.as_ref().map(|body| body.to_bytes()).transpose()?,
                broken: answer.broken.clone(),
            },
            tape: None,
        })
    }

    /// The next piece of the body, as it is on the wire. `None` at its end.
    pub(super) async fn chunk(&mut self, idle: Duration) -> Result<Option<Bytes>> {
        let chunk = self.body.chunk(idle).await;
        if let Some(tape) = &mut self.tape {
            tape.heard(&chunk);
        }
        chunk
    }

    /// The reader decides where it ends: leaving before the last byte is no failure.
    pub(super) fn into_stream(mut self) -> Self {
        if let Some(tape) = &mut self.tape {
            tape.may_end_anywhere();
        }
        self
    }
}

impl Body {
    async fn chunk(&mut self, idle: Duration) -> Result<Option<Bytes>> {
        match self {
            Self::Network(response) => {
                let chunk = tokio::time::timeout(idle, response.chunk()).await.map_err(|_| silent(idle))?;
                chunk.map_err(interrupted)
            }
            Self::Recorded { rest, broken } => match (rest.take(), broken) {
                (Some(rest), _) => Ok(Some(rest)),
                (None, Some(broken)) => Err(broken.to_error()),
                (None, None) => Ok(None),
            },
        }
    }
}
