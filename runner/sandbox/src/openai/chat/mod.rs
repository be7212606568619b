//! `/v1/chat/completions`, at once or streamed.

mod answer;
mod request;
mod stream;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use self::answer::Completion;
use self::request::ChatRequest;
use super::{Refusal, read};
use crate::seed::Seed;
use crate::server::Shared;
use crate::sse;

pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(seed): Extension<Seed>,
    body: Bytes,
) -> Result<Response, Refusal> {
    request::check_names(&read(&body)?)?;
    let request: ChatRequest = read(&body)?;
    let checked = request.check()?;
    let completion = Completion::of(&checked, seed);
    if request.streams() {
        let events = stream::events(&completion, request.wants_usage());
        return Ok(sse::answer(events, shared.options.chunk_delay));
    }
    Ok(Json(completion.body()).into_response())
}
