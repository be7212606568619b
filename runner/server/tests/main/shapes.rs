//! A request says which server it is for; whoever only looks whether there is one needs no key.

use runner_server::Settings;
use tests::wire::{Reply, Wire};

use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;

/// A request with these lines in place of its Host.
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
        caller.answer().await
    };
    let status = async |line: &str, hosts: &str| ask(line, hosts).await.head.status;
    let post = "POST /v1/chat/completions HTTP/1.1";
    for good in [
        "Host: models.example.com\r\n",
        "Host: MODELS.example.com:443\r\n",
        "host: 127.0.0.1:80\r\n",
        "Host: [::1]\r\n",
    ] {
        assert_eq!(status(post, good).await, 200, "{good}");
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
        "Host: models.example.com.evil.example.com\r\n",
        "Host: models.example.com:80:80\r\n",
        "Host: models%2eexample.com\r\n",
        "Host: http://models.example.com\r\n",
        "Host: ::1\r\n",
        "Host: \u{e4}\r\n",
    ] {
        assert_eq!(ask(post, bad).await.error(), (400, "invalid".to_owned()), "{bad}");
        let answer = ask("POST /v1/messages HTTP/1.1", bad).await;
        assert_eq!(answer.error_of_anthropic(), (400, "invalid_request_error".to_owned()), "{bad}");
    }
    let good = "Host: models.example.com\r\n";
    for absolute in ["http://models.example.com", "https://models.example.com:443", "http://evil.example.com", "//evil"]
    {
        let line = format!("POST {absolute}/v1/chat/completions HTTP/1.1");
        assert!(matches!(status(&line, good).await, 400 | 404), "{line}");
    }
    assert_eq!(status("POST /v1/chat/completions HTTP/1.0", "").await, 400, "an old version without a host");
    assert_eq!(status("GET /health HTTP/1.1", "Host: probe\r\n").await, 200, "a probe may call it as it likes");
    assert_eq!(status("GET /metrics HTTP/1.1", "Host: probe\r\n").await, 400, "which no other may");
    assert_eq!(status("GET /openapi.json HTTP/1.1", "Host: evil.example.com\r\n").await, 400);
    assert_eq!(status("GET /admin/v1/acme/models HTTP/1.1", "Host: evil.example.com\r\n").await, 400);
    assert_eq!(wire.requests().len(), passed_on, "nothing more is passed on");
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
