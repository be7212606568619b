//! Create Moderation.

use serde_json::json;

use crate::server;
use crate::world::{World, refusals, warnings};

const MODERATION: &str = r#"{"id":"modr-970d","model":"omni-moderation-latest","results":[{"flagged":true,"categories":{"violence":true,"sexual":false},"category_scores":{"violence":0.9996,"sexual":0.0002},"category_applied_input_types":{"violence":["text"],"sexual":["text"]}}]}"#;

#[tokio::test]
async fn a_verdict_comes_back_whole() {
    let world = World::with(vec![server::json(200, MODERATION), server::json(200, MODERATION)]).await;
    assert_eq!(world.call("create-moderation", json!({ "input": "?" })).await.unwrap().to_string(), MODERATION);
    let parts = json!([{ "type": "image_url", "image_url": { "url": "https://example.com/a.png" } }]);
    world.call("create-moderation", json!({ "input": parts, "model": "m" })).await.unwrap();
    let heard = world.heard();
    assert_eq!(heard[0].line(), "POST /v1/moderations");
    assert_eq!(heard[0].body, r#"{"input":"?"}"#);
    let body = r#"{"input":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}],"model":"m"}"#;
    assert_eq!(heard[1].body, body);
}

#[test]
fn nothing_is_not_judged_and_an_old_model_is_doubted() {
    assert_eq!(refusals("create-moderation", json!({ "input": [] })), ["/input: must not be empty"]);
    let doubts = warnings("create-moderation", json!({ "input": "?", "model": "text-moderation-latest" }));
    assert_eq!(doubts, ["/model: text-moderation-latest was retired by OpenAI; use omni-moderation-latest"]);
}
