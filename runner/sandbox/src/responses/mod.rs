//! `/v1/responses`: made, streamed, kept, fetched and deleted. Tools that xAI runs itself are accepted and not run.

mod answer;
mod request;
mod stream;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

pub(crate) use self::answer::{Answer, Nameplate};
pub(crate) use self::request::ResponseRequest;
pub(crate) use self::stream::events;
use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::server::Shared;
use crate::sse;
use crate::usage::Usage;

pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(seed): Extension<Seed>,
    Json(request): Json<ResponseRequest>,
) -> Result<Response, Refusal> {
    let (ask, prompt_tokens) = request.check()?;
    if let Some(earlier) = &request.previous_response_id {
        shared.responses.get(earlier).ok_or_else(|| unknown(earlier))?;
    }
    let nameplate = Nameplate { id: seed.uuid(), model: ask.model.id, counts: Usage::responses };
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

pub(crate) async fn fetch(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    shared.responses.get(&id).map(Json).ok_or_else(|| unknown(&id))
}

pub(crate) async fn delete(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    shared.responses.take(&id).ok_or_else(|| unknown(&id))?;
    Ok(Json(json!({ "id": id, "object": "response", "deleted": true })))
}

fn unknown(id: &str) -> Refusal {
    Refusal::not_found(format!("Response with id={id} not found."))
}
