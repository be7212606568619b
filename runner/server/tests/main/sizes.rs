//! Heads and bodies have bounds, and whoever goes over them is told so.

use tests::wire::{Reply, Wire};

use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;

/// The answer's status, to a head that may be refused while it is being sent.
async fn status(house: &House, head: &str) -> u16 {
    house.connect().await.answer_to(head).await
}

#[tokio::test]
async fn heads_have_bounds() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for kib in [33, 64, 1_024] {
        let long = house.head("GET /v1/models", &format!("X: {}\r\n", "x".repeat(kib << 10)));
        assert_eq!(status(&house, &long).await, 431, "a header of {kib} KiB");
        let long = house.head(&format!("GET /v1/models?{}", "x".repeat(kib << 10)), "");
        assert!(matches!(status(&house, &long).await, 414 | 431), "a target of {kib} KiB");
        let endless = format!("GET /{}", "x".repeat(kib << 10));
        if kib > 64 {
            assert!(matches!(status(&house, &endless).await, 414 | 431), "one without an end");
        }
    }
    let headers = |count: usize| (0..count).map(|number| format!("X-{number}: 1\r\n")).collect::<String>();
    // Two more say who asks, and whom.
    assert_eq!(status(&house, &house.head("GET /v1/models", &headers(98))).await, 200, "a hundred headers");
    assert_eq!(status(&house, &house.head("GET /v1/models", &headers(99))).await, 431, "one more");
    assert_eq!(status(&house, &house.head("GET /v1/models", &headers(5_000))).await, 431, "many more");
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_body_that_says_that_it_is_too_long_is_not_read() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for length in [(20 << 20) + 1, 99_999_999_999_u64, 1 << 62] {
        let head = house.head("POST /v1/chat/completions", &format!("Content-Length: {length}\r\n"));
        assert_eq!(house.ask(&head).await.error(), (413, "too_large".to_owned()), "{length}, before a byte of it");
        let head = house.head("POST /v1/messages", &format!("Content-Length: {length}\r\n"));
        assert_eq!(house.ask(&head).await.error_of_anthropic(), (413, "request_too_large".to_owned()));
        let head = house.head(
            "PUT /admin/v1/acme/models/x",
            &format!("Content-Length: {length}\r\nContent-Type: application/json\r\n"),
        );
        assert_eq!(house.ask(&head).await.error(), (413, "too_large".to_owned()));
    }
    // Who sends on without looking reads it nevertheless.
    let mut caller = house.connect().await;
    caller.send(house.head("POST /v1/chat/completions", "Content-Length: 99999999999\r\n")).await;
    caller.send("x".repeat(8 << 20)).await;
    assert_eq!(caller.answer().await.error(), (413, "too_large".to_owned()));
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_at_its_bound() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let mut caller = house.connect().await;
    caller.send(house.head("POST /v1/chat/completions", "Transfer-Encoding: chunked\r\n")).await;
    let piece = format!("100000\r\n{}\r\n", "x".repeat(1 << 20));
    for _ in 0..30 {
        caller.send(&piece).await;
    }
    assert_eq!(caller.answer().await.error(), (413, "too_large".to_owned()));
    let mut sent = 30;
    while caller.try_send(piece.as_bytes()).await {
        sent += 1;
        assert!(sent < 500, "a body without an end is not taken for ever");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_body_that_ends_early_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for (length, body) in [
        ("Content-Length: 17", BODY.to_owned()),
        ("Content-Length: 16", BODY[..5].to_owned()),
        ("Transfer-Encoding: chunked", format!("10\r\n{BODY}\r\n")),
        ("Transfer-Encoding: chunked", format!("11\r\n{BODY}")),
        ("Transfer-Encoding: chunked", format!("10\r\n{BODY}\r\n0\r\n")),
    ] {
        let mut caller = house.connect().await;
        caller.send(house.head("POST /v1/chat/completions", &format!("{length}\r\n")) + &body).await;
        caller.finish().await;
        let told = String::from_utf8(caller.rest().await).unwrap();
        assert!(told.is_empty() || told.starts_with("HTTP/1.1 400 "), "{length} {body:?}: {told}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn what_is_nested_deep_or_has_many_names_is_passed_on_as_it_is_or_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let names: String = (0..80_000).map(|number| format!("\"k{number}\":0,")).collect();
    for good in [
        format!(r#"{{"model":"grok","x":{}}}"#, deep("[", "]")),
        format!(r#"{{"model":"grok","x":{}}}"#, deep("{\"a\":", "}").replace(":}", ":0}")),
        format!(r#"{{"stream":true,"stream_options":{},"model":"grok"}}"#, deep("[", "]")),
        format!("{{{names}\"model\":\"grok\"}}"),
    ] {
        let answer = house.ask_post("/v1/chat/completions", &good).await;
        assert_eq!(answer.head.status, 200, "{}", answer.text());
        let passed_on = wire.requests().pop().unwrap();
        assert!(passed_on.text() == good.replace("\"grok\"", "\"grok-4.3\""), "byte for byte");
    }
    let passed_on = wire.requests().len();
    let twice = "\"model\":\"grok\",".repeat(60_000);
    for bad in [
        deep("[", "]"),
        format!(r#"{{"model":"grok","x":{}}}"#, "[".repeat(100_000)),
        format!(r#"{{"model":{}}}"#, deep("[", "]")),
        format!("{{{twice}\"x\":0}}"),
    ] {
        assert_eq!(house.ask_post("/v1/chat/completions", &bad).await.error(), (400, "invalid".to_owned()));
    }
    assert_eq!(wire.requests().len(), passed_on, "nothing more is passed on");
}
