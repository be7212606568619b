//! A no comes in the shape that the caller's client reads; a provider's own keeps its words.

use serde_json::json;
use tests::wire::{Reply, Wire};

use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;

#[tokio::test]
async fn a_providers_429_comes_back_as_it_was_sent() {
    let headers = [
        ("content-type", "application/json"),
        ("retry-after", "7"),
        ("retry-after-ms", "7000"),
        ("x-ratelimit-reset-requests", "7s"),
        ("x-should-retry", "true"),
    ];
    let body =
        r#"{ "error": {"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}, "x":1}"#;
    let wire = Wire::always(Reply::new(429, &headers, body));
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/chat/completions", BODY).await;
    assert_eq!((answer.head.status, answer.text()), (429, body));
    headers.iter().for_each(|(name, value)| assert_eq!(answer.head.header(name), Some(*value)));
    assert_eq!(wire.requests().len(), 1, "nothing is repeated");
    let call = house.only_call().await;
    assert_eq!((call.status, call.error_type.as_deref()), (Some(429), Some("429")));
}

#[tokio::test]
async fn a_providers_error_of_another_shape_is_said_in_the_clients() {
    let flat = r#"{"code":"invalid-argument","error":"Incorrect API key provided: xai-the-providers-own-key."}"#;
    let wire = Wire::always(Reply::json(400, flat));
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/chat/completions", BODY).await;
    let error = json!({
        "message": "Incorrect API key provided: [secret].", "type": "invalid_request_error", "param": null, "code": "invalid-argument"
    });
    assert_eq!((answer.head.status, answer.json()), (400, json!({ "error": error })));
    let answer = house.ask_post("/v1/messages", BODY).await;
    let error = json!({ "type": "invalid_request_error", "message": "Incorrect API key provided: [secret]." });
    assert_eq!((answer.head.status, answer.json()), (400, json!({ "type": "error", "error": error })));
}

#[tokio::test]
async fn what_does_not_exist_and_what_is_not_the_callers_look_alike() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let mut said = Vec::new();
    for (target, body) in [
        ("/acme/models/nothing/v1/chat/completions", "{}"),
        ("/acme/models/closed/v1/chat/completions", "{}"),
        ("/globex/models/grok/v1/chat/completions", "{}"),
        ("/v1/chat/completions", r#"{"model":"closed"}"#),
        ("/v1/chat/completions", r#"{"model":"nothing"}"#),
    ] {
        let answer = house.ask_post(target, body).await;
        assert_eq!(answer.error(), (404, "model_not_found".to_owned()), "{target}");
        let text = answer.text().replace("closed", "X").replace("nothing", "X").replace("grok", "X");
        said.push(text);
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn only_stateless_calls_that_the_connector_knows_are_passed_on() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let stateful =
        ["GET /acme/models/grok/v1/responses/1", "DELETE /acme/models/grok/v1/files/1", "GET /acme/models/grok/files"];
    for line in stateful {
        assert_eq!(house.ask(&house.head(line, "")).await.error(), (403, "stateful".to_owned()), "{line}");
    }
    let unknown = [
        "GET /acme/models/grok/v1/chat/completions",
        "GET /acme/models/grok/v1/organization/keys",
        "GET /acme/models/grok/v1/../v1/embeddings",
        "GET /acme/models/grok/v1/%2e%2e/embeddings",
        "GET /acme/models/grok/v1/language-models/..%2f..%2fx",
        "GET /acme/models/grok/v1/language-models/%252e%252e",
        "PATCH /acme/models/grok/v1/embeddings",
    ];
    for line in unknown {
        assert_eq!(house.ask(&house.head(line, "")).await.error().0, 404, "{line}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_body_that_leaves_something_with_the_provider_is_refused_unless_the_workspace_allows_it() {
    let (responses, chat) = ("/acme/models/grok/v1/responses", "/v1/chat/completions");
    let stateful = [
        (responses, r#"{"input":"x"}"#),
        (responses, r#"{"input":"x","store":null}"#),
        (responses, r#"{"input":"x","store":false,"previous_response_id":"resp_1"}"#),
        (responses, r#"{"input":"x","store":false,"conversation":{"id":"conv_1"}}"#),
        (responses, r#"{"input":"x","store":false,"background":true}"#),
        (chat, r#"{"model":"grok","store":true}"#),
        (chat, r#"{"model":"grok","deferred":true}"#),
    ];
    let stateless = [
        (responses, r#"{"input":"x","store":false,"previous_response_id":null}"#),
        (chat, r#"{"model":"grok","store":false,"deferred":false}"#),
    ];
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for (target, body) in stateful {
        assert_eq!(house.ask_post(target, body).await.error(), (403, "stateful".to_owned()), "{body}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
    for (target, body) in stateless {
        assert_eq!(house.ask_post(target, body).await.head.status, 200, "{body}");
    }
    let open =
        House::with(&wire, Default::default(), |file| file["workspaces"]["acme"]["stateful"] = json!(true)).await;
    for (target, body) in stateful {
        assert_eq!(open.ask_post(target, body).await.head.status, 200, "{body}");
    }
}

#[tokio::test]
async fn a_body_that_two_readers_could_read_differently_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for body in [
        r#"{"model":"grok","model":"closed"}"#,
        r#"{"model":"grok","mod\u0065l":"x"}"#,
        "{",
        "",
        "[]",
        r#"{"model":1}"#,
    ] {
        assert_eq!(house.ask_post("/v1/chat/completions", body).await.error(), (400, "invalid".to_owned()), "{body}");
        assert_eq!(house.ask_post("/acme/models/grok/v1/chat/completions", body).await.error().0, 400, "{body}");
    }
    let answer = house.ask_post("/v1/chat/completions", "{}").await;
    assert!(answer.text().contains("names no model"), "{}", answer.text());
    let answer = house.ask_post("/v1/messages", "{").await.json();
    assert_eq!((&answer["type"], &answer["error"]["type"]), (&json!("error"), &json!("invalid_request_error")));
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_redirect_is_not_handed_to_the_caller() {
    let wire = Wire::always(Reply::new(307, &[("location", "https://elsewhere.example/")], ""));
    let house = House::before(&wire).await;
    let answer = house.ask_post("/v1/chat/completions", BODY).await;
    assert_eq!(answer.error(), (502, "redirected".to_owned()));
    assert_eq!(answer.head.header("location"), None);
}

#[tokio::test]
async fn a_limit_that_is_reached_is_told_with_when_to_come_back() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::with(&wire, Default::default(), |file| {
        file["workspaces"]["acme"]["models"]["grok"]["limits"] = json!([{ "per": "day", "requests": 1 }]);
    })
    .await;
    assert_eq!(house.ask_post("/v1/chat/completions", BODY).await.head.status, 200);
    let answer = house.ask_post("/v1/chat/completions", BODY).await;
    assert_eq!(answer.error(), (429, "rate_limit_exceeded".to_owned()));
    assert!(answer.head.header("retry-after").is_some(), "{:?}", answer.head);
    assert_eq!(wire.requests().len(), 1, "what is refused is not passed on");
}

#[tokio::test]
async fn every_refusal_is_in_the_audit() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    house.ask_post("/v1/chat/completions", "{").await;
    house.ask_post("/v1/chat/completions", r#"{"model":"nothing"}"#).await;
    house.ask(&house.head("DELETE /acme/models/grok/v1/files/1", "")).await;
    house.ask(&house.head("GET /v1/models/closed", "")).await;
    house.gateway.flush().await.unwrap();
    let lines = house.audit().await;
    let outcomes: Vec<&str> =
        lines.iter().filter(|line| line.action == "model.call").map(|line| &*line.outcome).collect();
    assert_eq!(outcomes.len(), 4, "{lines:?}");
    for outcome in ["invalid", "not_found", "forbidden"] {
        assert!(outcomes.contains(&outcome), "{outcomes:?}");
    }
}

#[tokio::test]
async fn every_refusal_of_the_api_is_in_the_audit_once() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let known = house.audit().await.len();
    let json = "Content-Type: application/json\r\nContent-Length: 2\r\n";
    let asked = [
        ("GET /admin/v1/acme/nothing", "", "", 404, "api.call not_found"),
        ("GET /admin/v1/acme/models/nothing", "", "", 404, "api.call not_found"),
        ("GET /admin/v1/acme/models?colour=blue", "", "", 400, "api.call invalid"),
        ("PUT /admin/v1/acme/models/x", json, "{}", 428, "api.call invalid"),
        ("PUT /admin/v1/acme/models/x", &(json.to_owned() + "If-Match: \"0\"\r\n"), "{}", 412, "models:write conflict"),
        ("GET /admin/v1/acme/keys/nothing", "", "", 404, "keys:write not_found"),
        ("GET /admin/v1/globex/models", "", "", 404, "models:list not_found"),
    ];
    for (line, lines, body, status, _) in &asked {
        assert_eq!(house.ask(&(house.head(line, lines) + body)).await.head.status, *status, "{line}");
    }
    house.gateway.flush().await.unwrap();
    let lines = house.audit().await;
    assert!(lines.iter().all(|line| line.times == 1), "{lines:?}");
    let new = lines.into_iter().rev().skip(known);
    let mut noted: Vec<String> = new.map(|line| format!("{} {}", line.action, line.outcome)).collect();
    let mut expected = asked.map(|(.., line)| line.to_owned());
    noted.sort();
    expected.sort();
    assert_eq!(noted, expected);
}

#[tokio::test]
async fn an_address_that_may_not_be_dialled_is_not_dialled_and_not_told() {
    let wire = Wire::always(Reply::json(200, "{}"));
    for (allow_private, code) in [(false, "misconfigured"), (true, "no_connection")] {
        let house = House::with(&wire, Default::default(), |file| {
            let connection = &mut file["workspaces"]["acme"]["connections"]["main"];
            connection["allow_private"] = json!(allow_private);
            // The other side speaks no TLS.
            connection["fields"]["base_url"] = json!(format!("https://{}/v1", wire.authority()));
        })
        .await;
        let answer = house.ask_post("/v1/chat/completions", BODY).await;
        assert_eq!(answer.error(), (502, code.to_owned()));
        assert!(!answer.text().contains("127.0.0.1"), "{}", answer.text());
    }
    assert!(wire.requests().is_empty(), "nothing is sent in clear text");
}
