//! Whoever dawdles is let go, gives back what they held, and harms nobody else meanwhile.
//!
//! The clock is moved on by hand: nothing here waits for time to pass.

use std::time::Duration;

use runner_server::Settings;
use tests::wire::{Reply, Wire};

use crate::streams::{chunk, stream};
use crate::support::{Caller, House, PATIENCE, pass};

const BODY: &str = r#"{"model":"grok"}"#;
const STREAM: &str = r#"{"model":"grok","stream":true,"stream_options":{"include_usage":true}}"#;
const EVENT: &str = "data: {\"choices\":[]}\n\n";

/// How many dawdle at once.
const MANY: usize = 5_000;

/// Room for so many, and for a few others beside them.
fn room() -> Settings {
    Settings { connections: MANY + 10, connections_of_one: MANY + 10, ..Settings::default() }
}

/// A server is in this process too, so each connection takes two.
#[cfg(unix)]
fn assert_there_are_enough_descriptors() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum.unwrap_or(u64::MAX);
    assert!(limit > 2 * MANY as u64 + 1_000, "this test takes 11,000 open files, and ulimit -Hn is {limit}: raise it");
}

#[cfg(not(unix))]
fn assert_there_are_enough_descriptors() {}

/// So many callers that have each sent this.
async fn dawdlers(house: &House, begun: &str) -> Vec<Caller> {
    let mut all = Vec::new();
    for _ in 0..MANY {
        let mut caller = house.connect().await;
        caller.send(begun).await;
        all.push(caller);
    }
    all
}

/// How many connections the server counts; the one that asks is one of them.
async fn connections(house: &House) -> String {
    let metrics = house.ask(&house.head("GET /metrics", "")).await;
    let line = metrics.text().lines().find_map(|line| line.strip_prefix("linkwork_server_connections "));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn thousands_who_dawdle_harm_nobody_and_are_let_go() {
    assert_there_are_enough_descriptors();
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::with(&wire, room(), |_| {}).await;

    let mut heads = dawdlers(&house, "POST /v1/chat/completions HTTP/1.1\r\nHost:").await;
    assert_eq!(house.ask_post("/v1/chat/completions", BODY).await.head.status, 200, "a good call is answered");
    assert_eq!(connections(&house).await, (MANY + 1).to_string());
    pass(Duration::from_secs(10)).await;
    for caller in &mut heads {
        caller.try_send(b" l").await;
    }
    pass(Duration::from_secs(7)).await;
    for caller in &mut heads {
        assert!(caller.is_closed().await, "a byte now and then buys no time, and nothing is answered");
    }
    assert_eq!(connections(&house).await, "1", "their places are free");

    // As many again find room. Whoever is told to continue is being waited for.
    let body = "Content-Length: 16\r\nExpect: 100-continue\r\n";
    let mut bodies = dawdlers(&house, &(house.head("POST /v1/chat/completions", body) + &BODY[..5])).await;
    for caller in &mut bodies {
        assert_eq!(caller.head().await.status, 100);
    }
    assert_eq!(house.ask_post("/v1/chat/completions", BODY).await.head.status, 200, "a good call is answered");
    pass(Duration::from_secs(31)).await;
    for caller in &mut bodies {
        assert_eq!(caller.answer().await.error(), (408, "too_slow".to_owned()));
        assert!(caller.is_closed().await);
    }
    drop(bodies);
    // The server has closed its side, and sees that they have left as soon as it looks.
    let gone = async { while connections(&house).await != "1" {} };
    tokio::time::timeout(PATIENCE, gone).await.expect("all places are free again");
    assert_eq!(wire.requests().len(), 2, "nothing of theirs is passed on");
}

#[tokio::test]
async fn a_body_may_not_come_drop_by_drop_for_ever() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.head("POST /v1/messages", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n")).await;
    assert_eq!(caller.head().await.status, 100);
    for _ in 0..21 {
        caller.send("1\r\n \r\n").await;
        // An answer to somebody else: what was sent before has been read.
        assert_eq!(house.ask(&house.head("GET /v1/models", "")).await.head.status, 200);
        pass(Duration::from_secs(15)).await;
    }
    assert_eq!(caller.answer().await.error_of_anthropic(), (408, "invalid_request_error".to_owned()));
    assert!(wire.requests().is_empty(), "nothing of it is passed on");
}

#[tokio::test]
async fn a_connection_that_asks_for_nothing_is_closed() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let (mut silent, mut served) = (house.connect().await, house.connect().await);
    served.send(house.post("/v1/chat/completions", BODY)).await;
    assert_eq!(served.answer().await.head.status, 200);
    pass(Duration::from_secs(17)).await;
    assert!(silent.is_closed().await, "who has never asked has less time");
    served.send(house.post("/v1/chat/completions", BODY)).await;
    assert_eq!(served.answer().await.head.status, 200, "who has asked before has more");
    pass(Duration::from_secs(77)).await;
    assert!(served.is_closed().await, "and not for ever");
}

#[tokio::test]
async fn a_caller_who_does_not_read_is_let_go_and_the_provider_with_it() {
    let wire = Wire::always(stream().forever(chunk(&EVENT.repeat(500))));
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", STREAM)).await;
    caller.head().await;
    // Once nothing more fits in between, it is stuck for as long as it may be.
    for _ in 0..1_000 {
        pass(Duration::from_secs(62)).await;
        assert_eq!(house.ask(&house.head("GET /v1/models", "")).await.head.status, 200);
        if wire.seen().left > 0 {
            break;
        }
    }
    wire.until(|seen| seen.left == 1).await;
    assert_eq!(house.call_once_written().await.error_type.as_deref(), Some("cancelled"));
}

#[tokio::test]
async fn a_silent_stream_gets_a_comment_now_and_then_and_ends_in_an_error() {
    let wire = Wire::always(stream().send(chunk(EVENT)).stall());
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", STREAM)).await;
    caller.head().await;
    assert_eq!(caller.chunk().await.unwrap(), EVENT.as_bytes());
    for _ in 0..3 {
        pass(Duration::from_secs(15)).await;
        assert_eq!(caller.chunk().await.unwrap(), b": keep-alive\n\n");
    }
    pass(Duration::from_secs(80)).await;
    let mut rest = Vec::new();
    while let Some(piece) = caller.chunk().await.filter(|piece| !piece.is_empty()) {
        rest.extend(piece);
    }
    let rest = String::from_utf8(rest).unwrap();
    let (comments, error) = rest.rsplit_once(": keep-alive\n\n").unwrap();
    assert_eq!(comments, ": keep-alive\n\n".repeat(comments.len() / 14));
    let error: serde_json::Value = serde_json::from_str(error.trim().strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(error["error"]["code"], "timeout");
    wire.until(|seen| seen.left == 1).await;
    assert_eq!(house.call_once_written().await.error_type.as_deref(), Some("timeout"));
}

#[tokio::test]
async fn a_provider_that_never_begins_is_given_up() {
    let wire = Wire::always(Reply::silence().stall());
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", BODY)).await;
    wire.until(|seen| seen.held == 1).await;
    pass(Duration::from_secs(601)).await;
    assert_eq!(caller.answer().await.error(), (504, "timeout".to_owned()));
    wire.until(|seen| seen.left == 1).await;
}
