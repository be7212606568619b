//! Create Embedding.

use serde_json::json;

use crate::server;
use crate::world::{World, refusals};

const EMBEDDINGS: &str = r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.0023064255,-0.009327292,1e-10]},{"object":"embedding","index":1,"embedding":"AAAAAA=="}],"model":"text-embedding-3-small","usage":{"prompt_tokens":8,"total_tokens":8}}"#;

#[tokio::test]
async fn vectors_come_back_to_the_last_digit() {
    let world = World::with(vec![server::json(200, EMBEDDINGS)]).await;
    let input = json!({
        "model": "text-embedding-3-small", "input": ["a", "b"], "dimensions": 3,
        "additional_fields": { "encoding_format": "float" },
    });
    assert_eq!(world.call("create-embedding", input).await.unwrap().to_string(), EMBEDDINGS);
    assert_eq!(world.heard()[0].line(), "POST /v1/embeddings");
    let body = r#"{"model":"text-embedding-3-small","input":["a","b"],"dimensions":3,"encoding_format":"float"}"#;
    assert_eq!(world.body(), body);
}

#[tokio::test]
async fn tokens_are_an_input_too() {
    let world = World::with(vec![server::json(200, EMBEDDINGS)]).await;
    world.call("create-embedding", json!({ "model": "m", "input": [1, 2, 3] })).await.unwrap();
    assert_eq!(world.body(), r#"{"model":"m","input":[1,2,3]}"#);
}

#[test]
fn what_cannot_be_embedded_is_refused() {
    let refused = |input| refusals("create-embedding", json!({ "model": "m", "input": input }));
    assert_eq!(refused(json!("")), ["/input: must not be empty"]);
    assert_eq!(refused(json!([])), ["/input: must not be empty"]);
    assert_eq!(refused(json!({})), ["/input: must be text or a list, not an object"]);
    assert_eq!(refusals("create-embedding", json!({ "model": "m", "input": "?", "dimensions": 0 })).len(), 1);
}
