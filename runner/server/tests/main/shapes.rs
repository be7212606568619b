//! Requests of a wrong shape are refused, and what could be read as two is never served as two.

use std::time::Duration;

use runner_server::Settings;
use tests::wire::{Reply, Wire};

use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;

/// A request with these lines in place of its Host, and then one that only a smuggler sends.
fn request(house: &House, line: &str, lines: &str, body: &str) -> String {
    format!("{line}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{lines}\r\n{body}", house.key)
}

#[tokio::test]
async fn a_request_has_one_host_and_it_is_this_one() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let settings = Settings { hosts: vec!["models.example.com".to_owned()], ..Settings::default() };
    let house = House::with(&wire, settings, |_| {}).await;
    let ask = async |line: &str, hosts: &str| {
        let mut caller = house.connect().await;
        caller.send(request(&house, line, &format!("{hosts}Content-Length: 16\r\n"), BODY)).await;
        caller.head().await.status
    };
    let post = "POST /v1/chat/completions HTTP/1.1";
    for good in [
        "Host: models.example.com\r\n",
        "Host: MODELS.example.com:443\r\n",
        "host: 127.0.0.1:80\r\n",
        "Host: [::1]\r\n",
    ] {
        assert_eq!(ask(post, good).await, 200, "{good}");
    }
    let passed_on = wire.requests().len();
    for bad in [
        "",
        "Host: models.example.com\r\nHost: models.example.com\r\n",
        "Host: models.example.com\r\nHost: evil.example.com\r\n",
        "Host: evil.example.com\r\n",
        "Host: \r\n",
        "Host: a b\r\n",
        "Host: user@models.example.com\r\n",
        "Host: models.example.com/path\r\n",
        "Host: models.example.com, evil.example.com\r\n",
    ] {
        assert_eq!(ask(post, bad).await, 400, "{bad}");
    }
    let good = "Host: models.example.com\r\n";
    assert_eq!(
        ask("POST http://models.example.com/v1/chat/completions HTTP/1.1", good).await,
        400,
        "an absolute target"
    );
    assert_eq!(ask("POST /v1/chat/completions HTTP/1.0", "").await, 400, "an old version without a host");
    assert_eq!(wire.requests().len(), passed_on, "nothing more is passed on");
}

#[tokio::test]
async fn what_could_be_read_as_two_requests_is_refused_or_served_as_one() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let smuggled = format!("GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", house.key);
    let both = format!("10\r\n{BODY}\r\n0\r\n\r\n{smuggled}");
    let shapes = [
        ("Content-Length: 16\r\nContent-Length: 5\r\n", BODY.to_owned()),
        ("Content-Length: 16, 5\r\n", BODY.to_owned()),
        ("Content-Length: +16\r\n", BODY.to_owned()),
        ("Content-Length: -1\r\n", BODY.to_owned()),
        ("Content-Length: 0x10\r\n", BODY.to_owned()),
        ("Content-Length: 99999999999999999999\r\n", BODY.to_owned()),
        ("Content-Length : 16\r\n", BODY.to_owned()),
        ("Content-Length: 16\r\nTransfer-Encoding: chunked\r\n", both.clone()),
        ("Transfer-Encoding: chunked\r\nContent-Length: 16\r\n", both.clone()),
        ("Transfer-Encoding: gzip\r\n", both.clone()),
        ("Transfer-Encoding: chunked, gzip\r\n", both.clone()),
        ("Transfer-Encoding: xchunked\r\n", both.clone()),
        ("Transfer-Encoding : chunked\r\n", both.clone()),
        ("Transfer-Encoding:\u{b}chunked\r\n", both.clone()),
        (" Transfer-Encoding: chunked\r\n", both.clone()),
        ("X: y\r\n Transfer-Encoding: chunked\r\n", both.clone()),
        ("X: y\rTransfer-Encoding: chunked\r\n", both.clone()),
        ("X: \0\r\nContent-Length: 16\r\n", BODY.to_owned()),
        ("Transfer-Encoding: chunked\r\n", format!("0x10\r\n{BODY}\r\n0\r\n\r\n")),
        ("Transfer-Encoding: chunked\r\n", format!("10 \u{1}\r\n{BODY}\r\n0\r\n\r\n")),
        ("Transfer-Encoding: chunked\r\n", format!("fffffffffffffffff\r\n{BODY}\r\n0\r\n\r\n")),
        ("Transfer-Encoding: chunked\r\n", format!("-10\r\n{BODY}\r\n0\r\n\r\n")),
    ];
    for (lines, body) in shapes {
        let lines = format!("Host: x\r\n{lines}");
        let mut caller = house.connect().await;
        caller.send(request(&house, "POST /v1/chat/completions HTTP/1.1", &lines, &body)).await;
        let told = String::from_utf8(caller.rest().await).unwrap();
        let answers = told.matches("HTTP/1.1 ").count();
        assert_eq!(answers, 1, "one answer and the end for {lines:?}: {told}");
        assert!(told.starts_with("HTTP/1.1 400 ") || told.starts_with("HTTP/1.1 200 "), "{lines:?}: {told}");
        assert!(!told.contains("\"object\":\"list\""), "the smuggled request is not served: {lines:?}");
    }
    let bodies: Vec<String> = wire.requests().iter().map(|request| request.text().to_owned()).collect();
    bodies.iter().for_each(|body| assert_eq!(body, r#"{"model":"grok-4.3"}"#, "what went on is one whole request"));
}

#[tokio::test]
async fn heads_and_bodies_have_bounds() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let head = async |head: String| {
        let mut caller = house.connect().await;
        caller.try_send(head.as_bytes()).await;
        caller.try_head().await.map_or(0, |head| head.status)
    };
    let long = "x".repeat(40 << 10);
    let status = head(house.head("GET /v1/models", &format!("X: {long}\r\n"))).await;
    assert!(matches!(status, 431 | 0), "a head that is too long: {status}");
    let many: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
    assert_eq!(head(house.head("GET /v1/models", &many)).await, 431, "too many headers");
    let declared = house.head("POST /v1/chat/completions", "Content-Length: 99999999999\r\n");
    assert_eq!(head(declared).await, 413, "a body that says that it is too long");
    let mut caller = house.connect().await;
    caller.send(house.head("POST /v1/chat/completions", "Transfer-Encoding: chunked\r\n")).await;
    let piece = format!("100000\r\n{}\r\n", "x".repeat(1 << 20));
    let mut sent = 0;
    while sent < 64 && caller.try_send(piece.as_bytes()).await {
        sent += 1;
    }
    assert!(sent < 64, "a body without an end is not taken");
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_head_that_dawdles_ends_the_connection_and_harms_nobody_else() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let settings = Settings { slow_head: Duration::ZERO, ..Settings::default() };
    let house = House::with(&wire, settings, |_| {}).await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut caller = house.connect().await;
        caller.send("POST /v1/chat/completions HTTP/1.1\r\nHost:").await;
        slow.push(caller);
    }
    assert_eq!(house.ask_post("/v1/chat/completions", BODY).await.head.status, 200);
    for caller in &mut slow {
        assert!(caller.is_closed().await, "nothing is answered");
    }
}

#[tokio::test]
async fn health_and_readiness_need_no_key_and_numbers_do() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let get = async |path: &str| house.ask(&format!("GET {path} HTTP/1.1\r\nHost: probe\r\n\r\n")).await;
    assert_eq!(get("/health").await.json()["status"], "ok");
    assert_eq!(get("/ready").await.json()["ready"], true);
    assert_eq!(get("/metrics").await.error().0, 401);
    house.ask_post("/v1/chat/completions", BODY).await;
    house.ask_post("/v1/chat/completions", "{").await;
    let metrics = house.ask(&house.head("GET /metrics", "")).await;
    for line in [
        "gen_ai_server_request_duration_seconds_count{workspace=\"acme\",gen_ai_request_model=\"grok\",\
         gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"x_ai\"} 1\n",
        "linkwork_gateway_overhead_seconds_count{",
        "linkwork_gateway_refusals_total{error_type=\"invalid\"} 1\n",
        "linkwork_gateway_calls_under_way 0\n",
        "linkwork_server_connections 1\n",
    ] {
        assert!(metrics.text().contains(line), "{line} in {}", metrics.text());
    }
}
