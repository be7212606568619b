//! Telling the collector: batch after batch, each repeated only where the collector asks for that.

use std::time::Duration;

use bytes::Bytes;
use connector_sdk::http::{Method, Outgoing};
use connector_sdk::{Error, ErrorKind, Evidence};
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use tokio_util::sync::CancellationToken;

use super::super::{bounds, pass};
use super::span::Span;
use super::{Traces, batch};

/// Below the collector's URL.
const TARGET: &str = "/v1/traces";
const AGENT: HeaderValue = HeaderValue::from_static(concat!("linkwork/", env!("CARGO_PKG_VERSION")));

/// Why a batch was not taken.
enum Failed {
    /// It may be sent again after so long.
    Later(Option<Duration>, String),
    /// It was refused, or nobody was there.
    No(String),
}

impl Traces {
    /// Tells the collector of calls until it is told to stop, and then of those that are left, as far as time allows.
    pub(in crate::data) async fn export(&self, stop: CancellationToken) {
        let time_is_up = async {
            stop.cancelled().await;
            tokio::time::sleep(bounds::LAST_SPANS).await;
        };
        tokio::select! {
            () = self.tell_all(&stop) => {}
            () = time_is_up => {}
        }
    }

    async fn tell_all(&self, stop: &CancellationToken) {
        loop {
            let is_last = stop.is_cancelled();
            let mut batch = self.queue.take();
            while !batch.is_empty() {
                self.tell(&batch, stop).await;
                batch = self.queue.take();
            }
            if is_last {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(bounds::SPANS_EVERY) => {}
                () = self.queue.enough() => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Tells of a batch, or counts it as dropped.
    async fn tell(&self, spans: &[Box<Span>], stop: &CancellationToken) {
        let body = batch::body(spans).map_err(|error| error.to_string());
        let trouble = match body {
            Ok(body) => self.send_until_taken(body.into(), stop).await.err(),
            Err(unwritten) => Some(unwritten),
        };
        if trouble.is_some() {
            self.queue.drop_some(spans.len());
        }
        self.trouble.send_if_modified(|said| {
            let is_new = *said != trouble;
            *said = trouble;
            is_new
        });
    }

    async fn send_until_taken(&self, body: Bytes, stop: &CancellationToken) -> Result<(), String> {
        let mut tries = 1;
        loop {
            let (wait, trouble) = match self.send(body.clone()).await {
                Ok(()) => return Ok(()),
                Err(Failed::No(trouble)) => return Err(trouble),
                Err(Failed::Later(wait, trouble)) => (wait.unwrap_or(Duration::from_secs(1 << (tries - 1))), trouble),
            };
            if tries == bounds::SPAN_TRIES || stop.is_cancelled() {
                return Err(trouble);
            }
            tries += 1;
            tokio::select! {
                () = tokio::time::sleep(wait.min(bounds::COLLECTOR_WAIT)) => {}
                // There is time for one more try.
                () = stop.cancelled() => {}
            }
        }
    }

    async fn send(&self, body: Bytes) -> Result<(), Failed> {
        let mut headers = self.to.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, AGENT);
        let body = Outgoing::pieces([body, Bytes::new(), Bytes::new(), Bytes::new(), Bytes::new()]);
        let sent = async {
            let answer = self.to.collector.forward(Method::POST, TARGET, headers, body).await;
            let answer = answer.map_err(|error| unreached(&error))?;
            let (status, wait) = (answer.status.as_u16(), answer.retry_after());
            // What is read to its end leaves the connection open for the next batch.
            let _ = pass::read(answer.body).await;
            match status {
                200..=299 => Ok(()),
                429 | 502 | 503 | 504 => Err(Failed::Later(wait, answered(status))),
                _ => Err(Failed::No(answered(status))),
            }
        };
        let silent = |_| Failed::No(format!("the collector did not answer within {} s", bounds::COLLECTOR.as_secs()));
        tokio::time::timeout(bounds::COLLECTOR, sent).await.map_err(silent)?
    }
}

fn answered(status: u16) -> String {
    format!("the collector answered {status}")
}

fn unreached(error: &Error) -> Failed {
    Failed::No(match (error.kind(), error.evidence()) {
        (ErrorKind::Network, Evidence::NotSent) => "the collector cannot be reached".to_owned(),
        (ErrorKind::Network, _) => "the collector hung up before it had answered".to_owned(),
        _ => error.message().to_owned(),
    })
}
