//! The connection: its fields, its test, and what it does with a key.

use connector_openai::connector;
use connector_sdk::http::Egress;
use connector_sdk::{Context, Retries, Scope};
use serde_json::{Value, json};

use crate::server::{self, Server};
use crate::world::{World, action_of, verdict};

fn refused(fields: Value) -> Vec<String> {
    let error = connector().connect("main@1", fields, Egress::Public).unwrap_err();
    error.violations().iter().map(ToString::to_string).collect()
}

#[test]
fn the_base_url_has_a_default() {
    connector().connect("main@1", json!({ "api_key": "sk-1" }), Egress::Public).unwrap();
    let connector = connector();
    assert_eq!(connector.connection_schema()["properties"]["base_url"]["default"], "https://api.openai.com/v1");
    assert_eq!(connector.connection().environment, [("api_key", "OPENAI_API_KEY")]);
}

#[test]
fn fields_that_cannot_work_are_refused() {
    assert_eq!(refused(json!({ "api_key": " " })), ["/api_key: must not be empty"]);
    for (key, kind) in [("sk-ant-api03-x", "Anthropic"), ("sk-admin-x", "admin"), ("xai-x", "xAI"), ("gsk_x", "Groq")] {
        let found = refused(json!({ "api_key": key }));
        assert!(found.len() == 1 && found[0].contains(kind), "{key}: {found:?}");
    }
    let id = "must be an id, without spaces; leave it out for the key's own";
    assert_eq!(refused(json!({ "api_key": "sk-1", "organization": "" })), [format!("/organization: {id}")]);
    assert_eq!(refused(json!({ "api_key": "sk-1", "project": "a\r\nx: y" })), [format!("/project: {id}")]);
    assert_eq!(refused(json!({ "api_key": "sk-1", "base_url": "http://api.openai.com/v1" })).len(), 1);
}

#[test]
fn a_gateway_has_keys_of_its_own() {
    let fields = json!({ "api_key": "gsk_x", "base_url": "https://gateway.example.com/v1" });
    connector().connect("main@1", fields, Egress::Public).unwrap();
}

/// Sends a Raw Request over a connection with these accounts, and gives what reached the provider.
async fn with_accounts(headers: Value) -> connector_sdk::Result<String> {
    let server = Server::start(vec![server::json(200, "{}")]).await;
    let connector = connector();
    let fields =
        json!({ "api_key": "sk-1", "organization": "org-1", "project": "proj_2", "base_url": server.base_url });
    let connection = connector.connect("main@1", fields, Egress::Private).unwrap();
    let action = action_of(&connector, "raw-request");
    let input = action.prepare(json!({ "url": "/models", "method": "GET", "headers": headers }))?;
    let ctx = Context::new(Scope { retries: Retries::Caller, ..Scope::default() });
    action.call(&ctx, &connection, input).await?;
    Ok(server.heard()[0].head.clone())
}

#[tokio::test]
async fn accounts_go_with_every_request_and_no_input_sets_them() {
    let head = with_accounts(json!([])).await.unwrap();
    assert!(head.contains("openai-organization: org-1") && head.contains("openai-project: proj_2"), "{head}");
    let other = json!([{ "key": "OpenAI-Project", "value": "proj_3" }]);
    let error = with_accounts(other).await.unwrap_err();
    assert!(error.message().contains("is set by the connection, and cannot be set here"), "{error}");
}

const MODELS: &str = r#"{"object":"list","data":[{"id":"gpt-5.5","object":"model","created":1,"owned_by":"system"}]}"#;
const NO_MODEL: &str = r#"{"error":{"message":"you must provide a model parameter","type":"invalid_request_error","param":null,"code":null}}"#;

fn lacks(scope: &str) -> String {
    format!(
        r#"{{"error":{{"message":"You have insufficient permissions for this operation. Missing scopes: {scope}. Check that you have the correct role.","type":"invalid_request_error","param":null,"code":null}}}}"#
    )
}

#[tokio::test]
async fn a_key_is_tested_without_asking_a_model() {
    let world = World::with(vec![server::json(200, MODELS), server::json(400, NO_MODEL)]).await;
    assert_eq!(world.verify().await.unwrap(), "the key may ask models and list them, 1 in all");
    let heard = world.heard();
    assert_eq!((heard[0].line(), heard[1].line()), ("GET /v1/models", "POST /v1/chat/completions"));
    assert_eq!(heard[1].body, "{}");
}

#[tokio::test]
async fn a_read_only_key_does_not_pass() {
    for status in [401, 403] {
        let world = World::with(vec![server::json(200, MODELS), server::json(status, &lacks("model.request"))]).await;
        let (kind, _, fix) = verdict(&world.verify().await.unwrap_err());
        assert_eq!(kind, "forbidden");
        assert!(fix.starts_with("give the key Write on Model capabilities"), "{fix}");
    }
}

#[tokio::test]
async fn a_key_that_may_not_list_models_is_told_so() {
    let world = World::with(vec![server::json(403, &lacks("api.model.read")), server::json(400, NO_MODEL)]).await;
    let learned = world.verify().await.unwrap();
    assert_eq!(learned, "the key may ask models, but not list them: give it Read on Models for that");
    let world =
        World::with(vec![server::json(403, &lacks("api.model.read")), server::json(403, &lacks("model.request"))])
            .await;
    assert_eq!(verdict(&world.verify().await.unwrap_err()).0, "forbidden");
}

#[tokio::test]
async fn a_bad_key_and_an_empty_account_do_not_pass() {
    let bad = r#"{"error":{"message":"Incorrect API key provided: sk-1.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#;
    let world = World::with(vec![server::json(401, bad)]).await;
    assert_eq!(verdict(&world.verify().await.unwrap_err()).0, "unauthorized");
    let spent = r#"{"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#;
    let world = World::with(vec![server::json(200, MODELS), server::json(429, spent)]).await;
    assert_eq!(verdict(&world.verify().await.unwrap_err()).0, "no_credits");
}
