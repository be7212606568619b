//! However a call ends, both sides learn the truth of it.

use runner_gateway::control::Actor;
use runner_server::Settings;
use std::time::Duration;
use tests::wire::{Gate, Reply, Wire};

use crate::streams::{chunk, stream};
use crate::support::{House, now};

const ASKED: &str = r#"{"model":"grok","stream":true,"stream_options":{"include_usage":true}}"#;
const EVENT: &str = "data: {\"choices\":[]}\n\n";
const CUT: &str = "data: {\"error\":{\"message\":\"the connection to the provider broke before its answer was complete\",\
                   \"type\":\"server_error\",\"param\":null,\"code\":\"broken\"}}\n\n";

#[tokio::test]
async fn a_caller_that_leaves_before_the_answer_cancels_it() {
    let wire = Wire::always(Reply::silence().stall());
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", ASKED)).await;
    wire.until(|seen| seen.held == 1).await;
    drop(caller);
    wire.until(|seen| seen.left == 1).await;
    let call = house.call_once_written().await;
    assert_eq!((call.status, call.error_type.as_deref()), (None, Some("cancelled")));
}

#[tokio::test]
async fn a_caller_that_leaves_within_a_stream_cancels_it() {
    let wire = Wire::always(stream().send(chunk(EVENT)).stall());
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", ASKED)).await;
    caller.head().await;
    assert_eq!(caller.chunk().await.unwrap(), EVENT.as_bytes());
    drop(caller);
    wire.until(|seen| seen.left == 1).await;
    let call = house.call_once_written().await;
    assert_eq!((call.status, call.error_type.as_deref()), (Some(200), Some("cancelled")));
}

#[tokio::test]
async fn a_stream_that_is_cut_ends_in_an_error_and_not_as_if_it_were_done() {
    let half = &EVENT[..9];
    let cut: [Reply; 4] = [
        stream().send(chunk(EVENT)).close(),
        stream().send(chunk(EVENT)).reset(),
        stream().send(chunk(EVENT)).send(chunk(half)).close(),
        stream().send(chunk(EVENT)).send(chunk(half)).send("0\r\n\r\n"),
    ];
    for reply in cut {
        let wire = Wire::script([reply]);
        let house = House::before(&wire).await;
        let answer = house.ask_post("/v1/chat/completions", ASKED).await;
        // What was on its way when the connection was reset may be lost.
        assert!([format!("{EVENT}{CUT}"), CUT.to_owned()].contains(&answer.text().to_owned()), "{}", answer.text());
        assert_eq!(house.only_call().await.error_type.as_deref(), Some("broken"));
    }
}

#[tokio::test]
async fn a_message_that_is_cut_ends_in_an_error_of_its_own_shape() {
    let event = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
    let wire = Wire::always(stream().send(chunk(event)).close());
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/messages", ASKED).await;
    let error = r#"{"type":"error","error":{"type":"api_error","message":"the connection to the provider broke before its answer was complete"}}"#;
    assert_eq!(answer.text(), format!("{event}event: error\ndata: {error}\n\n"));
}

#[tokio::test]
async fn an_answer_that_is_cut_breaks_off_here_too() {
    let gate = Gate::closed();
    let wire = Wire::always(Reply::head(200, &[("content-length", "10")]).send("12345").hold(&gate).close());
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", r#"{"model":"grok"}"#)).await;
    assert_eq!(caller.head().await.header("content-length"), Some("10"));
    gate.open();
    assert_eq!(caller.rest().await, b"12345");
    assert_eq!(house.call_once_written().await.error_type.as_deref(), Some("broken"));
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_told_and_nothing_is_sent_twice() {
    let wire = Wire::always(Reply::silence().close());
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/chat/completions", r#"{"model":"grok"}"#).await;
    assert_eq!(answer.error(), (502, "broken".to_owned()));
    assert_eq!(wire.requests().len(), 1, "nothing is repeated");
    let address = wire.authority();
    drop(wire);
    // It ends on a thread of its own.
    while tokio::net::TcpStream::connect(&address).await.is_ok() {}
    let answer = house.ask_post("/v1/chat/completions", r#"{"model":"grok"}"#).await;
    assert_eq!(answer.error(), (502, "no_connection".to_owned()));
}

#[tokio::test]
async fn a_key_that_is_revoked_ends_what_goes_on_under_it() {
    let wire = Wire::always(stream().send(chunk(EVENT)).stall());
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", ASKED)).await;
    caller.head().await;
    assert_eq!(caller.chunk().await.unwrap(), EVENT.as_bytes());
    house.gateway.revoke_key(&Actor::Operator, "acme", &house.key_id, now()).await.unwrap();
    let end = String::from_utf8(caller.chunk().await.unwrap()).unwrap();
    assert!(end.contains("the key was revoked") && !end.contains("[DONE]"), "{end}");
    assert_eq!(caller.chunk().await, Some(Vec::new()), "the stream is over");
    wire.until(|seen| seen.left == 1).await;
    assert_eq!(house.ask_post("/v1/chat/completions", ASKED).await.error(), (401, "invalid_api_key".to_owned()));
}

#[tokio::test]
async fn a_key_that_is_revoked_ends_a_call_that_waits_for_its_first_byte() {
    for (target, is_message) in [("/v1/chat/completions", false), ("/v1/messages", true)] {
        let wire = Wire::always(Reply::silence().stall());
        let house = House::before(&wire).await;
        let mut caller = house.connect().await;
        caller.send(house.post(target, ASKED)).await;
        wire.until(|seen| seen.held == 1).await;
        house.gateway.revoke_key(&Actor::Operator, "acme", &house.key_id, now()).await.unwrap();
        let answer = caller.answer().await;
        let error = if is_message { answer.error_of_anthropic() } else { answer.error() };
        assert_eq!(error, (401, if is_message { "authentication_error" } else { "invalid_api_key" }.to_owned()));
        wire.until(|seen| seen.left == 1).await;
        assert_eq!(house.call_once_written().await.error_type.as_deref(), Some("revoked"));
    }
}

#[tokio::test]
async fn a_key_that_is_revoked_sends_nothing_that_is_still_arriving() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let other = house.key_of("acme", "bob").await;
    // A connection to the provider is open, so what goes on goes at once.
    assert_eq!(house.ask_post("/v1/chat/completions", ASKED).await.head.status, 200);
    let mut caller = house.connect().await;
    let more = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", ASKED.len());
    caller.send(house.head("POST /v1/chat/completions", &more)).await;
    assert_eq!(caller.head().await.status, 100, "the body is waited for");
    caller.send(&ASKED[..10]).await;
    house.gateway.revoke_key(&Actor::Operator, "acme", &house.key_id, now()).await.unwrap();
    caller.send(&ASKED[10..]).await;
    assert_eq!(caller.answer().await.error(), (401, "invalid_api_key".to_owned()));
    let length = format!("Content-Length: {}\r\n", ASKED.len());
    let answer = house.ask(&(house.head_by(&other, "POST /v1/chat/completions", &length) + ASKED)).await;
    assert_eq!(answer.head.status, 200);
    assert_eq!(wire.requests().len(), 2, "the call in between is not passed on");
}

#[tokio::test]
async fn a_key_that_is_revoked_ends_a_call_whose_body_is_waited_for() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.head("POST /v1/messages", "Content-Length: 100\r\nExpect: 100-continue\r\n")).await;
    assert_eq!(caller.head().await.status, 100, "the body is waited for");
    house.gateway.revoke_key(&Actor::Operator, "acme", &house.key_id, now()).await.unwrap();
    assert_eq!(caller.answer().await.error_of_anthropic(), (401, "authentication_error".to_owned()));
}

#[tokio::test]
async fn an_upload_that_is_given_up_is_given_up_at_the_provider_too() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::with(&wire, Settings::default(), |file| {
        file["workspaces"]["acme"]["stateful"] = serde_json::json!(true);
    })
    .await;
    let mut caller = house.connect().await;
    caller.send(house.head("POST /acme/models/grok/v1/files", "Content-Length: 1000\r\n") + "--b\r\n").await;
    wire.until(|seen| seen.connections == 1).await;
    drop(caller);
    let call = house.call_once_written().await;
    assert!(matches!(call.error_type.as_deref(), Some("cancelled" | "broken")), "{call:?}");
    assert!(wire.requests().is_empty(), "half of it is no request");
}

#[tokio::test]
async fn a_server_that_stops_lets_calls_end_and_takes_no_more() {
    let gate = Gate::closed();
    let wire = Wire::always(stream().send(chunk(EVENT)).hold(&gate).send(chunk("data: [DONE]\n\n")).send("0\r\n\r\n"));
    let house = House::before(&wire).await;
    let (mut caller, mut idle) = (house.connect().await, house.connect().await);
    caller.send(house.post("/v1/chat/completions", ASKED)).await;
    caller.head().await;
    assert_eq!(caller.chunk().await.unwrap(), EVENT.as_bytes());
    house.stop.cancel();
    assert!(idle.is_closed().await, "who asks for nothing has nothing to wait for");
    gate.open();
    assert_eq!(caller.chunk().await.unwrap(), b"data: [DONE]\n\n");
    assert_eq!(caller.chunk().await, Some(Vec::new()));
    house.serving.await.unwrap();
    assert!(tokio::net::TcpStream::connect(house.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_server_that_stops_does_not_wait_for_ever() {
    let wire = Wire::always(stream().send(chunk(EVENT)).stall());
    let settings = Settings { drain: Duration::ZERO, ..Settings::default() };
    let house = House::with(&wire, settings, |_| {}).await;
    let mut caller = house.connect().await;
    caller.send(house.post("/v1/chat/completions", ASKED)).await;
    caller.head().await;
    house.stop.cancel();
    house.serving.await.unwrap();
    wire.until(|seen| seen.left == 1).await;
}
