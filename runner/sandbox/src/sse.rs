//! Server-sent events: how one is written, and a stream of them at a readable pace.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::Value;

const CONTENT_TYPE: &str = "text/event-stream";

/// A `data:` line alone, as chat streams have it.
pub(crate) fn data(body: &Value) -> Bytes {
    format!("data: {body}\n\n").into()
}

/// An `event:` line with the body's own `type`, as Messages and Responses have it.
pub(crate) fn named(body: &Value) -> Bytes {
    let name = body["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {body}\n\n").into()
}

pub(crate) fn done() -> Bytes {
    Bytes::from_static(b"data: [DONE]\n\n")
}

/// Streams events, the first at once and each next after the pause.
pub(crate) fn answer(events: Vec<Bytes>, pause: Duration) -> Response {
    let paced = stream::iter(events).enumerate().then(move |(at, event)| async move {
        if at > 0 {
            sleep(pause).await;
        }
        Ok::<_, Infallible>(event)
    });
    let headers = [(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(paced)).into_response()
}

/// Waits; for no time at all, not even the timer's millisecond.
pub(crate) async fn sleep(pause: Duration) {
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
}

pub(crate) fn is_stream(answer: &Response) -> bool {
    answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == CONTENT_TYPE)
}
