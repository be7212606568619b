//! One request: its shape is checked, and it is handed to whoever answers it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HOST, HeaderValue, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use runner_gateway::control::{Gateway, Permission, StoreHealth};
use runner_gateway::data::{Answer, Door};
use serde_json::{Value, json};

use crate::pulse::{Pulse, Watch};
use crate::routes::Routes;

/// Whoever answers requests.
pub(crate) struct Front {
    pub(crate) gateway: Gateway,
    pub(crate) door: Door,
    pub(crate) routes: Option<Arc<dyn Routes>>,
    /// In small letters. Any host will do, if there is none.
    pub(crate) hosts: Vec<String>,
    pub(crate) watch: Arc<Watch>,
    pub(crate) is_draining: AtomicBool,
}

impl Front {
    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Answer> {
        if let Some(misshapen) = self.misshapen(&request) {
            return self.door.misshapen(&request, misshapen);
        }
        match request.uri().path() {
            "/health" => self.only_get(&request, || self.health()),
            "/ready" => self.only_get(&request, || self.ready()),
            "/metrics" => self.only_get(&request, || self.metrics(&request)),
            path => match &self.routes {
                Some(routes) if routes.is_at(path) => routes.answer(request).await,
                _ => self.door.enter(request).await,
            },
        }
    }

    /// What is wrong with the form of a request, before anybody asks what it is about.
    fn misshapen(&self, request: &Request<Incoming>) -> Option<&'static str> {
        let uri = request.uri();
        if uri.authority().is_some() || !uri.path().starts_with('/') {
            return Some("the request's target must be a path");
        }
        let codings = request.headers().get_all(TRANSFER_ENCODING).iter();
        // Others could read the body's end elsewhere.
        if codings.enumerate().any(|(at, coding)| at > 0 || !coding.as_bytes().eq_ignore_ascii_case(b"chunked")) {
            return Some("the body's transfer encoding must be chunked, and said once");
        }
        let mut hosts = request.headers().get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Some("a request must have exactly one Host header");
        };
        let Some(host) = Authority::try_from(host.as_bytes()).ok().filter(|host| !host.as_str().contains('@')) else {
            return Some("the Host header is not a host and, if need be, a port");
        };
        let is_probe = matches!(uri.path(), "/health" | "/ready");
        (!is_probe && !self.is_host(host.host())).then_some("the Host header names another server")
    }

    fn is_host(&self, host: &str) -> bool {
        let is_address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
        self.hosts.is_empty()
            || is_address
            || host.eq_ignore_ascii_case("localhost")
            || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    }

    fn only_get(&self, request: &Request<Incoming>, answer: impl FnOnce() -> Response<Answer>) -> Response<Answer> {
        match *request.method() {
            Method::GET | Method::HEAD => answer(),
            _ => only_get(),
        }
    }

    /// Whether the process does its work. It says nothing that only some may know.
    fn health(&self) -> Response<Answer> {
        let health = self.gateway.health();
        let traces = self.door.trouble_with_traces().and_then(|trouble| trouble.borrow().clone());
        let is_well = health.trouble.is_none() && health.store == StoreHealth::Ok && traces.is_none();
        let trouble = health.trouble.map(|_| "the file on disk is not valid; what it said before still counts");
        let status = if is_well { "ok" } else { "degraded" };
        let store = match health.store {
            StoreHealth::Ok => "ok",
            StoreHealth::Full => "full",
            StoreHealth::Poisoned => "failed",
        };
        let told = json!({
            "status": status, "file": trouble, "store": store, "records_lost": health.lost, "traces": traces
        });
        json_answer(StatusCode::OK, &told)
    }

    /// Whether new calls are welcome.
    fn ready(&self) -> Response<Answer> {
        match self.is_draining.load(Ordering::Relaxed) {
            false => json_answer(StatusCode::OK, &json!({ "ready": true })),
            true => json_answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "ready": false })),
        }
    }

    /// The numbers of the caller's workspace and of the server, for those who may see all calls of the workspace.
    fn metrics(&self, request: &Request<Incoming>) -> Response<Answer> {
        match self.door.workspace_of(request, Permission::ReadAllCalls) {
            Ok(workspace) => {
                let connections = self.watch.count();
                let own = format!(
                    "# HELP linkwork_server_connections Connections that are open.\n\
                     # TYPE linkwork_server_connections gauge\nlinkwork_server_connections {connections}\n"
                );
                let text = self.door.metrics(&workspace) + &own;
                let mut response = Response::new(Answer::whole(text.into()));
                let media_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
                response.headers_mut().insert(CONTENT_TYPE, media_type);
                response
            }
            Err(no) => *no,
        }
    }
}

fn only_get() -> Response<Answer> {
    let message = "only GET is answered here";
    let error = json!({ "message": message, "type": "invalid_request_error", "param": null, "code": "method" });
    let mut response = json_answer(StatusCode::METHOD_NOT_ALLOWED, &json!({ "error": error }));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

fn json_answer(status: StatusCode, body: &Value) -> Response<Answer> {
    let mut response = Response::new(Answer::whole(body.to_string().into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer while it is written. Dropping it tells that the request is over.
pub(crate) struct Served {
    answer: Answer,
    pulse: Arc<Pulse>,
}

impl Served {
    pub(crate) fn new(answer: Answer, pulse: Arc<Pulse>) -> Self {
        Self { answer, pulse }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.pulse.answered();
    }
}

impl Body for Served {
    type Data = Bytes;
    type Error = <Answer as Body>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.answer).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.answer.size_hint()
    }
}
