//! Where a credential must not turn up.

use std::error::Error as _;

use connector_sdk::{Error, MASK};
use serde_json::{Value, json};
use tests::probe::{self, SECRET};
use tests::rig::Rig;
use tests::wire::{Recorded, Reply, Wire};

/// `user:canary-0123456789abcdef` in base64.
const BASIC: &str = "dXNlcjpjYW5hcnktMDEyMzQ1Njc4OWFiY2RlZg==";

/// An upstream that tells everybody what it was told in confidence.
fn gossip(status: u16) -> Wire {
    Wire::answering(move |request: &Recorded| {
        let credential = request.header("authorization").unwrap();
        let bare = credential.split(' ').next_back().unwrap();
        let body = json!({
            "error": { "message": format!("{credential} is not welcome") },
            "list": [bare, { bare: bare }],
        });
        let headers = [("x-echo", credential), ("x-request-id", bare), ("retry-after", "0")];
        Reply::new(status, &headers, body.to_string())
    })
}

/// Everything that an error can show to anybody.
fn shown(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{:?}\n{}", error.fix(), serde_json::to_string(error).unwrap());
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!("\n{inner}\n{inner:?}"));
        cause = inner.source();
    }
    text
}

fn assert_clean(text: &str) {
    assert!(!text.contains(SECRET), "the secret leaks: {text}");
    assert!(!text.contains(BASIC), "the secret leaks: {text}");
}

fn input() -> Value {
    json!({ "url": "/x", "method": "GET", "query_params": { "k": SECRET }, "data": SECRET, "max_retry_count": 1 })
}

/// Connections that show the same secret in each way there is.
fn rigs(wire: &Wire) -> [Rig; 2] {
    let basic = json!({ "base_url": wire.url("/v1"), "auth": "basic", "username": "user", "secret": SECRET });
    [probe::rig(&wire.url("/v1")), Rig::new(&connector_http::connector(), basic)]
}

#[tokio::test]
async fn no_credential_in_an_output() {
    let wire = gossip(200);
    for rig in rigs(&wire) {
        let output = rig.call("raw-request", input()).await.unwrap().to_string();
        assert_clean(&output);
        assert!(output.contains(MASK), "{output}");
    }
}

#[tokio::test]
async fn no_credential_in_an_error() {
    let wire = gossip(500);
    for rig in rigs(&wire) {
        let error = rig.call("raw-request", input()).await.unwrap_err();
        let text = shown(&error);
        assert_clean(&text);
        assert!(text.contains(MASK), "{text}");
    }
}

#[tokio::test]
async fn no_credential_in_an_error_without_an_answer() {
    for reply in [Reply::silence().reset(), Reply::silence().send("nonsense\r\n\r\n").close()] {
        let wire = Wire::always(reply);
        let mut input = input();
        input["method"] = json!("POST");
        assert_clean(&shown(&probe::rig(&wire.url("/v1")).call("raw-request", input).await.unwrap_err()));
    }
}

#[tokio::test]
async fn no_credential_in_a_log_line() {
    for status in [200, 500] {
        let wire = gossip(status);
        for rig in rigs(&wire) {
            drop(rig.call("raw-request", input()).await);
            let log = rig.events.dump();
            assert_clean(&log);
            assert!(log.contains("curl -X GET"), "the request is shown: {log}");
            assert!(log.contains(MASK), "{log}");
        }
    }
}

#[tokio::test]
async fn no_credential_in_a_piece_of_a_stream() {
    let events = format!("data: {SECRET}\n\n");
    let wire = Wire::always(Reply::new(200, &[("content-type", "text/event-stream")], events));
    let rig = probe::rig(&wire.url("/v1"));
    rig.call("stream", json!({})).await.unwrap();
    let log = rig.events.dump();
    assert_clean(&log);
    assert!(log.contains("content"), "the piece is told: {log}");
}

#[tokio::test]
async fn no_credential_in_a_debug_dump() {
    let wire = gossip(500);
    let rig = probe::rig(&wire.url("/v1"));
    assert_clean(&format!("{:?} {:?} {:?}", rig.connection, rig.connector, rig.connector.actions()));
    assert_clean(&rig.connector.connection_schema().to_string());
    let view = rig.call("raw-request", input()).await.unwrap_err();
    assert_clean(&format!("{view:#?}"));
}

#[tokio::test]
async fn no_credential_in_an_error_about_the_connection() {
    let connector = probe::connector();
    let wrong = [
        json!({ "base_url": "http://127.0.0.1", "api_key": [SECRET] }),
        json!({ "base_url": "http://127.0.0.1", "api_key": SECRET, "extra": 1 }),
        json!({ "base_url": 7, "api_key": SECRET }),
        json!({ "base_url": "nonsense", "api_key": SECRET }),
        json!({ "base_url": "http://127.0.0.1", "api_key": format!("{SECRET}\n") }),
    ];
    for fields in wrong {
        let outcome = connector.connect("test@1", fields.clone(), connector_sdk::http::Egress::Private);
        let error = match outcome {
            Err(error) => error,
            Ok(connection) => {
                let rig = Rig { connection, ..probe::rig("http://127.0.0.1") };
                rig.call("raw-request", json!({ "url": "/x", "method": "GET" })).await.unwrap_err()
            }
        };
        assert_clean(&shown(&error));
    }
}
