//! OpenAI's catalogue. A model is found by its name or by that of its snapshot, and answers under the snapshot's.

use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

use super::Refusal;
use crate::models::{Dialect, LanguageModel, find};

const REASONING: LanguageModel = LanguageModel {
    id: "",
    aliases: &[],
    fingerprint: "fp_44709d6fcb",
    created: 1_777_000_000,
    version: "",
    sees: true,
    context: 400_000,
    thinks: true,
    efforts: &["none", "low", "medium", "high", "xhigh"],
    dialect: Dialect::Of2026,
    multi_agent: false,
    prompt_price: 0,
    cached_price: 0,
    completion_price: 0,
};

const PLAIN: LanguageModel =
    LanguageModel { created: 1_744_316_542, context: 1_000_000, thinks: false, efforts: &[], ..REASONING };

static LANGUAGE_MODELS: [LanguageModel; 7] = [
    LanguageModel { id: "gpt-5.5", aliases: &["gpt-5.5-2026-04-23"], ..REASONING },
    LanguageModel { id: "gpt-5.4", aliases: &["gpt-5.4-2026-03-05"], ..REASONING },
    LanguageModel { id: "gpt-5.4-mini", aliases: &["gpt-5.4-mini-2026-03-17"], ..REASONING },
    LanguageModel { id: "gpt-4.1", aliases: &["gpt-4.1-2025-04-14"], ..PLAIN },
    LanguageModel { id: "gpt-4.1-mini", aliases: &["gpt-4.1-mini-2025-04-14"], ..PLAIN },
    LanguageModel { id: "gpt-4o", aliases: &["gpt-4o-2024-08-06"], context: 128_000, ..PLAIN },
    LanguageModel { id: "gpt-4o-mini", aliases: &["gpt-4o-mini-2024-07-18"], context: 128_000, ..PLAIN },
];

pub(super) const IMAGE_MODELS: [&str; 2] = ["gpt-image-2", "gpt-image-1.5"];
/// Each with the length of its vectors.
pub(super) const EMBEDDING_MODELS: [(&str, i64); 2] =
    [("text-embedding-3-small", 1_536), ("text-embedding-3-large", 3_072)];
pub(super) const MODERATION_MODELS: [&str; 2] = ["omni-moderation-latest", "omni-moderation-2024-09-26"];

pub(super) async fn list() -> Json<Value> {
    Json(json!({ "object": "list", "data": all().map(|(id, created)| shown(id, created)).collect::<Vec<_>>() }))
}

pub(super) async fn one(Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    let found = all().find(|(id, _)| *id == name);
    found.map(|(id, created)| Json(shown(id, created))).ok_or_else(|| Refusal::unknown_model(&name))
}

/// The language model of that name.
pub(super) fn language(name: Option<&str>) -> Result<&'static LanguageModel, Refusal> {
    let name = name.filter(|name| !name.is_empty()).ok_or_else(Refusal::no_model)?;
    find(&LANGUAGE_MODELS, name).ok_or_else(|| match all().any(|(id, _)| id == name) {
        true => Refusal::not_a_chat_model(),
        false => Refusal::unknown_model(name),
    })
}

/// The name that a model's answers bear.
pub(super) fn snapshot(model: &LanguageModel) -> &'static str {
    model.aliases.first().unwrap_or(&model.id)
}

fn all() -> impl Iterator<Item = (&'static str, i64)> {
    let language = LANGUAGE_MODELS
        .iter()
        .flat_map(|model| [model.id].into_iter().chain(model.aliases.iter().copied()).map(|id| (id, model.created)));
    let embedding = EMBEDDING_MODELS.iter().map(|(id, _)| *id);
    let others = IMAGE_MODELS.into_iter().chain(embedding).chain(MODERATION_MODELS);
    language.chain(others.map(|id| (id, PLAIN.created)))
}

fn shown(id: &str, created: i64) -> Value {
    json!({ "id": id, "object": "model", "created": created, "owned_by": "system" })
}
