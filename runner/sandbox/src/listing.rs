//! The catalogue's routes. A model is found by its id or an alias, and shown under its id.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use crate::models::{
    EMBEDDING_MODELS, EmbeddingModel, IMAGE_MODELS, ImageModel, LANGUAGE_MODELS, LanguageModel, Named, find,
};
use crate::refusal::Refusal;

type One = Result<Json<Value>, Refusal>;

pub(crate) async fn models() -> Json<Value> {
    let language = LANGUAGE_MODELS.iter().map(|model| brief(model.id, model.created));
    let image = IMAGE_MODELS.iter().map(|model| brief(model.id, model.created));
    let embedding = EMBEDDING_MODELS.iter().map(|model| brief(model.id, model.created));
    let all: Vec<_> = language.chain(image).chain(embedding).collect();
    Json(json!({ "object": "list", "data": all }))
}

pub(crate) async fn model(Path(id): Path<String>) -> One {
    let language = find(&LANGUAGE_MODELS, &id).map(|model| brief(model.id, model.created));
    let image = || find(&IMAGE_MODELS, &id).map(|model| brief(model.id, model.created));
    let embedding = || find(&EMBEDDING_MODELS, &id).map(|model| brief(model.id, model.created));
    let found = language.or_else(image).or_else(embedding);
    found.map(Json).ok_or_else(|| Refusal::unknown_model(&id))
}

pub(crate) async fn language_models() -> Json<Value> {
    list(&LANGUAGE_MODELS, language)
}

pub(crate) async fn language_model(Path(id): Path<String>) -> One {
    one(&LANGUAGE_MODELS, &id, language)
}

pub(crate) async fn image_models() -> Json<Value> {
    list(&IMAGE_MODELS, image)
}

pub(crate) async fn image_model(Path(id): Path<String>) -> One {
    one(&IMAGE_MODELS, &id, image)
}

pub(crate) async fn embedding_models() -> Json<Value> {
    list(&EMBEDDING_MODELS, embedding)
}

pub(crate) async fn embedding_model(Path(id): Path<String>) -> One {
    one(&EMBEDDING_MODELS, &id, embedding)
}

fn list<M>(models: &'static [M], show: fn(&M) -> Value) -> Json<Value> {
    let models: Vec<_> = models.iter().map(show).collect();
    Json(json!({ "models": models }))
}

fn one<M: Named>(models: &'static [M], id: &str, show: fn(&M) -> Value) -> One {
    find(models, id).map(|model| Json(show(model))).ok_or_else(|| Refusal::unknown_model(id))
}

fn brief(id: &str, created: i64) -> Value {
    json!({ "id": id, "created": created, "object": "model", "owned_by": "xai" })
}

fn language(model: &LanguageModel) -> Value {
    let inputs: &[&str] = if model.sees { &["text", "image"] } else { &["text"] };
    json!({
        "id": model.id,
        "fingerprint": model.fingerprint,
        "created": model.created,
        "object": "model",
        "owned_by": "xai",
        "version": model.version,
        "input_modalities": inputs,
        "output_modalities": ["text"],
        "prompt_text_token_price": model.prompt_price,
        "cached_prompt_text_token_price": model.cached_price,
        "prompt_image_token_price": if model.sees { model.prompt_price } else { 0 },
        "completion_text_token_price": model.completion_price,
        "search_price": 250_000_000,
        "aliases": model.aliases,
    })
}

fn image(model: &ImageModel) -> Value {
    let inputs: &[&str] = if model.imagine { &["text", "image"] } else { &["text"] };
    json!({
        "id": model.id,
        "fingerprint": model.fingerprint,
        "max_prompt_length": model.longest_prompt,
        "created": model.created,
        "object": "model",
        "owned_by": "xai",
        "version": "1.0.0",
        "input_modalities": inputs,
        "output_modalities": ["image"],
        "image_price": model.price,
        "aliases": model.aliases,
    })
}

fn embedding(model: &EmbeddingModel) -> Value {
    json!({
        "id": model.id,
        "fingerprint": model.fingerprint,
        "created": model.created,
        "object": "model",
        "owned_by": "xai",
        "version": "0.1.0",
        "input_modalities": ["text"],
        "output_modalities": ["embedding"],
        "prompt_text_token_price": model.price,
        "prompt_image_token_price": 0,
        "aliases": model.aliases,
    })
}
