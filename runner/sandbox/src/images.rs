//! `/v1/images/generations` and `/v1/images/edits`, which are JSON both. There is one picture, whatever the prompt.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::limits;
use crate::models::{IMAGE_MODELS, ImageModel, fit};
use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::server::Shared;

pub(crate) static PICTURE: &[u8] = include_bytes!("../assets/picture.jpg");

const DEFAULT_MODEL: &str = "grok-imagine-image";
const TICKS_PER_CENT: u64 = 100_000_000;
const RATIOS: [&str; 16] = [
    "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "21:9", "5:2",
    "auto",
];
const RESOLUTIONS: [&str; 2] = ["1k", "2k"];
const QUALITIES: [&str; 3] = ["low", "medium", "auto"];

/// What generations and edits are both made from.
#[derive(Deserialize)]
pub(crate) struct ImageRequest {
    prompt: String,
    model: Option<String>,
    n: Option<i64>,
    response_format: Option<String>,
    aspect_ratio: Option<String>,
    resolution: Option<String>,
    quality: Option<String>,
    size: Option<Value>,
    style: Option<Value>,
    image: Option<Source>,
    images: Option<Vec<Source>>,
    mask: Option<Value>,
}

#[derive(Deserialize)]
struct Source {
    url: Option<String>,
    file_id: Option<String>,
}

pub(crate) async fn generate(
    State(shared): State<Arc<Shared>>,
    Extension(seed): Extension<Seed>,
    Json(request): Json<ImageRequest>,
) -> Result<Json<Value>, Refusal> {
    limits::absent("image", request.image.as_ref())?;
    limits::absent("images", request.images.as_ref())?;
    request.answer(&shared.origin, seed).map(Json)
}

pub(crate) async fn edit(
    State(shared): State<Arc<Shared>>,
    Extension(seed): Extension<Seed>,
    Json(request): Json<ImageRequest>,
) -> Result<Json<Value>, Refusal> {
    request.check_sources()?;
    request.answer(&shared.origin, seed).map(Json)
}

/// What the URLs in an answer lead to. As with the real API's, no key is needed.
pub(crate) async fn picture(Path(_name): Path<String>) -> Response {
    ([(header::CONTENT_TYPE, "image/jpeg")], PICTURE).into_response()
}

impl ImageRequest {
    fn answer(&self, origin: &str, seed: Seed) -> Result<Value, Refusal> {
        let model = self.check()?;
        let n = limits::choices(self.n)?;
        let as_url = match self.response_format.as_deref().unwrap_or("url") {
            "url" => true,
            "b64_json" => false,
            _ => return Err(refused("response_format must be url or b64_json")),
        };
        let pictures: Vec<_> = (0..n)
            .map(|index| {
                let (kind, value) = match as_url {
                    true => ("url", format!("{origin}/pictures/{}.jpg", seed.branch(&index.to_string()).uuid())),
                    false => ("b64_json", STANDARD.encode(PICTURE)),
                };
                json!({ kind: value, "revised_prompt": self.prompt, "mime_type": "image/jpeg" })
            })
            .collect();
        let ticks = n as u64 * model.price * TICKS_PER_CENT;
        Ok(json!({ "data": pictures, "usage": { "cost_in_usd_ticks": ticks } }))
    }

    fn check(&self) -> Result<&'static ImageModel, Refusal> {
        let model = fit(&IMAGE_MODELS, self.model.as_deref().unwrap_or(DEFAULT_MODEL), "image generation")?;
        limits::absent("size", self.size.as_ref())?;
        limits::absent("style", self.style.as_ref())?;
        limits::absent("mask", self.mask.as_ref())?;
        if !model.takes_quality {
            limits::absent("quality", self.quality.as_ref())?;
        }
        if !model.imagine {
            limits::absent("aspect_ratio", self.aspect_ratio.as_ref())?;
            limits::absent("resolution", self.resolution.as_ref())?;
        }
        one_of("quality", self.quality.as_deref(), &QUALITIES)?;
        one_of("aspect_ratio", self.aspect_ratio.as_deref(), &RATIOS)?;
        one_of("resolution", self.resolution.as_deref(), &RESOLUTIONS)?;
        let length = self.prompt.chars().count();
        if length == 0 || length > model.longest_prompt {
            return Err(refused(&format!("prompt must have 1 to {} characters", model.longest_prompt)));
        }
        Ok(model)
    }

    /// An edit has one `image`, or two to five `images`.
    fn check_sources(&self) -> Result<(), Refusal> {
        let sources = match (&self.image, self.images.as_deref()) {
            (Some(image), None) => std::slice::from_ref(image),
            (None, Some(images)) if (2..=5).contains(&images.len()) => images,
            _ => return Err(refused("an edit needs either image, or two to five images")),
        };
        let whole = sources.iter().all(|source| source.url.is_some() != source.file_id.is_some());
        if whole { Ok(()) } else { Err(refused("an image needs either url or file_id")) }
    }
}

fn one_of(name: &str, value: Option<&str>, allowed: &[&str]) -> Result<(), Refusal> {
    match value {
        Some(value) if !allowed.contains(&value) => {
            Err(refused(&format!("{name} must be one of {}", allowed.join(", "))))
        }
        _ => Ok(()),
    }
}

fn refused(why: &str) -> Refusal {
    Refusal::invalid(format!("Invalid request content: {why}."))
}
