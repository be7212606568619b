//! Each fault, as a client meets it.

use std::future::Future;
use std::time::Duration;

use reqwest::Response;
use runner_sandbox::Fault;
use serde_json::{Value, json};

use crate::support::{Answer, Bench, answer, ask, json, with};

const PATH: &str = "/v1/chat/completions";

fn hello() -> Value {
    ask("grok-3", "Hello")
}

fn streaming() -> Value {
    with(hello(), &json!({ "stream": true }))
}

async fn faulty(bench: &Bench, fault: &str, body: &Value) -> Answer {
    answer(bench.posting(PATH, body).header("x-sandbox-fault", fault)).await
}

async fn open(bench: &Bench, fault: &str, body: &Value) -> Response {
    bench.posting(PATH, body).header("x-sandbox-fault", fault).send().await.unwrap()
}

/// Reads until the body ends or breaks, and tells which.
async fn read(mut response: Response) -> (String, bool) {
    let mut text = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk),
            Ok(None) => return (String::from_utf8(text).unwrap(), true),
            Err(_) => return (String::from_utf8(text).unwrap(), false),
        }
    }
}

/// Reads until that much has come, and no further.
async fn read_some(response: &mut Response, length: usize) -> String {
    let mut text = Vec::new();
    while text.len() < length {
        text.extend_from_slice(&response.chunk().await.unwrap().unwrap());
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_status_comes_with_its_header_as_often_as_asked() {
    let bench = Bench::start().await;
    let fault = "status=503; retry-after=1; times=2";
    for _ in 0..2 {
        let refused = faulty(&bench, fault, &hello()).await;
        assert_eq!(refused.status, 503);
        assert_eq!(refused.headers["retry-after"], "1");
        assert_eq!(refused.json()["code"], "unavailable");
    }
    assert_eq!(faulty(&bench, fault, &hello()).await.status, 200);
    assert_eq!(faulty(&bench, "status=429", &hello()).await.json()["code"], "resource-exhausted");
    assert_eq!(faulty(&bench, "status=500", &hello()).await.json()["code"], "internal");
}

#[tokio::test]
async fn a_fault_can_be_set_for_a_path() {
    let bench = Bench::start().await;
    bench.sandbox.set_fault("/v1/chat", "status=500; times=1".parse().unwrap());
    assert_eq!(bench.get("/v1/models").await.status, 200);
    assert_eq!(bench.post(PATH, &hello()).await.status, 500);
    assert_eq!(bench.post(PATH, &hello()).await.status, 200);
    bench.sandbox.set_fault("/v1/chat", "status=502".parse().unwrap());
    assert_eq!(bench.post(PATH, &hello()).await.status, 502);
    bench.sandbox.set_fault("/v1/chat", Fault::default());
    assert_eq!(bench.post(PATH, &hello()).await.status, 200);
    assert_eq!(bench.sandbox.requests().len(), 5);
}

#[tokio::test]
async fn a_hang_up_leaves_the_client_without_an_answer() {
    let bench = Bench::start().await;
    let request = bench.posting(PATH, &hello()).header("x-sandbox-fault", "hang-up");
    let error = request.send().await.unwrap_err();
    assert!(!error.is_connect() && !error.is_status(), "{error:?}");
    assert_eq!(bench.sandbox.requests().len(), 1);
    assert_eq!(bench.post(PATH, &hello()).await.status, 200);
}

#[tokio::test]
async fn a_cut_breaks_the_body_off() {
    let bench = Bench::start().await;
    let (text, whole) = read(open(&bench, "cut=3", &streaming()).await).await;
    assert_eq!((text.matches("data: ").count(), whole), (3, false));
    assert!(text.ends_with("\n\n"));
    let (text, whole) = read(open(&bench, "cut=10", &hello()).await).await;
    assert_eq!((text.len(), whole), (10, false));
}

#[tokio::test]
async fn a_stall_sends_so_much_and_then_nothing_more() {
    let bench = Bench::start().await;
    let whole = bench.post(PATH, &streaming()).await.text;
    let two: usize = whole.split_inclusive("\n\n").take(2).map(str::len).sum();
    let mut response = open(&bench, "stall=2", &streaming()).await;
    assert_eq!(read_some(&mut response, two).await, whole[..two]);
    assert!(is_pending(response.chunk()).await);
}

/// Whether a future is still not ready after everything else has had its turn, without a clock.
async fn is_pending<F: Future>(future: F) -> bool {
    tokio::select! {
        biased;
        _ = future => false,
        () = async { for _ in 0..10_000 { tokio::task::yield_now().await } } => true,
    }
}

#[tokio::test]
async fn a_delay_is_waited_for() {
    let bench = Bench::start().await;
    assert!(is_pending(faulty(&bench, "delay=600s", &hello())).await);
    assert!(!is_pending(faulty(&bench, "delay=0ms", &hello())).await);
    assert_eq!(faulty(&bench, "delay=1ms", &hello()).await.status, 200);
}

#[tokio::test]
async fn a_drip_changes_no_byte() {
    let bench = Bench::start().await;
    for body in [hello(), streaming()] {
        let whole = bench.post(PATH, &body).await.text;
        assert_eq!(faulty(&bench, "drip=0ms", &body).await.text, whole);
    }
    let mut response = open(&bench, "drip=600s; delay=0ms", &hello()).await;
    assert!(is_pending(response.chunk()).await);
}

#[tokio::test]
async fn malformed_is_not_json() {
    let bench = Bench::start().await;
    let body = faulty(&bench, "malformed", &hello()).await;
    assert_eq!(body.status, 200);
    assert!(serde_json::from_str::<Value>(&body.text).is_err());
    let events = faulty(&bench, "malformed", &streaming()).await.events();
    assert!(serde_json::from_str::<Value>(&events[0]).is_ok());
    assert!(serde_json::from_str::<Value>(&events[1]).is_err());
    assert!(serde_json::from_str::<Value>(&events[2]).is_ok());
}

#[tokio::test]
async fn an_error_may_come_inside_a_success() {
    let bench = Bench::start().await;
    let events = faulty(&bench, "error-event=2", &streaming()).await.events();
    assert_eq!(events.len(), 3);
    assert_eq!(json(&events[2])["code"], "unavailable");
    let expected = json!({
        "code": "The service is currently unavailable",
        "error": "Timed out waiting for first token",
    });
    for fault in ["error-200", "error-event=2"] {
        let answer = faulty(&bench, fault, &hello()).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, expected.clone()));
    }
    let in_place_of_a_stream = faulty(&bench, "error-200", &streaming()).await;
    assert_eq!(in_place_of_a_stream.headers["content-type"], "application/json");
}

#[tokio::test]
async fn no_finish_ends_in_order_and_too_early() {
    let bench = Bench::start().await;
    let whole = bench.post(PATH, &streaming()).await.events();
    let events = faulty(&bench, "no-finish", &streaming()).await.events();
    assert_eq!(events, whole[..whole.len() - 2]);
    let early = with(streaming(), &json!({ "model": "grok-beta" }));
    let events = faulty(&bench, "no-finish", &early).await.events();
    assert!(events.iter().all(|event| event.contains(r#""finish_reason":"""#)));
}

#[tokio::test]
async fn a_word_that_is_no_fault_is_refused_by_name() {
    for text in ["status=9", "cut", "delay=5", "delay=11m", "explode", "retry-after=1", "cut=1; stall=1"] {
        assert!(text.parse::<Fault>().is_err(), "{text}");
    }
    let bench = Bench::start().await;
    let refused = faulty(&bench, "explode", &hello()).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("`explode` is no fault"));
}

#[tokio::test]
async fn a_stop_ends_what_is_still_open() {
    let bench = Bench::start().await;
    let mut response = open(&bench, "stall=1", &streaming()).await;
    response.chunk().await.unwrap();
    tokio::time::timeout(Duration::from_secs(30), bench.sandbox.stop()).await.unwrap();
    while let Ok(Some(_)) = response.chunk().await {}
}
