//! A request, from a relative target to an answer. The credential goes on last, and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use ::http::Method;
use ::http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    USER_AGENT,
};
use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::decode::{self, Decoder};
use super::incoming::Incoming;
use super::stream::EventStream;
use super::tape::Tape;
use super::upload::Upload;
use super::view::{RequestView, ViewBody};
use super::{Answer, Multipart, answer, header_value};
use crate::connection::{Auth, Connection};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Evidence, Result};
use crate::event::Event;
use crate::exchange::{Exchanges, Mask, Outcome, Replayer, Sent, SentBody};
use crate::limits;
use crate::redact::MASK;

const AGENT: &str = concat!("linkwork/", env!("CARGO_PKG_VERSION"));

/// A request of a connection.
pub struct Request<'a, C> {
    connection: &'a C,
    ctx: &'a Context,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Body,
    timeout: Option<Duration>,
}

enum Body {
    None,
    Bytes(Bytes),
    Form(Multipart),
}

/// What came back where a stream was asked for.
#[derive(Debug)]
pub enum Reply {
    /// A stream of events.
    Events(EventStream),
    /// Something else, whole.
    Whole(Answer),
}

impl<'a, C: Connection> Request<'a, C> {
    pub(crate) fn new(connection: &'a C, ctx: &'a Context, method: Method, target: &str) -> Result<Self> {
        let client = ctx.client()?;
        // Where nothing is dialled, any address is as good as another.
        if !matches!(ctx.exchanges(), Exchanges::Replay(_)) {
            client.check_egress()?;
        }
        let url = client.locate(target)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/plain, */*"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(decode::ACCEPTED));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        Ok(Self { connection, ctx, method, url, headers, body: Body::None, timeout: None })
    }

    /// Adds a query that is already encoded, after what the target itself has.
    pub fn query(mut self, encoded: &str) -> Self {
        if !encoded.is_empty() {
            let query = match self.url.query() {
                Some(own) if !own.is_empty() => format!("{own}&{encoded}"),
                _ => encoded.to_owned(),
            };
            self.url.set_query(Some(&query));
        }
        self
    }

    /// Sets headers. They take the place of the usual ones with the same name; duplicates among them are kept.
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Sends JSON.
    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", Bytes::from(body.to_string()))
    }

    /// Sends these bytes, as this type unless a header names another.
    pub fn bytes(mut self, media_type: &'static str, body: Bytes) -> Self {
        self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(media_type));
        self.body = Body::Bytes(body);
        self
    }

    /// Sends a form. Its type goes before any that a header names.
    pub fn multipart(mut self, form: Multipart) -> Self {
        self.body = Body::Form(form);
        self
    }

    /// Bounds this attempt, the body included.
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends it and waits for the whole answer. A status that is not 2xx is the connection's error.
    pub async fn send(self) -> Result<Answer> {
        let connection = self.connection;
        let answer = self.exchange().await?;
        if answer.is_success() { Ok(answer) } else { Err(connection.explain(&answer)) }
    }

    /// Sends it and waits for the whole answer, whatever its status.
    pub async fn exchange(self) -> Result<Answer> {
        let (timeout, ctx) = (self.timeout, self.ctx);
        let work = async {
            let (ctx, incoming) = self.dispatch().await?;
            read_whole(ctx, incoming).await
        };
        match timeout {
            None => work.await,
            Some(limit) => {
                tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(timed_out(limit, ctx.evidence())))
            }
        }
    }

    /// Sends it and hands over the events while they arrive. A status that is not 2xx is the connection's error.
    pub async fn stream(mut self) -> Result<Reply> {
        self.headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        self.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let connection = self.connection;
        let (ctx, incoming) = self.dispatch().await?;
        let is_stream = answer::media_type(&incoming.headers).as_deref() == Some("text/event-stream");
        if incoming.status.is_success() && is_stream && decode::coding(&incoming.headers).is_none() {
            return Ok(Reply::Events(EventStream::new(incoming, limits::IDLE_STREAM)));
        }
        let answer = read_whole(ctx, incoming).await?;
        if answer.is_success() { Ok(Reply::Whole(answer)) } else { Err(connection.explain(&answer)) }
    }

    async fn dispatch(mut self) -> Result<(&'a Context, Incoming)> {
        let body = self.encode()?;
        self.identify()?;
        if self.ctx.wants_requests() {
            self.show();
        }
        match self.ctx.exchanges() {
            Exchanges::Unobserved => self.dial(body, None).await,
            Exchanges::Record(recorder) => {
                let tape = Tape::new(Arc::clone(recorder), self.ctx, self.sent()?);
                self.dial(body, Some(Box::new(tape))).await
            }
            Exchanges::Replay(replayer) => Ok((self.ctx, self.replay(&**replayer)?)),
        }
    }

    /// The bytes of the body, with the headers that belong to them set.
    fn encode(&mut self) -> Result<Option<Bytes>> {
        let body = match &self.body {
            Body::None => None,
            Body::Bytes(bytes) => Some(bytes.clone()),
            Body::Form(form) => {
                let (media_type, bytes) = form.encode()?;
                self.headers.insert(CONTENT_TYPE, sound_value(&media_type)?);
                Some(bytes)
            }
        };
        // Some servers refuse such a request if it does not say that it has no body.
        if body.as_ref().is_none_or(Bytes::is_empty)
            && matches!(self.method, Method::POST | Method::PUT | Method::PATCH)
        {
            self.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(body)
    }

    async fn dial(self, body: Option<Bytes>, mut tape: Option<Box<Tape>>) -> Result<(&'a Context, Incoming)> {
        let mut request = reqwest::Request::new(self.method, self.url);
        *request.headers_mut() = self.headers;
        match body.filter(|body| !body.is_empty()) {
            Some(body) => *request.body_mut() = Some(reqwest::Body::wrap(Upload::new(body, self.ctx))),
            // Without a body there is nothing that tells when the request leaves.
            None => self.ctx.request_left(),
        }
        let response = self.ctx.client()?.execute(request).await.inspect_err(|error| {
            if let Some(tape) = &mut tape {
                tape.broke(error);
            }
        })?;
        Ok((self.ctx, Incoming::live(response, tape)))
    }

    fn replay(&self, replayer: &dyn Replayer) -> Result<Incoming> {
        match replayer.replay(self.ctx.step_path(), &self.sent()?)? {
            Outcome::Answered(answer) => {
                self.ctx.request_left();
                Incoming::recorded(&answer)
            }
            Outcome::Broken(broken) => Err(broken.to_error()),
        }
    }

    /// The request as a recording holds it.
    fn sent(&self) -> Result<Sent> {
        let client = self.ctx.client()?;
        let mask = Mask::of_request(client.redactor(), self.ctx.run_id());
        let media_type = answer::media_type(&self.headers);
        let body = match &self.body {
            Body::None => None,
            Body::Bytes(bytes) => SentBody::of(media_type.as_deref(), bytes, &mask),
            Body::Form(form) => Some(SentBody::of_form(form, &mask)),
        };
        let target = client.below_base(&self.url)?;
        Ok(Sent::new(self.method.as_str(), &target, &self.headers, body, &mask))
    }

    /// Adds the credential and what goes with it, in place of whatever stands under their names.
    fn identify(&mut self) -> Result<()> {
        match self.connection.auth() {
            Auth::None => {}
            Auth::Bearer(secret) => drop(self.headers.insert(AUTHORIZATION, secret.bearer()?)),
            Auth::Basic { user, password } => drop(self.headers.insert(AUTHORIZATION, password.basic(user)?)),
            Auth::Header { name, value } => drop(self.headers.insert(header_name(name)?, value.header()?)),
        }
        for (name, value) in self.connection.headers() {
            self.headers.insert(header_name(name)?, sound_value(value)?);
        }
        if let Some(name) = self.connection.idempotency_header() {
            self.headers.insert(header_name(name)?, sound_value(self.ctx.idempotency_key())?);
        }
        Ok(())
    }

    fn show(&self) {
        let redactor = self.ctx.client().map(|client| client.redactor());
        let shown = |text: &str| {
            let mut text = text.to_owned();
            if let Ok(redactor) = redactor {
                redactor.text(&mut text);
            }
            text
        };
        let headers = self.headers.iter().filter(|(name, _)| !matches!(**name, ACCEPT_ENCODING | USER_AGENT));
        let view = RequestView {
            method: self.method.to_string(),
            url: shown(self.url.as_str()),
            headers: headers.map(|(name, value)| (name.to_string(), shown(&masked(value)))).collect(),
            body: self.body.view(&shown),
        };
        self.ctx.emit(Event::Request(view));
    }
}

impl Body {
    fn view(&self, shown: &impl Fn(&str) -> String) -> ViewBody {
        match self {
            Self::None => ViewBody::None,
            Self::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => ViewBody::Text(shown(text)),
                Err(_) => ViewBody::Binary(bytes.len()),
            },
            Self::Form(form) => {
                let value = |part: &super::Part| match &part.file {
                    Some((name, _)) => format!("@{name}"),
                    None => shown(&String::from_utf8_lossy(&part.content)),
                };
                ViewBody::Form(form.parts.iter().map(|part| (part.name.clone(), value(part))).collect())
            }
        }
    }
}

/// A header's value, or what stands for it: `Bearer [secret]`.
fn masked(value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    match (value.is_sensitive(), text.split_once(' ')) {
        (false, _) => text.into_owned(),
        (true, Some((scheme @ ("Bearer" | "Basic"), _))) => format!("{scheme} {MASK}"),
        (true, _) => MASK.to_owned(),
    }
}

async fn read_whole(ctx: &Context, mut incoming: Incoming) -> Result<Answer> {
    let mut decoder = Decoder::for_answer(&incoming.headers)?;
    while let Some(chunk) = incoming.chunk(limits::IDLE).await? {
        decoder.push(&chunk)?;
    }
    Ok(Answer {
        status: incoming.status.as_u16(),
        headers: incoming.headers,
        body: decoder.finish()?.into(),
        at: ctx.now(),
    })
}

fn timed_out(limit: Duration, evidence: Evidence) -> Error {
    Error::new(ErrorKind::Timeout, format!("the provider did not answer within {} ms", limit.as_millis()))
        .with_evidence(evidence)
}

fn header_name(name: &str) -> Result<HeaderName> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::new(ErrorKind::InvalidConnection, format!("{name:?} cannot be the name of a header")))
}

fn sound_value(value: &str) -> Result<HeaderValue> {
    let message = "a header's value holds a character that no header can carry";
    header_value(value).ok_or_else(|| Error::new(ErrorKind::InvalidInput, message))
}
