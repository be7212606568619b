//! Deferred completions: pending at the first look, there at the second, gone after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::refusal::Refusal;
use crate::seed::Seed;
use crate::server::Shared;
use crate::shelf::Shelf;

/// Ids are numbered, so two equal requests do not share one result.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    waiting: Shelf<Waiting>,
    started: AtomicU64,
}

#[derive(Debug)]
struct Waiting {
    body: Value,
    looked_at: bool,
}

impl Deferred {
    pub(super) fn start(&self, body: Value) -> String {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let id = Seed::of(&[b"deferred", &number.to_be_bytes()]).uuid();
        self.waiting.put(&id, Waiting { body, looked_at: false });
        id
    }
}

pub(crate) async fn fetch(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    match shared.deferred.waiting.take(&id) {
        Some(Waiting { body, looked_at: true }) => Ok(Json(body).into_response()),
        Some(Waiting { body, looked_at: false }) => {
            shared.deferred.waiting.put(&id, Waiting { body, looked_at: true });
            Ok(StatusCode::ACCEPTED.into_response())
        }
        None => Err(Refusal::not_found(format!("Deferred completion {id} was not found."))),
    }
}
