//! Get Model, List Models, Select Model and Raw Request.

use serde_json::json;

use crate::server;
use crate::world::{World, refusals, verdict};

const MODELS: &str = r#"{"object":"list","data":[{"id":"gpt-5.5","object":"model","created":1777000000,"owned_by":"system"},{"id":"gpt-4.1-mini","object":"model","created":1744317547,"owned_by":"system"}]}"#;

#[tokio::test]
async fn models_are_listed_and_offered() {
    let world = World::with(vec![server::json(200, MODELS), server::json(200, MODELS)]).await;
    assert_eq!(world.call("list-models", json!({})).await.unwrap().to_string(), MODELS);
    assert_eq!(world.heard()[0].line(), "GET /v1/models");
    let expected =
        json!([{ "value": "gpt-4.1-mini", "label": "gpt-4.1-mini" }, { "value": "gpt-5.5", "label": "gpt-5.5" }]);
    assert_eq!(world.options().await.unwrap(), expected);
}

#[tokio::test]
async fn a_model_is_fetched_by_its_name_whatever_that_holds() {
    let model = r#"{"id":"ft:gpt-4.1-mini:acme::x/y","object":"model","created":1,"owned_by":"acme"}"#;
    let world = World::with(vec![server::json(200, model)]).await;
    let output = world.call("get-model", json!({ "model_id": "ft:gpt-4.1-mini:acme::x/y" })).await.unwrap();
    assert_eq!(output.to_string(), model);
    assert_eq!(world.heard()[0].line(), "GET /v1/models/ft%3Agpt-4.1-mini%3Aacme%3A%3Ax%2Fy");
    assert_eq!(refusals("get-model", json!({ "model_id": "" })), ["/model_id: must not be empty"]);
}

#[tokio::test]
async fn raw_request_explains_errors_and_hands_back_the_body() {
    let body = r#"{"error":{"message":"Unknown parameter: 'foo'.","type":"invalid_request_error","param":"foo","code":"unknown_parameter"}}"#;
    let world = World::with(vec![server::json(400, body)]).await;
    let input = json!({ "url": "/responses", "method": "POST", "data": { "foo": 1 } });
    let error = world.call("raw-request", input).await.unwrap_err();
    let fix = "take foo out of the input: OpenAI does not take it with this request";
    assert_eq!(verdict(&error), ("rejected".into(), "Final".into(), fix.into()));
    assert_eq!(error.response().unwrap()["body"]["error"]["param"], "foo");
}
