//! `/v1/responses`: read and made as xAI's are, with OpenAI's ids, counts and refusals.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::{Refusal, models, read, usage};
use crate::responses::{Answer, Nameplate, ResponseRequest, events};
use crate::seed::Seed;
use crate::server::Shared;
use crate::sse;

pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(seed): Extension<Seed>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let fields: Value = read(&body)?;
    let model = models::language(fields["model"].as_str())?;
    if fields["input"].is_null() {
        return Err(Refusal::missing("input"));
    }
    if let Some(temperature) = fields["temperature"].as_f64().filter(|value| model.thinks && *value != 1.0) {
        return Err(Refusal::unsupported_value("temperature", temperature));
    }
    let request: ResponseRequest = read(&body)?;
    let (ask, prompt_tokens) = request.check_on(model)?;
    if let Some(earlier) = &request.previous_response_id {
        shared.responses.get(earlier).ok_or_else(|| Refusal::unknown_response(earlier))?;
    }
    let id = format!("resp_{}", seed.uuid().replace('-', ""));
    let nameplate = Nameplate { id, model: models::snapshot(model), counts: usage::responses };
    let answer = Answer::of(&request, &ask, prompt_tokens, seed, nameplate);
    let body = answer.body();
    if request.stores() {
        shared.responses.put(&answer.id, body.clone());
    }
    if request.stream.unwrap_or(false) {
        return Ok(sse::answer(events(&answer), shared.options.chunk_delay));
    }
    Ok(Json(body).into_response())
}

pub(super) async fn fetch(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    shared.responses.get(&id).map(Json).ok_or_else(|| Refusal::unknown_response(&id))
}

pub(super) async fn delete(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    shared.responses.take(&id).ok_or_else(|| Refusal::unknown_response(&id))?;
    Ok(Json(json!({ "id": id, "object": "response", "deleted": true })))
}
