//! `POST /v1/messages`, in Anthropic's shape. Errors stay flat, as xAI has them everywhere.

mod answer;
mod request;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use self::answer::Reply;
use self::request::MessageRequest;
use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::server::Shared;
use crate::sse;

pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(seed): Extension<Seed>,
    Json(request): Json<MessageRequest>,
) -> Result<Response, Refusal> {
    if shared.options.messages_gone {
        return Err(Refusal::messages_gone());
    }
    let (ask, prompt) = request.check()?;
    let reply = Reply::of(&ask, prompt, seed);
    if request.stream.unwrap_or(false) {
        let events = reply.events(shared.options.real_block_indexes);
        return Ok(sse::answer(events, shared.options.chunk_delay));
    }
    Ok(Json(reply.body()).into_response())
}
