use base64::Engine as _;
use serde_json::json;

use crate::document::assert_valid;
use crate::support::Bench;

const PATH: &str = "/v1/images/generations";

#[tokio::test]
async fn a_url_leads_to_a_picture() {
    let bench = Bench::start().await;
    let body = bench.good(PATH, &json!({ "prompt": "A dune at night", "n": 2 })).await;
    assert_valid("GeneratedImageResponse", &body);
    let urls: Vec<_> = body["data"].as_array().unwrap().iter().map(|image| image["url"].as_str().unwrap()).collect();
    assert_eq!(urls.len(), 2);
    assert_ne!(urls[0], urls[1]);
    let picture = bench.http.get(urls[0]).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/jpeg");
    assert_jpeg(&picture.bytes().await.unwrap());
}

#[tokio::test]
async fn b64_json_is_the_picture_bare() {
    let bench = Bench::start().await;
    let request = json!({
        "prompt": "A dune", "model": "grok-imagine-image-quality", "response_format": "b64_json",
        "aspect_ratio": "16:9", "resolution": "2k", "quality": "medium",
    });
    let body = bench.good(PATH, &request).await;
    assert_valid("GeneratedImageResponse", &body);
    let picture = base64::engine::general_purpose::STANDARD.decode(body["data"][0]["b64_json"].as_str().unwrap());
    assert_jpeg(&picture.unwrap());
}

#[tokio::test]
async fn an_edit_takes_one_picture_or_several() {
    let bench = Bench::start().await;
    let source = json!({ "url": "https://example.com/a.jpg" });
    for request in [
        json!({ "prompt": "Bluer", "image": source }),
        json!({ "prompt": "Bluer", "images": [source, source], "aspect_ratio": "1:1" }),
    ] {
        assert_valid("GeneratedImageResponse", &bench.good("/v1/images/edits", &request).await);
    }
}

/// A JPEG starts and ends with its marks, and its frame header tells a size.
fn assert_jpeg(bytes: &[u8]) {
    assert!(bytes.starts_with(&[0xff, 0xd8, 0xff]));
    assert!(bytes.ends_with(&[0xff, 0xd9]));
    let frame = bytes.windows(2).position(|mark| mark == [0xff, 0xc0]).unwrap();
    assert_eq!(bytes[frame + 5..frame + 9], [0, 160, 0, 160]);
}
