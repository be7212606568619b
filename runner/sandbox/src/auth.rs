//! Keys. Any key that starts with `xai-` opens the sandbox; a few names stand for accounts in trouble.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::refusal::Refusal;

/// The key of a request, for the one route that shows something of it.
#[derive(Clone)]
pub(crate) struct Key(pub(crate) String);

/// Lets a request in if its key is good, and otherwise says why not as xAI does.
pub(crate) async fn admit(mut request: Request, next: Next) -> Result<Response, Refusal> {
    let key = presented(request.headers()).ok_or_else(Refusal::no_credentials)?;
    if !key.starts_with("xai-") {
        return Err(Refusal::bad_key());
    }
    // A key in trouble can still be asked about.
    let asks_about_key = request.method() == Method::GET && request.uri().path() == "/v1/api-key";
    if let Some(refusal) = trouble(&key).filter(|_| !asks_about_key) {
        return Err(refusal);
    }
    request.extensions_mut().insert(Key(key));
    Ok(next.run(request).await)
}

/// `Authorization: Bearer`, as OpenAI's SDKs and Anthropic's newer ones send, or Anthropic's older `x-api-key`.
pub(crate) fn presented(headers: &HeaderMap) -> Option<String> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key);
    let key = bearer.or_else(|| headers.get("x-api-key")?.to_str().ok())?.trim();
    (!key.is_empty()).then(|| key.to_owned())
}

fn trouble(key: &str) -> Option<Refusal> {
    match key {
        "xai-sandbox-no-credits" => Some(Refusal::no_credits()),
        "xai-sandbox-spent" => Some(Refusal::spent()),
        "xai-sandbox-rate-limited" => Some(Refusal::rate_limited()),
        "xai-sandbox-blocked" => Some(Refusal::blocked()),
        _ => None,
    }
}
