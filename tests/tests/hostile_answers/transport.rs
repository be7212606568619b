//! Answers that break off, stand still or are no HTTP at all.

use connector_sdk::{ErrorKind, Evidence, limits};
use serde_json::json;
use tests::probe;
use tests::wire::{Reply, Wire};

use super::{ends_in, error_of};

async fn breaks_off(reply: Reply, because: &str) {
    let message = format!("the connection broke before the answer was complete: {because}");
    ends_in(reply, ErrorKind::Network, Evidence::Unanswered, &message).await;
}

#[tokio::test]
async fn a_status_line_that_is_none() {
    for line in
        ["nonsense", "HTTP/9.9 200 OK", "HTTP/1.1 abc OK", "HTTP/1.1 99999 OK", "SSH-2.0-OpenSSH_9.6", "\0\0\0\0"]
    {
        let (error, _) = error_of(Reply::silence().send(format!("{line}\r\n\r\n")).close()).await;
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::Network, Evidence::Unanswered), "{line:?}: {error}");
        assert!(error.message().contains("invalid HTTP"), "{line:?}: {error}");
    }
}

#[tokio::test]
async fn a_truncated_body() {
    let head = || Reply::head(200, &[("content-length", "100")]);
    breaks_off(head().send("{\"a\":1}").close(), "end of file before message length reached").await;
    let head = || Reply::head(200, &[("transfer-encoding", "chunked")]);
    breaks_off(head().send("7\r\n{\"a\":").close(), "end of file before message length reached").await;
    breaks_off(head().send("7\r\n{\"a\":1}\r\n").close(), "unexpected EOF during chunk size line").await;
}

#[tokio::test]
async fn a_length_that_is_wrong() {
    for length in ["18446744073709551615", "18446744073709551616", "-1", "1e3", "7, 8"] {
        let (error, _) = error_of(Reply::head(200, &[("content-length", length)]).send("{\"a\":1}").close()).await;
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::Network, Evidence::Unanswered), "{length}: {error}");
    }
    for size in ["zz", "fffffffffffffffff", "-1", ""] {
        let head = Reply::head(200, &[("transfer-encoding", "chunked")]);
        let (error, _) = error_of(head.send(format!("{size}\r\n{{}}\r\n0\r\n\r\n")).close()).await;
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::Network, Evidence::Unanswered), "{size}: {error}");
    }
}

#[tokio::test]
async fn headers_without_end() {
    let thousands: String = (0..5000).map(|n| format!("x-{n}: 1\r\n")).collect();
    let reply = Reply::silence().send(format!("HTTP/1.1 200 OK\r\n{thousands}\r\n{{}}"));
    breaks_off(reply.close(), "message head is too large").await;

    let endless = Reply::silence().send("HTTP/1.1 200 OK\r\nx: ").forever([b'x'; 4096]);
    let (error, wire) = error_of(endless).await;
    assert_eq!((error.kind(), error.evidence()), (ErrorKind::Network, Evidence::Unanswered));
    wire.until(|seen| seen.left == 1).await;
    assert!(wire.seen().sent < 32 << 20, "{}", wire.seen().sent);
}

#[tokio::test]
async fn a_reset_in_the_middle() {
    let reply = Reply::head(200, &[("content-length", "100")]).send("{");
    let (error, _) = error_of(reply.reset()).await;
    assert_eq!((error.kind(), error.evidence()), (ErrorKind::Network, Evidence::Unanswered));
}

#[tokio::test]
async fn an_answer_that_stands_still() {
    let whole = Reply::head(200, &[("content-length", "100")]).send("{\"a\":").stall();
    let events = Reply::head(200, &[("content-type", "text/event-stream")]).send("data: 1\n\nda").stall();
    let cases =
        [("read", json!({ "text": "" }), whole, limits::IDLE), ("stream", json!({}), events, limits::IDLE_STREAM)];
    for (action, input, reply, idle) in cases {
        let wire = Wire::always(reply);
        let rig = probe::rig(&wire.url("/v1"));
        let scope = connector_sdk::Scope { retries: connector_sdk::Retries::Caller, ..rig.scope() };
        let let_time_pass = async {
            wire.until(|seen| seen.held == 1).await;
            rig.events.stop_clock();
        };
        let (outcome, ()) = tokio::join!(rig.call_in(scope, action, input), let_time_pass);
        rig.events.start_clock();
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::Timeout, Evidence::Unanswered));
        let message = format!("the provider sent nothing for {} s in the middle of its answer", idle.as_secs());
        assert_eq!(error.message(), message);
        wire.until(|seen| seen.left == 1).await;
    }
}
