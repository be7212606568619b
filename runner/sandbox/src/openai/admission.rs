//! Keys. Any key that starts with `sk-` is let in; a few names stand for keys and accounts in trouble.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::Refusal;
use crate::auth;

/// Lets a request in if its key is good for it. OpenAI looks at that before it looks at the body.
pub(super) async fn admit(request: Request, next: Next) -> Result<Response, Refusal> {
    let key = auth::presented(request.headers()).unwrap_or_default();
    match trouble(&key, request.method() == Method::GET) {
        Some(refusal) => Err(refusal),
        None => Ok(next.run(request).await),
    }
}

fn trouble(key: &str, reads: bool) -> Option<Refusal> {
    match key {
        "sk-sandbox-revoked" => Some(Refusal::bad_key()),
        "sk-sandbox-rate-limited" => Some(Refusal::rate_limited()),
        "sk-sandbox-no-credits" if !reads => Some(Refusal::no_credits()),
        "sk-sandbox-read-only" if !reads => Some(Refusal::missing_scope("model.request")),
        "sk-sandbox-no-models" if reads => Some(Refusal::missing_scope("api.model.read")),
        _ => None,
    }
}
