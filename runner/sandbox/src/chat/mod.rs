//! `/v1/chat/completions`, at once, streamed or deferred.

mod answer;
mod deferred;
mod request;
mod stream;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;

use self::answer::Completion;
use self::request::ChatRequest;
use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::server::Shared;
use crate::sse;

pub(crate) use self::deferred::{Deferred, fetch as fetch_deferred};

pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(seed): Extension<Seed>,
    Json(request): Json<ChatRequest>,
) -> Result<Response, Refusal> {
    let checked = request.check()?;
    let completion = Completion::of(&checked, seed);
    if request.streams() {
        let events = stream::events(&completion, request.wants_usage());
        return Ok(sse::answer(events, shared.options.chunk_delay));
    }
    if request.deferred.unwrap_or(false) {
        let id = shared.deferred.start(completion.body());
        return Ok(Json(json!({ "request_id": id })).into_response());
    }
    Ok(Json(completion.body()).into_response())
}
