//! Methods and versions that nobody expects get a clear no, or what they ask for.

use tests::wire::{Reply, Wire};

use crate::streams::{chunk, stream};
use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;
const STREAM: &str = r#"{"model":"grok","stream":true,"stream_options":{"include_usage":true}}"#;

#[tokio::test]
async fn a_head_is_asked_for_as_what_it_is_the_head_of() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for target in
        ["/health", "/ready", "/metrics", "/v1/models", "/v1/models/grok", "/v1/api-key", "/v1/models/nothing"]
    {
        let whole = house.ask(&house.head(&format!("GET {target}"), "")).await;
        let mut caller = house.connect().await;
        caller.send(house.head(&format!("HEAD {target}"), "") + &house.head("GET /health", "")).await;
        let head = caller.head().await;
        assert_eq!((head.status, head.header("content-type")), (whole.head.status, whole.head.header("content-type")));
        assert_eq!(caller.answer().await.json()["status"], "ok", "no body comes between: {target}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_method_that_is_not_known_gets_a_no_in_words() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for method in ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND", "post", "GET1", "X", "CONNECT"] {
        for (target, allowed) in [
            ("/v1/chat/completions", [400, 404].as_slice()),
            ("/acme/models/grok/v1/chat/completions", &[404]),
            ("/acme/models/grok/v1/messages", &[404]),
            ("/v1/nothing", &[400, 404]),
            ("/", &[404]),
            ("/admin/v1/acme/usage", &[405]),
        ] {
            let mut caller = house.connect().await;
            caller.send(house.head(&format!("{method} {target}"), "")).await;
            if method == "HEAD" {
                assert!(allowed.contains(&caller.head().await.status), "{method} {target}");
                continue;
            }
            let answer = caller.answer().await;
            assert!(allowed.contains(&answer.head.status), "{method} {target}: {answer:?}");
            let is_message = target.ends_with("/messages");
            let (status, _) = if is_message { answer.error_of_anthropic() } else { answer.error() };
            let says_what_is = answer.head.header("allow").is_some();
            assert_eq!(status == 405, says_what_is, "{method} {target}: {answer:?}");
        }
        if method != "HEAD" {
            for target in ["/health", "/ready", "/metrics"] {
                let answer = house.ask(&house.head(&format!("{method} {target}"), "")).await;
                assert_eq!(answer.error(), (405, "method".to_owned()), "{method} {target}");
                assert_eq!(answer.head.header("allow"), Some("GET, HEAD"));
            }
        }
    }
    for method in ["POST", "PUT", "DELETE", "CONNECT", "TRACE"] {
        for target in ["/v1/api-key", "/acme/models/grok/v1/api-key"] {
            let answer = house.ask(&house.head(&format!("{method} {target}"), "")).await;
            assert!(matches!(answer.error().0, 400 | 404), "{method} {target}: {answer:?}");
        }
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_proxy_it_is_not() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for line in
        ["CONNECT example.org:443", "CONNECT 127.0.0.1:22", "OPTIONS *", "GET http://example.org/", "GET ftp://x/"]
    {
        assert_eq!(house.ask(&house.head(line, "")).await.error(), (400, "invalid".to_owned()), "{line}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn an_old_client_is_served_and_then_the_connection_ends() {
    let (first, second) = ("data: {\"choices\":[]}\n\n", "data: [DONE]\n\n");
    let wire = Wire::script([
        Reply::json(200, r#"{"id":"1"}"#),
        stream().send(chunk(first)).send(chunk(second)).send("0\r\n\r\n"),
    ]);
    let house = House::before(&wire).await;
    let post = |body: &str| house.post("/v1/chat/completions", body).replacen("HTTP/1.1", "HTTP/1.0", 1);
    let mut caller = house.connect().await;
    caller.send(post(BODY) + &house.head("GET /v1/models", "")).await;
    let head = caller.head().await;
    assert_eq!((head.status, head.header("content-length")), (200, Some("10")));
    assert_eq!(caller.rest().await, br#"{"id":"1"}"#, "and nothing more");
    let mut caller = house.connect().await;
    caller.send(post(STREAM)).await;
    let head = caller.head().await;
    assert_eq!((head.status, head.header("transfer-encoding")), (200, None), "chunks are not known yet");
    assert_eq!(String::from_utf8(caller.rest().await).unwrap(), [first, second].concat());
    let mut caller = house.connect().await;
    let chunks = house.head("POST /v1/chat/completions", "Transfer-Encoding: chunked\r\n").replacen("1.1", "1.0", 1);
    assert_eq!(caller.answer_to(chunks + "10\r\n" + BODY + "\r\n0\r\n\r\n").await, 400, "nor are they taken");
}

#[tokio::test]
async fn a_version_that_is_not_spoken_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let get = house.head("GET /v1/models", "");
    for version in ["HTTP/1.2", "HTTP/2", "HTTP/3.0", "HTTP/0.9", "HTTP/11", "http/1.1", "HTTPS/1.1", "", "SIP/2.0"] {
        let status = house.connect().await.answer_to(get.replacen("HTTP/1.1", version, 1)).await;
        assert_eq!(status, 400, "{version}");
    }
    for other in
        ["\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}", "SSH-2.0-x\r\n\r\n", "\u{0}\u{0}\u{0}\u{0}\r\n\r\n", "EHLO x\r\n"]
    {
        assert_eq!(house.connect().await.answer_to(other).await, 400, "{other:?}");
    }
    // A client of HTTP/2 could read no answer of ours.
    let mut caller = house.connect().await;
    caller.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0").await;
    assert!(caller.is_closed().await);
    assert!(wire.requests().is_empty(), "nothing is passed on");
}
