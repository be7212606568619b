//! `POST /v1/images/generations`: the same one picture as xAI's, always in base64.

use axum::Json;
use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::models::IMAGE_MODELS;
use super::{Refusal, read};
use crate::images::PICTURE;
use crate::turn::CREATED;
use crate::words;

const MOST_IMAGES: i64 = 10;
const LONGEST_PROMPT: usize = 32_000;
/// What one picture costs, in tokens.
const TOKENS: usize = 272;
const SIZES: [&str; 4] = ["auto", "1024x1024", "1536x1024", "1024x1536"];
const QUALITIES: [&str; 4] = ["auto", "low", "medium", "high"];

#[derive(Deserialize)]
struct ImageRequest {
    prompt: Option<String>,
    model: Option<String>,
    n: Option<i64>,
    size: Option<String>,
    quality: Option<String>,
    response_format: Option<Value>,
    style: Option<Value>,
}

pub(super) async fn generate(body: Bytes) -> Result<Json<Value>, Refusal> {
    let request: ImageRequest = read(&body)?;
    request.check()?;
    let n = request.n.unwrap_or(1);
    if !(1..=MOST_IMAGES).contains(&n) {
        return Err(Refusal::out_of_range("n", "between 1 and 10"));
    }
    let prompt = request.prompt.as_deref().unwrap_or_default();
    let (read, drawn) = (words::count(prompt), n as usize * TOKENS);
    let picture = json!({ "b64_json": STANDARD.encode(PICTURE) });
    Ok(Json(json!({
        "created": CREATED,
        "background": "opaque",
        "data": vec![picture; n as usize],
        "output_format": "jpeg",
        "quality": request.quality.as_deref().unwrap_or("low"),
        "size": request.size.as_deref().unwrap_or("1024x1024"),
        "usage": {
            "input_tokens": read,
            "input_tokens_details": { "image_tokens": 0, "text_tokens": read },
            "output_tokens": drawn,
            "total_tokens": read + drawn,
        },
    })))
}

impl ImageRequest {
    fn check(&self) -> Result<(), Refusal> {
        let model = self.model.as_deref().unwrap_or(IMAGE_MODELS[0]);
        if !IMAGE_MODELS.contains(&model) {
            return Err(Refusal::unknown_model(model));
        }
        let given = [("response_format", &self.response_format), ("style", &self.style)];
        if let Some((name, _)) = given.iter().find(|(_, value)| value.is_some()) {
            return Err(Refusal::unknown_parameter(name));
        }
        one_of("size", self.size.as_deref(), &SIZES)?;
        one_of("quality", self.quality.as_deref(), &QUALITIES)?;
        match self.prompt.as_deref().map(str::len) {
            None => Err(Refusal::missing("prompt")),
            Some(1..=LONGEST_PROMPT) => Ok(()),
            Some(_) => Err(Refusal::out_of_range("prompt", "of 1 to 32000 characters")),
        }
    }
}

fn one_of(name: &str, value: Option<&str>, allowed: &[&str]) -> Result<(), Refusal> {
    match value {
        Some(value) if !allowed.contains(&value) => {
            let allowed: Vec<_> = allowed.iter().map(|value| format!("'{value}'")).collect();
            Err(Refusal::invalid_value(name, value, &allowed.join(", ")))
        }
        _ => Ok(()),
    }
}
