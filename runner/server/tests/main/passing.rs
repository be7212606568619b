//! A call goes on as it came, but for what the gateway says it changes.

use serde_json::json;
use tests::wire::{Reply, Wire};

use crate::support::{House, SECRET};

const ASKED: &str = "{ \"model\":\"grok\",\"messages\" : [{\"role\":\"user\",\"content\":\"h\\u00e9 \"}],\"x\":1.0 }";
const ANSWERED: &str = r#"{"id":"1", "choices":[ ],"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":241,"completion_tokens_details":{"reasoning_tokens":228}},"unknown":1e2}"#;

#[tokio::test]
async fn a_call_goes_on_byte_for_byte_but_for_the_models_name() {
    let wire = Wire::always(Reply::json(200, ANSWERED));
    let house = House::before(&wire).await;
    for target in
        ["/v1/chat/completions", "/acme/models/grok/v1/chat/completions", "/acme/models/grok/chat/completions"]
    {
        let answer = house.ask_post(target, ASKED).await;
        assert_eq!((answer.head.status, answer.text()), (200, ANSWERED), "{target}");
    }
    for request in wire.requests() {
        assert_eq!(request.line(), "POST /base/v1/chat/completions HTTP/1.1");
        assert_eq!(request.text(), ASKED.replace("\"grok\"", "\"grok-4.3\""));
        assert_eq!(request.all("authorization"), [format!("Bearer {SECRET}")]);
        assert_eq!(request.all("host"), [wire.authority()]);
        assert_eq!(request.all("accept-encoding"), ["identity"]);
    }
    assert_eq!(wire.seen().connections, 1, "one connection serves one call after another");
}

#[tokio::test]
async fn the_urls_model_wins_and_the_body_is_put_right() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for body in [r#"{"model":"gpt-5"}"#, r#"{"model":"closed"}"#, r#"{}"#, r#"{"model":"grok-4.3"}"#] {
        assert_eq!(house.ask_post("/acme/models/grok/v1/chat/completions", body).await.head.status, 200);
    }
    wire.requests().iter().for_each(|request| assert_eq!(request.text(), r#"{"model":"grok-4.3"}"#));
}

#[tokio::test]
async fn headers_of_an_account_and_of_a_connection_end_here_and_the_others_go_on() {
    let reply = Reply::new(
        200,
        &[
            ("content-type", "application/json"),
            ("x-request-id", "req-7"),
            ("x-ratelimit-remaining-tokens", "9"),
            ("openai-processing-ms", "5"),
            ("openai-organization", "org-secret"),
            ("openai-project", "proj-secret"),
            ("set-cookie", "__cf_bm=1"),
            ("alt-svc", "h3"),
            ("connection", "keep-alive, x-hop"),
            ("x-hop", "1"),
        ],
        "{}",
    );
    let wire = Wire::always(reply);
    let house = House::before(&wire).await;
    let more = "openai-organization: mine\r\nOpenAI-Project: mine\r\nCookie: a=b\r\nForwarded: for=1\r\nX-Forwarded-For: 1\r\n\
                x-api-key: KEY\r\nX-Linkwork-Authorization: Bearer KEY\r\napi-key: other\r\nConnection: keep-alive, X-Own\r\nX-Own: 1\r\n\
                Accept-Encoding: gzip\r\nTE: trailers\r\ntraceparent: 00-1-2-01\r\nX-Grok-Conv-Id: c\r\nx-stainless-lang: python\r\n\
                Idempotency-Key: i\r\nanthropic-version: 2023-06-01\r\nContent-Type: application/json\r\nContent-Length: 16\r\n"
        .replace("KEY", &house.key);
    let answer = house.ask(&(house.head("POST /v1/chat/completions?a=b%20c", &more) + r#"{"model":"grok"}"#)).await;
    let request = wire.only_request();
    assert_eq!(request.target(), "/base/v1/chat/completions?a=b%20c");
    let mut names: Vec<String> = request.headers().map(|(name, _)| name.to_lowercase()).collect();
    names.sort();
    let expected = [
        "accept-encoding",
        "anthropic-version",
        "authorization",
        "content-length",
        "content-type",
        "host",
        "idempotency-key",
        "traceparent",
        "x-grok-conv-id",
        "x-stainless-lang",
    ];
    assert_eq!(names, expected);
    assert!(!request.head.contains(&house.key), "the caller's key ends here");
    for (name, value) in
        [("x-request-id", "req-7"), ("x-ratelimit-remaining-tokens", "9"), ("openai-processing-ms", "5")]
    {
        assert_eq!(answer.head.header(name), Some(value));
    }
    for gone in ["openai-organization", "openai-project", "set-cookie", "alt-svc", "x-hop", "transfer-encoding"] {
        assert_eq!(answer.head.header(gone), None, "{gone}");
    }
    assert!(answer.head.header("x-linkwork-call-id").is_some_and(|id| id.starts_with("call_")));
    assert!(answer.head.header("server-timing").is_some_and(|timing| timing.starts_with("gateway;dur=")));
}

#[tokio::test]
async fn a_call_leaves_one_record_with_what_was_used() {
    let reply = Reply::new(200, &[("content-type", "application/json"), ("x-request-id", "req-7")], ANSWERED);
    let wire = Wire::always(reply);
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/chat/completions", ASKED).await;
    let call = house.only_call().await;
    assert_eq!(answer.head.header("x-linkwork-call-id"), Some(&*call.id.to_string()));
    assert_eq!((call.status, call.error_type.as_deref()), (Some(200), None));
    assert_eq!((call.usage.input, call.usage.output, call.usage.reasoning), (Some(12), Some(1), Some(228)));
    assert_eq!((call.bytes_in, call.bytes_out), (ASKED.len() as u64, ANSWERED.len() as u64));
    assert_eq!(call.upstream_request_id.as_deref(), Some("req-7"));
}

#[tokio::test]
async fn an_answer_that_tells_no_usage_is_recorded_as_unknown() {
    let wire = Wire::always(Reply::json(200, r#"{"choices":[]}"#));
    let house = House::before(&wire).await;
    house.ask_post("/v1/chat/completions", ASKED).await;
    let call = house.only_call().await;
    assert_eq!((call.usage.input, call.usage.output, call.usage.total), (None, None, None));
}

#[tokio::test]
async fn a_key_learns_what_it_may_use_from_the_gateway_and_not_from_the_provider() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let get = async |target: &str| house.ask(&house.head(&format!("GET {target}"), "")).await;
    let grok = json!({ "id": "grok", "object": "model", "created": 0, "owned_by": "acme" });
    assert_eq!(get("/v1/models").await.json(), json!({ "object": "list", "data": [grok] }));
    assert_eq!(get("/acme/models/grok/v1/models").await.json(), json!({ "object": "list", "data": [grok] }));
    assert_eq!(get("/v1/models/grok").await.json(), grok);
    assert_eq!(get("/v1/models/closed").await.error(), (404, "model_not_found".to_owned()));
    assert_eq!(get("/v1/models/nothing").await.error(), (404, "model_not_found".to_owned()));
    let key = get("/v1/api-key").await.json();
    assert_eq!((&key["user_id"], &key["team_id"]), (&json!("ada"), &json!("acme")));
    assert!(!key.to_string().contains(&house.key), "{key}");
    assert_eq!(get("/acme/models/grok/v1/api-key").await.json()["user_id"], "ada");
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn what_is_not_a_models_call_goes_on_while_it_arrives_where_a_workspace_allows_it() {
    let wire = Wire::always(Reply::json(200, r#"{"id":"file_1"}"#));
    let house =
        House::with(&wire, Default::default(), |file| file["workspaces"]["acme"]["stateful"] = json!(true)).await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--\r\n";
    let more = format!("Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n", form.len());
    let answer = house.ask(&(house.head("POST /acme/models/grok/v1/files", &more) + form)).await;
    assert_eq!((answer.head.status, answer.text()), (200, r#"{"id":"file_1"}"#));
    let request = wire.only_request();
    assert_eq!((request.target(), request.text()), ("/base/v1/files", form));
    let answer = house.ask(&house.head("GET /acme/models/grok/v1/files/file_1/content", "")).await;
    assert_eq!(answer.head.status, 200);
    assert_eq!(wire.requests()[1].line(), "GET /base/v1/files/file_1/content HTTP/1.1");
}
