//! How a fault harms the body of an answer. A stream is harmed event by event, any other body byte by byte.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, to_bytes};
use axum::http::header;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::ready;
use futures_util::{Stream, StreamExt, stream};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::fault::BodyHarm;
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::sse;

/// More than any answer of the sandbox's.
const MOST_ANSWER: usize = 64 * 1024 * 1024;

/// How the events that end a turn are told from those before, in every dialect that is streamed.
const FINISHES: [&str; 6] = [
    r#""finish_reason":"stop""#,
    r#""finish_reason":"length""#,
    r#""finish_reason":"tool_calls""#,
    r#""type":"message_delta""#,
    r#""type":"response.completed""#,
    r#""type":"response.incomplete""#,
];

type Unit = Result<Bytes, axum::Error>;

/// Lets a stream end when the sandbox stops: a server that shuts down in order would otherwise wait for it.
pub(crate) fn stoppable(answer: Response, stop: &CancellationToken) -> Response {
    if !sse::is_stream(&answer) {
        return answer;
    }
    let stop = stop.clone().cancelled_owned();
    answer.map(|body| Body::from_stream(body.into_data_stream().take_until(stop)))
}

pub(crate) async fn apply(answer: Response, harm: BodyHarm, provider: Provider, stop: &CancellationToken) -> Response {
    let streamed = sse::is_stream(&answer);
    let (mut parts, body) = answer.into_parts();
    let body = match harm {
        BodyHarm::Cut(units) => flow(by_unit(body, streamed).take(units).chain(cut()), stop),
        BodyHarm::Stall(units) => flow(by_unit(body, streamed).take(units).chain(stream::pending()), stop),
        BodyHarm::Drip(pause) => flow(drip(body.into_data_stream(), pause), stop),
        BodyHarm::NoFinish => flow(by_unit(body, streamed).take_while(|unit| ready(!finishes(unit))), stop),
        BodyHarm::ErrorEvent(units) if streamed => {
            flow(by_unit(body, true).take(units).chain(failure(&provider.failure())), stop)
        }
        BodyHarm::ErrorEvent(_) => return provider.refuse(Refusal::in_a_success()),
        BodyHarm::Malformed if streamed => flow(second_halved(body.into_data_stream()), stop),
        BodyHarm::Malformed => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Body::from(half(&to_bytes(body, MOST_ANSWER).await.unwrap_or_default()))
        }
    };
    Response::from_parts(parts, body)
}

fn flow<E: Into<axum::BoxError> + 'static>(
    units: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    stop: &CancellationToken,
) -> Body {
    Body::from_stream(units.take_until(stop.clone().cancelled_owned()))
}

fn by_unit(body: Body, streamed: bool) -> impl Stream<Item = Unit> + Send {
    let events = body.into_data_stream();
    if streamed { events.left_stream() } else { bytes_of(events).right_stream() }
}

fn bytes_of(events: BodyDataStream) -> impl Stream<Item = Unit> + Send {
    events.flat_map(|event| {
        let bytes = event.unwrap_or_default();
        stream::iter(0..bytes.len()).map(move |at| Ok(bytes.slice(at..=at)))
    })
}

/// An error in the body's stream makes hyper drop the connection without the closing chunk.
fn cut() -> impl Stream<Item = Unit> + Send {
    stream::once(async {
        // What was written before is flushed only when the body has nothing ready.
        tokio::task::yield_now().await;
        Err(axum::Error::new(io::Error::from(io::ErrorKind::ConnectionReset)))
    })
}

fn drip(events: BodyDataStream, pause: Duration) -> impl Stream<Item = Unit> + Send {
    bytes_of(events).then(move |byte| async move {
        sse::sleep(pause).await;
        byte
    })
}

fn failure(body: &Value) -> impl Stream<Item = Unit> + Send + use<> {
    stream::iter([Ok(sse::data(body))])
}

fn second_halved(events: BodyDataStream) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    events.enumerate().map(|(at, event)| {
        let event = event.unwrap_or_default();
        Ok(if at == 1 { [&half(&event), &b"\n\n"[..]].concat().into() } else { event })
    })
}

fn half(bytes: &Bytes) -> Bytes {
    bytes.slice(..bytes.len() / 2)
}

fn finishes(unit: &Unit) -> bool {
    let Ok(bytes) = unit else { return true };
    let text = String::from_utf8_lossy(bytes);
    FINISHES.iter().any(|mark| text.contains(mark))
}
