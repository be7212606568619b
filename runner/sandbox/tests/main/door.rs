//! What holds for every request: the record, the marks on answers, the bound on bodies.

use reqwest::Method;
use runner_sandbox::Sandbox;
use serde_json::json;

use crate::support::{Bench, answer, ask, client, quick};

const CHAT: &str = "/v1/chat/completions";

#[tokio::test]
async fn requests_are_recorded_without_their_credentials() {
    let bench = Bench::start().await;
    let body = ask("grok-3", "Hello");
    let request = bench.posting("/v1/chat/completions?trace=1", &body).header("x-api-key", "xai-other-9876");
    answer(request.header("X-Grok-Conv-Id", "c1")).await;

    let requests = bench.sandbox.requests();
    let [recorded] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert_eq!(recorded.method, "POST");
    assert_eq!(recorded.path, "/v1/chat/completions?trace=1");
    assert_eq!(recorded.header("authorization"), Some("…1234"));
    assert_eq!(recorded.header("x-api-key"), Some("…9876"));
    assert_eq!(recorded.header("x-grok-conv-id"), Some("c1"));
    assert_eq!(recorded.body, body.to_string().as_bytes());
    assert!(!format!("{:?}", bench.sandbox).contains("xai-test-key"));
}

#[tokio::test]
async fn a_refused_request_is_recorded_too() {
    let bench = Bench::start().await;
    answer(bench.http.get(format!("{}/nowhere", bench.sandbox.origin()))).await;
    assert_eq!(bench.sandbox.requests()[0].path, "/nowhere");
}

#[tokio::test]
async fn every_answer_is_numbered_and_open_to_browsers() {
    let bench = Bench::start().await;
    for (number, path) in ["/v1/models", "/v1/nowhere", CHAT].iter().enumerate() {
        let answer = bench.get(path).await;
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert!(id.ends_with(&format!("{:012}", number + 1)), "{id}");
    }
    let preflight = bench.http.request(Method::OPTIONS, format!("{}{CHAT}", bench.sandbox.origin()));
    let preflight = answer(preflight).await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.headers["access-control-allow-headers"], "*, authorization");
}

#[tokio::test]
async fn a_body_may_have_twenty_mebibytes_and_no_more() {
    let bench = Bench::start().await;
    let mib = 1024 * 1024;
    let url = format!("data:image/png;base64,{}", "A".repeat(19 * mib));
    let body = json!({ "model": "grok-4.7", "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "What is this?" },
        { "type": "image_url", "image_url": { "url": url } },
    ] }] });
    assert_eq!(bench.post(CHAT, &body).await.status, 200);
    // The sandbox stops reading at its bound, so the client meets either the refusal or a broken pipe.
    let much = bench.request(Method::POST, CHAT).body("A".repeat(21 * mib));
    match much.send().await {
        Ok(answer) => assert_eq!(answer.status(), 413),
        Err(error) => assert!(error.is_request(), "{error:?}"),
    }
    assert_eq!(bench.sandbox.requests().len(), 1);
}

#[tokio::test]
async fn it_listens_on_loopback_until_it_is_stopped() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let origin = sandbox.origin().to_owned();
    assert!(origin.starts_with("http://127.0.0.1:"), "{origin}");
    assert_eq!(sandbox.base_url(), format!("{origin}/v1"));
    sandbox.stop().await;
    assert!(client().get(origin).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_dropped_sandbox_is_gone() {
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let origin = sandbox.origin().to_owned();
    assert_eq!(client().get(&origin).send().await.unwrap().status(), 404);
    drop(sandbox);
    // The listener closes when its task is next scheduled.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(client().get(origin).send().await.unwrap_err().is_connect());
}
