//! Generate Image: addresses as they come, base64 as files.

use serde_json::json;

use crate::server;
use crate::world::{World, verdict};

#[tokio::test]
async fn addresses_come_back_as_the_api_sent_them() {
    let answer = r#"{"data":[{"url":"https://imgen.x.ai/a.jpeg","revised_prompt":"A cat."}],"usage":{"cost_in_usd_ticks":700000000}}"#;
    let world = World::with(vec![server::json(200, answer), server::json(200, answer)]).await;
    let output = world.call("generate-image", json!({ "prompt": "A cat" })).await.unwrap();
    assert_eq!(output.to_string(), answer);
    let full = json!({ "n": 10, "model": "m", "prompt": "A cat", "additional_fields": { "aspect_ratio": "1:1" } });
    world.call("generate-image", full).await.unwrap();
    assert_eq!(world.heard()[0].line(), "POST /v1/images/generations");
    assert_eq!(world.heard()[0].body, r#"{"prompt":"A cat"}"#);
    assert_eq!(world.heard()[1].body, r#"{"prompt":"A cat","model":"m","n":10,"aspect_ratio":"1:1"}"#);
}

#[tokio::test]
async fn base64_becomes_files() {
    let jpeg = "/9j/4AAQSkZJRg==";
    let png = "data:image/png;base64,iVBORw0KGgo";
    let webp = "UklGRgQAAABXRUJQ";
    let answer = format!(
        r#"{{"data":[{{"revised_prompt":"A cat.","b64_json":"{jpeg}","respect_moderation":true}},{{"b64_json":"{png}"}},{{"b64_json":"{webp}"}},{{"b64_json":"","respect_moderation":false}}],"usage":{{"cost_in_usd_ticks":1}}}}"#
    );
    let world = World::with(vec![server::json(200, &answer)]).await;
    let input = json!({ "prompt": "A cat", "additional_fields": { "response_format": "b64_json" } });
    let output = world.call("generate-image", input).await.unwrap();
    let described: Vec<_> = (0..3)
        .map(|item| &output["data"][item]["file"])
        .map(|file| {
            (file["name"].as_str().unwrap(), file["media_type"].as_str().unwrap(), file["size"].as_u64().unwrap())
        })
        .collect();
    let expected =
        [("image-1.jpg", "image/jpeg", 10), ("image-2.png", "image/png", 8), ("image-3.webp", "image/webp", 12)];
    assert_eq!(described, expected);
    assert_eq!(world.file(&output["data"][0]["file"]).await, b"\xff\xd8\xff\xe0\0\x10JFIF");
    let keys: Vec<_> = output["data"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["revised_prompt", "file", "respect_moderation"]);
    assert_eq!(output["data"][3], json!({ "b64_json": "", "respect_moderation": false }));
    assert_eq!(output["usage"], json!({ "cost_in_usd_ticks": 1 }));
    for text in [output.to_string(), world.log()] {
        assert!(!text.contains("/9j/") && !text.contains("iVBORw") && !text.contains("UklGR"), "{text}");
    }
}

#[tokio::test]
async fn base64_that_is_none_is_an_error_that_does_not_show_it() {
    let world = World::with(vec![server::json(200, r#"{"data":[{"b64_json":"not base64!"}]}"#)]).await;
    let error = world.call("generate-image", json!({ "prompt": "A cat" })).await.unwrap_err();
    assert_eq!(verdict(&error), ("malformed_answer".into(), "Final".into(), String::new()));
    assert_eq!(error.message(), "image 1 of xAI's answer is not base64");
}
