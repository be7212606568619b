//! What one reader could take for two requests, or for another one, is refused or served as the one that it is.

use tests::wire::{Reply, Wire};

use crate::support::{House, SECRET};

const BODY: &str = r#"{"model":"grok"}"#;
const PASSED_ON: &str = r#"{"model":"grok-4.3"}"#;

fn post(house: &House, lines: &str, body: &str) -> String {
    house.head("POST /v1/chat/completions", &format!("Content-Type: application/json\r\n{lines}")) + body
}

/// What only a smuggler sends behind a request. Were it served, its answer would be a list of models.
fn smuggled(house: &House) -> String {
    house.head("GET /v1/models", "")
}

fn chunked(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

/// Sends this, and says what was answered until the end. One answer and no more, and not to what was smuggled.
async fn told(house: &House, request: &str) -> String {
    let mut caller = house.connect().await;
    caller.send(request).await;
    let told = String::from_utf8(caller.rest().await).unwrap();
    let shown = request.replace(&house.key, "KEY");
    assert_eq!(told.matches("HTTP/1.1 ").count(), 1, "one answer and the end for {shown:?}: {told}");
    assert!(!told.contains("\"object\":\"list\""), "the smuggled request is not served: {shown:?}");
    told
}

/// What the provider was sent is whole requests as the gateway makes them, and nothing else.
fn assert_nothing_ambiguous_went_on(wire: &Wire) {
    for request in wire.requests() {
        assert_eq!(request.line(), "POST /base/v1/chat/completions HTTP/1.1");
        assert_eq!(request.text(), PASSED_ON);
        assert_eq!(request.all("content-length"), [PASSED_ON.len().to_string()]);
        assert_eq!(request.all("transfer-encoding"), Vec::<&str>::new());
        assert_eq!(request.all("authorization"), [format!("Bearer {SECRET}")]);
    }
}

#[tokio::test]
async fn a_length_that_is_not_plain_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for lines in [
        "Content-Length: 16\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 16\r\n",
        "Content-Length: 16, 5\r\n",
        "Content-Length: 16, 16\r\n",
        "Content-Length: 1 6\r\n",
        "Content-Length: 16 16\r\n",
        "Content-Length: +16\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x10\r\n",
        "Content-Length: 16.0\r\n",
        "Content-Length: 1_6\r\n",
        "Content-Length: \r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length : 16\r\n",
        "Content-Length\t: 16\r\n",
        "X: \0\r\nContent-Length: 16\r\n",
        "X: y\r\n Content-Length: 5\r\nContent-Length: 16\r\n",
        "X: y\r\n\tz\r\nContent-Length: 16\r\n",
    ] {
        let told = told(&house, &(post(&house, lines, BODY) + &smuggled(&house))).await;
        assert!(told.starts_with("HTTP/1.1 400 "), "{lines:?}: {told}");
    }
    let longest = post(&house, "Content-Length: 18446744073709551615\r\n", BODY) + &smuggled(&house);
    assert!(
        told(&house, &longest).await.starts_with("HTTP/1.1 431 "),
        "a length that means something else to the reader"
    );
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_coding_that_is_not_plainly_chunked_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for lines in [
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n",
        "Transfer-Encoding: \r\n chunked\r\n",
        " Transfer-Encoding: chunked\r\n",
        "X: y\r\n Transfer-Encoding: chunked\r\n",
        "X: y\rTransfer-Encoding: chunked\r\n",
    ] {
        let told = told(&house, &(post(&house, lines, &chunked(BODY)) + &smuggled(&house))).await;
        assert!(told.starts_with("HTTP/1.1 400 "), "{lines:?}: {told}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_chunk_that_is_not_plain_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let giant = "x".repeat(33 << 10);
    let trailers: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
    for body in [
        format!("0x10\r\n{BODY}\r\n0\r\n\r\n"),
        format!("10 \u{1}\r\n{BODY}\r\n0\r\n\r\n"),
        format!("-10\r\n{BODY}\r\n0\r\n\r\n"),
        format!("+10\r\n{BODY}\r\n0\r\n\r\n"),
        format!("fffffffffffffffff\r\n{BODY}\r\n0\r\n\r\n"),
        format!("10000000000000010\r\n{BODY}\r\n0\r\n\r\n"),
        format!("1_0\r\n{BODY}\r\n0\r\n\r\n"),
        format!("10\n{BODY}\r\n0\r\n\r\n"),
        format!("10\r\n{BODY}\n0\r\n\r\n"),
        format!("10\r\n{BODY}0\r\n\r\n"),
        format!("10;x\ny\r\n{BODY}\r\n0\r\n\r\n"),
        format!("10;{giant}\r\n{BODY}\r\n0\r\n\r\n"),
        format!("10\r\n{BODY}\r\n0\r\nX: {giant}\r\n\r\n"),
        format!("10\r\n{BODY}\r\n0\r\n{trailers}\r\n"),
    ] {
        let told = told(&house, &(post(&house, "Transfer-Encoding: chunked\r\n", &body) + &smuggled(&house))).await;
        let shown = &body[..body.len().min(60)];
        assert!(told.starts_with("HTTP/1.1 400 ") && told.contains("broke off"), "{shown:?}: {told}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_length_beside_chunks_is_served_as_chunks_and_nothing_after_it_is_read() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for lines in [
        "Content-Length: 16\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 16\r\n",
        "Content-Length: 0\r\nTransfer-Encoding: Chunked\r\n",
        "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    ] {
        let told = told(&house, &(post(&house, lines, &chunked(BODY)) + &smuggled(&house))).await;
        assert!(told.starts_with("HTTP/1.1 200 "), "{lines:?}: {told}");
    }
    assert_eq!(wire.requests().len(), 4);
    assert_nothing_ambiguous_went_on(&wire);
}

#[tokio::test]
async fn what_stands_behind_a_body_is_not_part_of_it() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let trailers =
        format!("10\r\n{BODY}\r\n0\r\nAuthorization: Bearer lwk_other\r\nHost: evil\r\nContent-Length: 3\r\n\r\n");
    for (lines, body) in [
        ("Content-Length: 16\r\n", BODY.to_owned()),
        ("Content-Length: 16\r\nContent-Length: 16\r\n", BODY.to_owned()),
        ("Content-Length: 016\r\n", BODY.to_owned()),
        ("Transfer-Encoding: CHUNKED\r\n", chunked(BODY)),
        ("Transfer-Encoding: chunked\r\n", format!("00000010 ;a=b;c=\"d\"\r\n{BODY}\r\n000\r\n\r\n")),
        ("Transfer-Encoding: chunked\r\nTrailer: Authorization, Host\r\n", trailers),
    ] {
        let mut caller = house.connect().await;
        caller.send(post(&house, lines, &body) + &smuggled(&house)).await;
        assert_eq!(caller.answer().await.head.status, 200, "{lines:?}");
        assert_eq!(caller.answer().await.json()["object"], "list", "what follows is a request of its own: {lines:?}");
    }
    assert_eq!(wire.requests().len(), 6);
    assert_nothing_ambiguous_went_on(&wire);
}

#[tokio::test]
async fn a_body_that_nobody_reads_is_no_request() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let inner = smuggled(&house).repeat(2_000);
    let length = format!("Content-Length: {}\r\n", inner.len());
    for (head, status) in [
        (house.head("POST /nowhere", &length), 404),
        (house.head_by("lwk_nothing", "POST /v1/chat/completions", &length), 401),
        (house.head("POST /acme/models/nothing/v1/chat/completions", &length), 404),
        (house.head("POST /v1/chat/completions", &format!("Host: other\r\n{length}")), 400),
    ] {
        let told = told(&house, &(head + &inner)).await;
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{told}");
    }
    // A body that is small and is there is read to its end, and what follows is served.
    let mut caller = house.connect().await;
    caller.send(house.post("/nowhere", &smuggled(&house)) + &smuggled(&house)).await;
    assert_eq!(caller.answer().await.head.status, 404);
    assert_eq!(caller.answer().await.json()["object"], "list");
    caller.send(post(&house, "Content-Length: 16\r\n", BODY)).await;
    assert_eq!(caller.answer().await.head.status, 200);
    assert_nothing_ambiguous_went_on(&wire);
}

#[tokio::test]
async fn headers_that_name_one_another_take_nothing_away_that_counts() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let lines = "Connection: close, Authorization, Host, Content-Length, Transfer-Encoding, X-Linkwork-Authorization\r\n\
                 Content-Length: 16\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nKeep-Alive: timeout=5\r\n";
    assert!(told(&house, &post(&house, lines, BODY)).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(wire.requests().len(), 1);
    assert_nothing_ambiguous_went_on(&wire);
    let request = wire.only_request();
    for gone in ["connection", "upgrade", "http2-settings", "keep-alive"] {
        assert_eq!(request.header(gone), None, "{gone}");
    }
}
