//! OpenAI's API, for keys that begin with `sk-`: its catalogue, its errors, its way to count.
//!
//! What the stand-in model says is xAI's turn (`turn`, `words`); everything that a client sees of the API is here.

mod admission;
mod chat;
mod embeddings;
mod images;
mod models;
mod moderations;
mod refusal;
mod responses;
mod usage;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::middleware::from_fn;
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::refusal::Refusal;
use crate::server::Shared;

/// The routes.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/models", get(models::list))
        .route("/v1/models/{id}", get(models::one))
        .route("/v1/chat/completions", post(chat::create))
        .route("/v1/responses", post(responses::create))
        .route("/v1/responses/{id}", get(responses::fetch).delete(responses::delete))
        .route("/v1/embeddings", post(embeddings::create))
        .route("/v1/moderations", post(moderations::create))
        .route("/v1/images/generations", post(images::generate))
        .layer(from_fn(admission::admit))
        .fallback(|method: Method, uri: Uri| async move { Refusal::no_route(&method, uri.path()) })
        .method_not_allowed_fallback(
            |method: Method, uri: Uri| async move { Refusal::wrong_method(&method, uri.path()) },
        )
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(shared))
}

/// The body as JSON of this form, whatever type the headers name.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::no_json())?;
    T::deserialize(body).map_err(|error| Refusal::invalid(format!("Invalid request: {error}.")))
}
