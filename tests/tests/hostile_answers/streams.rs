//! Event streams without measure.

use connector_sdk::{Error, ErrorKind, Evidence, limits};
use serde_json::json;
use tests::probe;
use tests::wire::{Reply, Wire};

const MIB: u64 = 1 << 20;

fn events() -> Reply {
    Reply::head(200, &[("content-type", "text/event-stream")])
}

/// Asserts that a stream ends in this error, and that at most so much of it was taken.
async fn is_over(reply: Reply, message: &str, most: u64) {
    let wire = Wire::always(reply);
    let error: Error = probe::rig(&wire.url("/v1")).call("stream", json!({})).await.unwrap_err();
    assert_eq!((error.message(), error.kind(), error.evidence()), (message, ErrorKind::LimitExceeded, Evidence::Final));
    wire.until(|seen| seen.left == 1).await;
    assert!(wire.seen().sent < most + 32 * MIB, "{}", wire.seen().sent);
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test]
async fn a_line_without_end() {
    let reply = events().send("data: ").forever([b'x'; 65_536]);
    is_over(reply, "a line of the provider's event stream is over 1 MiB", MIB).await;
}

#[tokio::test]
async fn an_event_without_end() {
    let line = format!("data: {}\n", "x".repeat(65_536));
    is_over(events().forever(line), "an event of the provider's stream is over 4 MiB", 4 * MIB).await;
}

#[tokio::test]
async fn a_stream_without_end() {
    let comment = format!(": {}\n\n", "x".repeat(65_536));
    is_over(events().forever(comment), "the provider's event stream is over 256 MiB", limits::SSE_STREAM).await;
}

#[tokio::test]
async fn a_stream_that_was_not_asked_for_is_bounded_as_a_body() {
    let wire = Wire::always(events().forever(": still here\n\n".repeat(4096)));
    let input = json!({ "url": "/x", "method": "GET" });
    let error = probe::rig(&wire.url("/v1")).call("raw-request", input).await.unwrap_err();
    assert_eq!(error.message(), "the provider's answer is over 64 MiB");
}

#[tokio::test]
async fn a_stream_cut_in_the_middle_is_unanswered() {
    let reply = Reply::head(200, &[("content-type", "text/event-stream"), ("transfer-encoding", "chunked")])
        .send("9\r\ndata: 1\n\n\r\n");
    for reply in [reply.clone().close(), reply.reset()] {
        let wire = Wire::script([reply, Reply::json(400, "{}")]);
        let rig = probe::rig(&wire.url("/v1"));
        let scope = connector_sdk::Scope { retries: connector_sdk::Retries::Caller, ..rig.scope() };
        let error = rig.call_in(scope, "stream", json!({})).await.unwrap_err();
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::Network, Evidence::Unanswered));
    }
}
