//! What comes back.

use connector_sdk::{BlobStore as _, ErrorKind, Evidence, FileRef};
use serde::Deserialize as _;
use serde_json::json;
use tests::coding::{brotli, gzip};
use tests::probe;
use tests::wire::{Gate, Reply, Wire};

use super::{answered, get};

const JSON: &[u8] = br#"{"a":[1,"e"]}"#;

#[tokio::test]
async fn an_output_is_status_headers_and_body() {
    let headers = [("X-Multi", "One"), ("content-type", "application/json"), ("x-multi", "Two")];
    let output = answered(Reply::new(201, &headers, JSON)).await.unwrap();
    let headers = json!({ "content-length": "13", "x-multi": "One, Two", "content-type": "application/json" });
    assert_eq!(output, json!({ "status": 201, "headers": headers, "body": { "a": [1, "e"] } }));
}

#[tokio::test]
async fn json_is_read_under_any_type_and_coding() {
    let cases = [
        ("content-type", "text/plain", JSON.to_vec()),
        ("content-type", "application/json", [b"\xef\xbb\xbf", JSON].concat()),
        ("content-encoding", "identity", JSON.to_vec()),
        ("content-encoding", "gzip", gzip(JSON)),
        ("content-encoding", "br", brotli(JSON)),
    ];
    for (name, value, body) in cases {
        let output = answered(Reply::new(200, &[(name, value)], body)).await.unwrap();
        assert_eq!(output["body"], json!({ "a": [1, "e"] }), "{name}: {value}");
    }
}

#[tokio::test]
async fn an_empty_body_and_an_event_stream_are_text() {
    assert_eq!(answered(Reply::new(200, &[], "")).await.unwrap()["body"], "");
    assert_eq!(answered(Reply::head(204, &[])).await.unwrap()["body"], "");
    let events = "data: {\"a\":1}\n\ndata: [DONE]\n\n";
    let output = answered(Reply::new(200, &[("content-type", "text/event-stream")], events)).await.unwrap();
    assert_eq!(output["body"], events);
}

#[tokio::test]
async fn text_is_taken_as_it_is() {
    let output = get(Reply::new(200, &[], JSON), json!({ "response_type": "text" })).await.unwrap();
    assert_eq!(output["body"], "{\"a\":[1,\"e\"]}");
}

#[tokio::test]
async fn binary_is_a_file_whatever_the_status() {
    for status in [200, 500] {
        let wire = Wire::always(Reply::new(status, &[("content-type", "image/png")], b"\x00\xffPNG"));
        let rig = probe::rig(&wire.url("/v1"));
        let input = json!({ "url": "/pictures/cat", "method": "GET", "response_type": "binary" });
        let body = match rig.call("raw-request", input).await {
            Ok(output) => output["body"].clone(),
            Err(error) => error.response().unwrap()["body"].clone(),
        };
        let file = FileRef::deserialize(&body).unwrap();
        assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("cat.png", "image/png", 5));
        assert_eq!(rig.blobs.get(&file).await.unwrap().as_ref(), b"\x00\xffPNG");
    }
}

#[tokio::test]
async fn a_status_that_is_not_2xx_is_an_error_with_the_whole_answer() {
    let cases = [
        (304, ErrorKind::Rejected),
        (400, ErrorKind::Rejected),
        (401, ErrorKind::Unauthorized),
        (404, ErrorKind::NotFound),
        (500, ErrorKind::Unavailable),
    ];
    for (status, kind) in cases {
        let body = if status == 304 { "" } else { r#"{"error":"no such thing"}"# };
        let headers = [("x-request-id", "req_7"), ("connection", "close")];
        let error = answered(Reply::new(status, &headers, body)).await.unwrap_err();
        assert_eq!((error.status(), error.kind()), (Some(status), kind));
        assert_eq!(error.request_id(), Some("req_7"));
        let response = error.response().unwrap();
        assert_eq!(response["status"], status);
        assert_eq!(response["headers"]["x-request-id"], "req_7");
        let expected = if status == 304 { json!("") } else { json!({ "error": "no such thing" }) };
        assert_eq!(response["body"], expected);
    }
}

#[tokio::test]
async fn invalid_json_in_a_2xx_is_an_error_with_the_whole_answer() {
    let error = answered(Reply::new(200, &[("content-type", "application/json")], "<html>")).await.unwrap_err();
    assert_eq!((error.kind(), error.evidence()), (ErrorKind::MalformedAnswer, Evidence::Final));
    assert_eq!(error.message(), "the provider's answer is not JSON: expected value at line 1 column 1");
    assert_eq!(error.fix(), Some("set response_type to text or binary to take the body as it is"));
    let response = json!({
        "status": 200,
        "headers": { "content-length": "6", "content-type": "application/json" },
        "body": "<html>",
    });
    assert_eq!(error.response(), Some(&response));
}

#[tokio::test]
async fn there_is_no_timeout_unless_one_is_set() {
    for further in [json!({}), json!({ "timeout_ms": 0 })] {
        let gate = Gate::closed();
        let wire = Wire::always(Reply::silence().hold(&gate).send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
        let rig = probe::rig(&wire.url("/v1"));
        let mut input = json!({ "url": "/x", "method": "GET" });
        input.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        let call = async { rig.call("raw-request", input).await };
        let test = async {
            wire.until(|seen| seen.held == 1).await;
            tokio::time::pause();
            tokio::time::advance(std::time::Duration::from_secs(86_400)).await;
            tokio::time::resume();
            gate.open();
        };
        let (outcome, ()) = tokio::join!(call, test);
        assert_eq!(outcome.unwrap()["status"], 200);
    }
}

#[tokio::test]
async fn timeout_is_total() {
    let head = Reply::head(200, &[("connection", "close")]);
    let wire = Wire::script([Reply::json(200, "{}"), head.dribble(b' ')]);
    let rig = probe::rig(&wire.url("/v1"));
    // The first call makes the connection, so that the second one is all about its answer.
    rig.call("raw-request", json!({ "url": "/x", "method": "GET" })).await.unwrap();
    let before = wire.seen().sent;
    let error = rig.call("raw-request", json!({ "url": "/x", "method": "GET", "timeout_ms": 500 })).await.unwrap_err();
    assert_eq!((error.kind(), error.evidence()), (ErrorKind::Timeout, Evidence::Unanswered));
    assert_eq!(error.message(), "the provider did not answer within 500 ms");
    // Bytes kept coming, so no wait between two of them was ever long; and the call let go of the connection.
    wire.until(|seen| seen.left == 1).await;
    let head = "HTTP/1.1 200 Some Reason\r\nconnection: close\r\n\r\n".len() as u64;
    assert!(wire.seen().sent - before > head + 1, "some bytes of the body came");
}
