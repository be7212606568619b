use serde_json::json;

use crate::document::assert_valid;
use crate::support::Bench;

#[tokio::test]
async fn every_list_is_as_the_document_has_it() {
    let bench = Bench::start().await;
    for (path, component) in [
        ("/v1/models", "ListModelsResponse"),
        ("/v1/language-models", "ListLanguageModelsResponse"),
        ("/v1/embedding-models", "ListEmbeddingModelsResponse"),
        ("/v1/image-generation-models", "ListImageGenerationModelsResponse"),
        ("/v1/api-key", "ApiKey"),
    ] {
        let answer = bench.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_valid(component, &answer.json());
    }
}

#[tokio::test]
async fn models_are_listed_as_object_and_data() {
    let list = Bench::start().await.get("/v1/models").await.json();
    assert_eq!(list["object"], "list");
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    for id in ["grok-4.7", "grok-beta", "grok-3-fast", "grok-imagine-image", "v1"] {
        assert!(ids.contains(&id), "{id} is not in {ids:?}");
    }
}

#[tokio::test]
async fn a_model_is_found_by_id_and_by_alias() {
    let bench = Bench::start().await;
    for (path, component, id) in [
        ("/v1/models/grok-beta", "Model", "grok-beta"),
        ("/v1/models/grok-3-fast-latest", "Model", "grok-3-fast"),
        ("/v1/models/grok-imagine-image-2.0", "Model", "grok-imagine-image-2.0"),
        ("/v1/models/v1", "Model", "v1"),
        ("/v1/language-models/grok-4.3-latest", "LanguageModel", "grok-4.3"),
        ("/v1/embedding-models/v1", "EmbeddingModel", "v1"),
        ("/v1/image-generation-models/grok-2-image", "ImageGenerationModel", "grok-2-image-1212"),
    ] {
        let answer = bench.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_valid(component, &answer.json());
        assert_eq!(answer.json()["id"], id);
    }
}

#[tokio::test]
async fn an_unknown_model_is_404_and_so_is_another_kinds() {
    let bench = Bench::start().await;
    for path in [
        "/v1/models/no-such",
        "/v1/language-models/v1",
        "/v1/embedding-models/grok-4.7",
        "/v1/image-generation-models/grok-4.7",
    ] {
        let answer = bench.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json()["code"], "not-found");
    }
}

#[tokio::test]
async fn the_key_is_shown_by_its_last_four_characters() {
    let bench = Bench::start().await;
    assert_eq!(bench.get("/v1/api-key").await.json()["redacted_api_key"], "xai-...1234");
    let blocked = bench.http.get(format!("{}/api-key", bench.sandbox.base_url()));
    let answer = crate::support::answer(blocked.header("x-api-key", "xai-sandbox-blocked")).await;
    assert_eq!(answer.json()["api_key_blocked"], json!(true));
}
