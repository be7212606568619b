//! Get Model, List Models, Select Model and Raw Request.

use serde_json::json;

use crate::server;
use crate::world::{World, refusals, verdict, warnings};

const MODELS: &str = r#"{"object":"list","data":[{"id":"grok-4.7","created":1789000000,"object":"model","owned_by":"xai"},{"id":"grok-4.3","created":1743724800,"object":"model","owned_by":"xai","aliases":["grok-4.3-latest"]}]}"#;

#[tokio::test]
async fn list_models_gives_the_whole_body() {
    let world = World::with(vec![server::json(200, MODELS)]).await;
    let output = world.call("list-models", json!({})).await.unwrap();
    assert_eq!(output.to_string(), MODELS);
    assert_eq!(world.heard()[0].line(), "GET /v1/models");
    assert_eq!(world.heard()[0].body, "");
}

#[tokio::test]
async fn select_model_lists_ids_in_order() {
    let world = World::with(vec![server::json(200, MODELS)]).await;
    let expected = json!([{ "value": "grok-4.3", "label": "grok-4.3" }, { "value": "grok-4.7", "label": "grok-4.7" }]);
    assert_eq!(world.options().await.unwrap(), expected);
}

#[tokio::test]
async fn a_model_id_is_one_segment_of_the_path_whatever_it_holds() {
    let model = r#"{"id":"x","created":1,"object":"model","owned_by":"xai","context_length":1000000}"#;
    for (id, line) in [
        ("grok-4.3", "GET /v1/models/grok-4.3"),
        ("a/b c?x=1#y", "GET /v1/models/a%2Fb%20c%3Fx%3D1%23y"),
        ("ü", "GET /v1/models/%C3%BC"),
    ] {
        let world = World::with(vec![server::json(200, model)]).await;
        assert_eq!(world.call("get-model", json!({ "model_id": id })).await.unwrap().to_string(), model);
        assert_eq!(world.heard()[0].line(), line);
    }
}

#[tokio::test]
async fn a_model_id_cannot_climb_out_of_its_place() {
    let world = World::with(Vec::new()).await;
    let error = world.call("get-model", json!({ "model_id": "a/../../b" })).await.unwrap_err();
    assert_eq!(error.kind().code(), "target_refused");
    assert_eq!(world.heard().len(), 0);
}

#[test]
fn a_model_id_that_is_no_name_is_refused() {
    for (id, message) in [
        ("", "/model_id: must not be empty"),
        (".", "/model_id: must not be . or .., which are not names"),
        ("..", "/model_id: must not be . or .., which are not names"),
        ("a\nb", "/model_id: must not hold a control character"),
    ] {
        assert_eq!(refusals("get-model", json!({ "model_id": id })), [message]);
    }
    let doubts = warnings("get-model", json!({ "model_id": "grok-code-fast-1" }));
    assert_eq!(doubts, ["/model_id: grok-code-fast-1 was retired by xAI; use grok-build-0.1"]);
}

#[tokio::test]
async fn raw_request_explains_errors_and_hands_back_the_body() {
    let text = "Failed to deserialize the JSON body into the target type: missing field `input` at line 1 column 2";
    let world = World::with(vec![server::answer(422, "text/plain; charset=utf-8", text)]).await;
    let input = json!({ "url": "/responses", "method": "POST", "data": {} });
    let error = world.call("raw-request", input).await.unwrap_err();
    assert_eq!(verdict(&error).0, "rejected");
    assert!(error.message().contains("missing field `input`"), "{error}");
    assert_eq!(error.response().unwrap()["body"], text);
    assert_eq!(world.heard()[0].line(), "POST /v1/responses");
}
