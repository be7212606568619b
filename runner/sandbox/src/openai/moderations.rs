//! `POST /v1/moderations`. It judges by the words themselves: what speaks of killing is flagged as violence.

use axum::body::Bytes;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::models::MODERATION_MODELS;
use super::{Refusal, read};
use crate::seed::Seed;

const CATEGORIES: [&str; 5] = ["harassment", "hate", "self-harm", "sexual", "violence"];
const VIOLENT: [&str; 3] = ["kill", "murder", "stab"];

#[derive(Deserialize)]
struct ModerationRequest {
    input: Option<Value>,
    model: Option<String>,
}

pub(super) async fn create(Extension(seed): Extension<Seed>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let request: ModerationRequest = read(&body)?;
    let model = request.model.as_deref().unwrap_or(MODERATION_MODELS[0]);
    if !MODERATION_MODELS.contains(&model) {
        return Err(Refusal::unknown_model(model));
    }
    let input = request.input.ok_or_else(|| Refusal::missing("input"))?;
    let results: Vec<_> = texts(&input)?.iter().map(|text| verdict(text)).collect();
    Ok(Json(json!({ "id": format!("modr-{}", seed.digits()), "model": model, "results": results })))
}

/// What is judged apart: each of several texts, but all parts of one input together.
fn texts(input: &Value) -> Result<Vec<String>, Refusal> {
    match input {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(items) if items.is_empty() => Err(Refusal::empty_array("input")),
        Value::Array(items) if items.iter().all(Value::is_object) => {
            Ok(vec![items.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")])
        }
        Value::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.ok_or_else(|| Refusal::invalid("'$.input' is invalid. Please check the API reference."))
        }
        _ => Err(Refusal::invalid("'$.input' is invalid. Please check the API reference.")),
    }
}

fn verdict(text: &str) -> Value {
    let lower = text.to_lowercase();
    let flagged = VIOLENT.iter().any(|word| lower.contains(word));
    let found = |category: &str| flagged && category == "violence";
    let of_each = |value: fn(bool) -> Value| {
        CATEGORIES.iter().map(|category| ((*category).to_owned(), value(found(category)))).collect::<Map<_, _>>()
    };
    json!({
        "flagged": flagged,
        "categories": of_each(|found| json!(found)),
        "category_scores": of_each(|found| json!(if found { 0.9 } else { 0.0001 })),
        "category_applied_input_types": of_each(|_| json!(["text"])),
    })
}
