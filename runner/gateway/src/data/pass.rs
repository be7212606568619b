//! A call that was let through, passed on to its provider.

use std::borrow::Cow;
use std::mem;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use connector_sdk::Endpoint;
use connector_sdk::http::{Forwarded, ForwardedBody, Outgoing};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, HeaderName, Method, Response};
use http_body::Body as _;

use super::answer::Answer;
use super::door::Chosen;
use super::flow::{Flow, Shape};
use super::intake::Share;
use super::mend::{Blocks, Mender};
use super::record::Record;
use super::refuse::{No, reshaped};
use super::trace::Span;
use super::{bounds, headers};
use crate::control::{CallId, Caller};

const CALL_ID: HeaderName = HeaderName::from_static("x-linkwork-call-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// A call that was let through.
pub(super) struct Passing<'a> {
    pub(super) caller: &'a Caller,
    pub(super) chosen: Chosen<'a>,
    pub(super) id: CallId,
    pub(super) stream: bool,
    /// Whether the usage of a stream was asked for, though the caller did not.
    pub(super) asked_for_usage: bool,
    pub(super) record: Record,
    pub(super) method: Method,
    /// What comes after the base of the model's connection.
    pub(super) target: Cow<'a, str>,
    pub(super) headers: HeaderMap,
    pub(super) body: Outgoing,
    /// What the body takes of the memory for all of them.
    pub(super) _share: Option<Share>,
}

impl Passing<'_> {
    /// Sends it, and hands back the answer while it arrives.
    pub(super) async fn on(mut self: Box<Self>) -> Response<Answer> {
        headers::up(&mut self.headers);
        self.trace();
        self.record.waits();
        self.record.sent(true);
        let answer = match self.first_byte().await {
            Ok(answer) => answer,
            Err(no) => {
                self.record.sent(!no.is_before_sending());
                return self.end(&no);
            }
        };
        self.record.works();
        self.record.answered(answer.status, &answer.headers);
        match answer.status.as_u16() {
            // The caller's client would follow it with the caller's key.
            300..=399 => self.end(&No::redirected()),
            400.. => self.fail(answer).await,
            _ => self.flow(answer, None),
        }
    }

    /// Gives the call its place in a trace, if somebody wants to hear of it.
    fn trace(&mut self) {
        let headers = &mut self.headers;
        if let Some(link) = self.record.traces().and_then(|traces| traces.link(headers)) {
            let (model, operation) = (&self.chosen.model, self.endpoint().operation);
            self.record.trace(Span::new(link, self.caller, model, operation, self.id, self.stream));
        }
    }

    /// The call ends without an answer of the provider's.
    fn end(mut self: Box<Self>, no: &No) -> Response<Answer> {
        let mut response = no.response(self.endpoint().dialect);
        self.sign(response.headers_mut());
        self.record.finish(Some(Cow::Borrowed(no.code())));
        response
    }

    async fn first_byte(&mut self) -> Result<Forwarded, No> {
        let (headers, body) = (mem::take(&mut self.headers), mem::replace(&mut self.body, Outgoing::Nothing));
        let (connection, limit) = (&self.chosen.model.connection, self.endpoint().first_byte);
        // Pinned where it is made: it is large, and would be copied with each hand that it goes through.
        let forward = pin!(connection.forward(self.method.clone(), &self.target, headers, body));
        tokio::select! {
            // Asked first: a key that was revoked meanwhile sends nothing.
            biased;
            () = self.caller.revoked.cancelled() => Err(No::revoked()),
            answer = tokio::time::timeout(limit, forward) => match answer {
                Ok(answer) => answer.map_err(|error| No::from(&error)),
                Err(_) => Err(No::silent(limit)),
            },
        }
    }

    fn endpoint(&self) -> &Endpoint {
        self.chosen.endpoint()
    }

    /// The answer, while it arrives.
    fn flow(self: Box<Self>, answer: Forwarded, error: Option<Cow<'static, str>>) -> Response<Answer> {
        let mut head = answer.headers;
        let shape = match headers::is_event_stream(&head) {
            true => Shape::events(self.endpoint().dialect, self.mender(), headers::is_framed(&head)),
            false => Shape::Bytes,
        };
        if matches!(shape, Shape::Events(_)) {
            head.remove(CONTENT_LENGTH);
        }
        headers::down(&mut head);
        self.sign(&mut head);
        let revoked = self.caller.revoked.clone();
        let flow = Flow::new(answer.body, self.chosen.endpoint(), shape, self.record, revoked, error);
        let mut response = Response::new(Answer::flow(flow));
        *response.status_mut() = answer.status;
        *response.headers_mut() = head;
        response
    }

    fn mender(&self) -> Mender {
        let numbers_blocks = self.endpoint().misnumbers_blocks.then(Blocks::default);
        Mender { drops_usage: self.asked_for_usage, numbers_blocks }
    }

    /// An error of the provider, in the shape that the caller's client reads.
    async fn fail(mut self: Box<Self>, answer: Forwarded) -> Response<Answer> {
        let status = answer.status;
        let error = Cow::Owned(status.as_str().to_owned());
        if headers::is_event_stream(&answer.headers) || answer.body.size_hint().lower() > bounds::ERROR as u64 {
            return self.flow(answer, Some(error));
        }
        self.record.waits();
        let Ok(Some(words)) = tokio::time::timeout(self.endpoint().idle, read(answer.body)).await else {
            return self.end(&No::broken());
        };
        self.record.works();
        let words = self.chosen.model.connection.masked(words);
        self.record.piece(&words);
        let mut head = answer.headers;
        headers::down(&mut head);
        head.remove(CONTENT_LENGTH);
        let words = match head.contains_key(http::header::CONTENT_ENCODING) {
            true => words,
            false => reshaped(self.endpoint().dialect, status, &words).inspect(|_| is_json(&mut head)).unwrap_or(words),
        };
        self.sign(&mut head);
        self.record.handed_on(words.len());
        self.record.finish(Some(error));
        let mut response = Response::new(Answer::whole(words));
        *response.status_mut() = status;
        *response.headers_mut() = head;
        response
    }

    /// Adds the call's id, and how long it took here and there.
    fn sign(&self, head: &mut HeaderMap) {
        let (busy, all) = self.record.times();
        let timing = format!("gateway;dur={}, upstream;dur={}", millis(busy), millis(all.saturating_sub(busy)));
        for (name, value) in [(CALL_ID, self.id.to_string()), (SERVER_TIMING, timing)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                head.append(name, value);
            }
        }
    }
}

/// The body of an answer that is read here, as far as one is.
pub(super) async fn read(mut body: ForwardedBody) -> Option<Bytes> {
    let mut all = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let piece = frame.ok()?.into_data().unwrap_or_default();
        let room = bounds::ERROR - all.len();
        all.extend_from_slice(&piece[..piece.len().min(room)]);
        if all.len() == bounds::ERROR {
            break;
        }
    }
    Some(all.freeze())
}

fn is_json(head: &mut HeaderMap) {
    head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

/// In thousandths of a second, to the microsecond.
fn millis(length: Duration) -> String {
    let micros = length.as_micros();
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}
