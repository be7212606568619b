//! Bodies that are too large, or not what they say.

use connector_sdk::{ErrorKind, Evidence, limits};
use serde_json::json;
use tests::coding::{brotli, gzip};
use tests::probe;
use tests::wire::{Reply, Wire};

use super::{ends_in, error_of, outcome_of};

async fn is_malformed(reply: Reply, message: &str) {
    ends_in(reply, ErrorKind::MalformedAnswer, Evidence::Final, message).await;
}

#[tokio::test]
async fn an_endless_body() {
    let piece = vec![b'x'; 1 << 20];
    let chunk = [b"100000\r\n".as_slice(), &piece, b"\r\n"].concat();
    let endless = [
        Reply::head(200, &[("connection", "close")]).forever(&piece),
        Reply::head(500, &[("transfer-encoding", "chunked")]).forever(chunk),
    ];
    for reply in endless {
        let (error, wire) = error_of(reply).await;
        assert_eq!(error.message(), "the provider's answer is over 64 MiB");
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::LimitExceeded, Evidence::Final));
        // What the network holds on its way was sent too, but never taken.
        wire.until(|seen| seen.left == 1).await;
        assert!(wire.seen().sent < limits::BODY as u64 + (32 << 20), "{}", wire.seen().sent);
    }
}

#[tokio::test]
async fn a_coding_that_was_not_asked_for_or_is_not_there() {
    for coding in ["zstd", "deflate", "gzip, gzip", "br, gzip"] {
        let message = format!("the provider's answer is encoded as {coding:?}, which was not asked for");
        is_malformed(Reply::new(200, &[("content-encoding", coding)], "{}"), &message).await;
    }
    for coding in ["gzip", "br"] {
        for body in ["{\"plain\":true}", "\u{1f}\u{8b}"] {
            let reply = Reply::new(200, &[("content-encoding", coding)], body);
            is_malformed(reply, "the provider's answer cannot be decompressed").await;
        }
        // Nothing is nothing, under whatever coding.
        let (outcome, _) = outcome_of(Reply::new(200, &[("content-encoding", coding)], "")).await;
        assert_eq!(outcome.unwrap()["body"], "", "{coding}");
    }
}

#[tokio::test]
async fn a_compressed_body_that_is_cut() {
    let body = br#"{"a":"some text, and some more text"}"#;
    for (coding, whole) in [("gzip", gzip(body)), ("br", brotli(body))] {
        let cut = |length| Reply::new(200, &[("content-encoding", coding)], &whole[..length]);
        let wire = Wire::script((1..whole.len()).map(cut).collect::<Vec<_>>());
        let rig = probe::rig(&wire.url(""));
        for length in 1..whole.len() {
            let input = json!({ "url": "/x", "method": "GET", "response_type": "text" });
            let error = rig.call("raw-request", input).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{coding} of {length} bytes: {error}");
        }
    }
}

#[tokio::test]
async fn json_that_is_too_deep() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let body = open.repeat(100_000) + &close.repeat(100_000);
        let (error, _) = error_of(Reply::json(200, &body)).await;
        assert!(error.message().starts_with("the provider's answer is not JSON: recursion limit exceeded"), "{error}");
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::MalformedAnswer, Evidence::Final));
    }
}

#[tokio::test]
async fn json_cut_in_the_middle() {
    is_malformed(
        Reply::json(200, "{\"a\":[1,"),
        "the provider's answer is not JSON: EOF while parsing a value at line 1 column 8",
    )
    .await;
    is_malformed(
        Reply::new(200, &[], b"\"\xff\""),
        "the provider's answer is not JSON: invalid unicode code point at line 1 column 2",
    )
    .await;
}

#[tokio::test]
async fn numbers_that_nothing_can_hold() {
    let fix = "cannot be held exactly; send it as text, in quotes, to keep its digits";
    for number in ["1e400", "-18446744073709551616", "0.1234567890123456789012"] {
        let message = format!("the provider's answer /a/0: {number} {fix}");
        is_malformed(Reply::json(200, &format!("{{\"a\":[{number}]}}")), &message).await;
    }
    let message = format!("the provider's answer {} {fix}", "9".repeat(40));
    is_malformed(Reply::json(200, &"9".repeat(1 << 20)), &message).await;
}
