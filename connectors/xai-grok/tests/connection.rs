//! The connection: its fields, its test, and what it does with a key.

use connector_sdk::http::Egress;
use connector_xai_grok::connector;
use serde_json::{Value, json};

use crate::server;
use crate::world::World;

fn refused(fields: Value) -> Vec<String> {
    let error = connector().connect("grok@1", fields, Egress::Public).unwrap_err();
    error.violations().iter().map(ToString::to_string).collect()
}

#[test]
fn the_base_url_has_a_default() {
    connector().connect("grok@1", json!({ "api_key": "xai-1" }), Egress::Public).unwrap();
    let schema = connector();
    let base_url = &schema.connection_schema()["properties"]["base_url"];
    assert_eq!(base_url["default"], "https://api.x.ai/v1");
    assert_eq!(schema.connection().environment, [("api_key", "XAI_API_KEY")]);
}

#[test]
fn fields_that_cannot_work_are_refused() {
    assert_eq!(refused(json!({ "api_key": "" })), ["/api_key: must not be empty"]);
    assert_eq!(refused(json!({ "api_key": "  " })), ["/api_key: must not be empty"]);
    let groq = "/api_key: this is a Groq key; xAI's begin with xai-: make one at https://console.x.ai";
    assert_eq!(refused(json!({ "api_key": "gsk_abcdef" })), [groq]);
    let target = refused(json!({ "api_key": "xai-1", "base_url": "api.x.ai/v1" }));
    assert!(target[0].starts_with("/base_url: is not a URL"), "{target:?}");
    assert_eq!(refused(json!({ "api_key": "xai-1", "base_url": "https://api.x.ai/v1?a=b" })).len(), 1);
    assert_eq!(refused(json!({ "api_key": "xai-1", "base_url": "http://api.x.ai/v1" })).len(), 1);
    assert_eq!(refused(json!({ "token": "xai-1" })).len(), 2);
}

const STATE: &str = r#"{"redacted_api_key":"xai-...wxyz","user_id":"u","name":"ci","create_time":"1","modify_time":"1","modified_by":"u","team_id":"t","acls":["api-key:model:*"],"api_key_id":"k","team_blocked":false,"api_key_blocked":false,"api_key_disabled":false}"#;

#[tokio::test]
async fn a_key_is_verified_by_its_own_endpoint() {
    let world = World::with(vec![server::json(200, STATE)]).await;
    assert_eq!(world.verify().await.unwrap(), "the key \"ci\" works");
    assert_eq!(world.heard()[0].line(), "GET /v1/api-key");
}

#[tokio::test]
async fn a_key_for_some_endpoints_says_which() {
    let only = r#""acls":["api-key:model:*","api-key:endpoint:chat","api-key:endpoint:models"]"#;
    for (acls, learned) in [
        (only, "the key \"ci\" works, for these endpoints only: chat, models"),
        (r#""acls":["api-key:endpoint:*"]"#, "the key \"ci\" works"),
    ] {
        let state = STATE.replace(r#""acls":["api-key:model:*"]"#, acls);
        assert_eq!(World::with(vec![server::json(200, &state)]).await.verify().await.unwrap(), learned);
    }
}

#[tokio::test]
async fn a_blocked_key_does_not_pass() {
    for (flag, kind, message) in [
        ("team_blocked", "forbidden", "xAI says that the key's team is blocked"),
        ("api_key_blocked", "unauthorized", "xAI says that this key is blocked"),
        ("api_key_disabled", "unauthorized", "xAI says that this key is disabled"),
    ] {
        let state = STATE.replace(&format!(r#""{flag}":false"#), &format!(r#""{flag}":true"#));
        let error = World::with(vec![server::json(200, &state)]).await.verify().await.unwrap_err();
        assert_eq!((error.kind().code(), error.message()), (kind, message));
    }
}

#[tokio::test]
async fn a_gateway_without_that_endpoint_is_asked_for_its_models() {
    let not_here = r#"{"code":"not-found","error":"No handler found on route."}"#;
    let world = World::with(vec![server::json(404, not_here), server::json(200, r#"{"data":[]}"#)]).await;
    assert_eq!(world.verify().await.unwrap(), "the key may list models");
    assert_eq!(world.heard()[1].line(), "GET /v1/models");
}

#[tokio::test]
async fn a_bad_key_does_not_pass() {
    let bad = r#"{"code":"invalid-argument","error":"Incorrect API key provided. You can obtain an API key from https://console.x.ai."}"#;
    let error = World::with(vec![server::json(400, bad)]).await.verify().await.unwrap_err();
    assert_eq!(error.kind().code(), "unauthorized");
}
