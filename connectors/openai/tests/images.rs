//! Generate Image: base64 becomes files. How they are told apart is tested with xAI's, by the same code.

use serde_json::json;

use crate::server;
use crate::world::{World, refusals, verdict, warnings};

const PNG: &str = "iVBORw0KGgo=";

#[tokio::test]
async fn an_image_becomes_a_file() {
    let answer = format!(
        r#"{{"created":1713833628,"data":[{{"b64_json":"{PNG}"}}],"background":"opaque","output_format":"png","quality":"low","size":"1024x1024","usage":{{"total_tokens":100,"input_tokens":50,"output_tokens":50,"input_tokens_details":{{"text_tokens":10,"image_tokens":40}}}}}}"#
    );
    let world = World::with(vec![server::json(200, &answer)]).await;
    let input = json!({
        "prompt": "A cat", "model": "gpt-image-2", "n": 1, "size": "1024x1024", "quality": "low",
        "additional_fields": { "background": "opaque" },
    });
    let output = world.call("generate-image", input).await.unwrap();
    assert_eq!(output["data"][0]["file"]["media_type"], "image/png");
    assert_eq!(world.file(&output["data"][0]["file"]).await, b"\x89PNG\r\n\x1a\n");
    assert_eq!(output["usage"]["total_tokens"], 100);
    assert!(!output.to_string().contains(PNG), "{output}");
    assert_eq!(world.heard()[0].line(), "POST /v1/images/generations");
    let body =
        r#"{"prompt":"A cat","model":"gpt-image-2","n":1,"size":"1024x1024","quality":"low","background":"opaque"}"#;
    assert_eq!(world.body(), body);
}

#[tokio::test]
async fn what_is_no_image_is_an_error() {
    let world = World::with(vec![server::json(200, r#"{"created":1,"data":[{"b64_json":"not base64!"}]}"#)]).await;
    let error = world.call("generate-image", json!({ "prompt": "A cat" })).await.unwrap_err();
    assert_eq!(error.message(), "image 1 of OpenAI's answer is not base64");
    assert_eq!(verdict(&error).0, "malformed_answer");
}

#[test]
fn a_stream_of_images_is_refused_and_an_old_model_doubted() {
    let streamed = json!({ "prompt": "A cat", "additional_fields": { "stream": true } });
    let message = "is not for this action, which gives back whole images; a Raw Request gives the events as text";
    assert_eq!(refusals("generate-image", streamed), [format!("/additional_fields/stream: {message}")]);
    let doubts = warnings("generate-image", json!({ "prompt": "A cat", "model": "dall-e-3" }));
    assert_eq!(doubts, ["/model: dall-e-3 was retired by OpenAI; use gpt-image-2"]);
}
