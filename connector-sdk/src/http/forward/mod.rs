//! Passing one request on as it is: the connection's credential is put in last, and nothing else is touched.
//!
//! The target is proved to lie within the connection's base, as that of every request is; the address is checked when it
//! is dialled; a redirect is an answer like any other. Nothing is repeated, unless not a byte of it had left.

mod dial;
mod incoming;
mod lane;
mod outgoing;
mod pool;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::http::header::{CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING};
use ::http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body::Body as _;

use self::dial::Dialer;
pub use self::incoming::ForwardedBody;
use self::lane::{Failed, Lane};
pub use self::outgoing::Outgoing;
use self::pool::Pool;
use super::client::broken;
use super::{Base, Egress, retry_after};
use crate::connection::BoundConnection;
use crate::error::{Error, ErrorKind, Origin, Result};

/// The way to one connection's origin, for requests that are passed on.
pub(super) struct Way {
    host: HeaderValue,
    pool: Arc<Pool>,
}

/// An answer that is passed back. Its headers are the provider's own.
pub struct Forwarded {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// What follows.
    pub body: ForwardedBody,
}

impl Forwarded {
    /// How long the provider asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after::read(&self.headers, SystemTime::now())
    }
}

impl BoundConnection {
    /// Passes a request on and waits for the answer's head. `target` is relative to the connection's base.
    pub async fn forward(&self, method: Method, target: &str, headers: HeaderMap, body: Outgoing) -> Result<Forwarded> {
        let client = self.client();
        let path = client.path_of(target)?;
        let way = client.way()?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from(path);
        *request.headers_mut() = headers;
        frame(&mut request);
        request.headers_mut().insert(HOST, way.host.clone());
        self.identify(request.headers_mut())?;
        // The target is good: an address that may not be dialled is the connection's own.
        client.check_egress().map_err(|error| error.with_origin(Origin::Connection))?;
        way.send(request).await
    }
}

impl Way {
    pub(super) fn new(base: &Base, egress: Egress) -> Result<Self> {
        let unfit = |_| Error::new(ErrorKind::InvalidConnection, "the base URL's host cannot stand in a request");
        let host = HeaderValue::from_str(base.authority()).map_err(unfit)?;
        Ok(Self { host, pool: Pool::new(Dialer::new(base, egress)?) })
    }

    async fn send(&self, request: Request<Outgoing>) -> Result<Forwarded> {
        let mut request = Box::new(request);
        while let Some(lane) = self.pool.parked() {
            // A lane that had been closed meanwhile has taken nothing.
            match self.send_by(lane, request).await? {
                Ok(answer) => return Ok(answer),
                Err(unsent) => request = unsent,
            }
        }
        let lane = self.pool.dialled().await.map_err(|error| error.with_origin(Origin::Connection))?;
        self.send_by(lane, request).await?.map_err(|_| super::client::no_connection("it was closed at once"))
    }

    async fn send_by(
        &self,
        mut lane: Box<Lane>,
        request: Box<Request<Outgoing>>,
    ) -> Result<Result<Forwarded, Box<Request<Outgoing>>>> {
        match lane.exchange(*request).await {
            Ok(answer) => {
                let (head, incoming) = answer.into_parts();
                let body = ForwardedBody::new(incoming, lane, Arc::clone(&self.pool));
                Ok(Ok(Forwarded { status: head.status, headers: head.headers, body }))
            }
            Err(Failed::Unsent(request)) => Ok(Err(request)),
            Err(Failed::Broken(error)) => Err(broken(error)),
        }
    }
}

/// How long the body is follows from the body, never from what somebody said of another one.
fn frame(request: &mut Request<Outgoing>) {
    let is_empty = request.body().is_end_stream();
    let may_have_body = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    let headers = request.headers_mut();
    headers.remove(TRANSFER_ENCODING);
    headers.remove(CONTENT_LENGTH);
    if is_empty && may_have_body {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}
