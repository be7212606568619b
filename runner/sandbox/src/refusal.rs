//! Every refusal, with its status and its body as xAI sends them in 2026: flat `{code, error}`, never OpenAI's
//! nested form. Bodies that the routing and JSON layers make themselves (405, 415, 422) are axum's, as on the real API.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub(crate) const TEAM: &str = "5ea6f6bd-7815-4b8a-9135-28b2d7ba6722";

#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    error: String,
    retry_after: Option<HeaderValue>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Self {
        Self { status, code, error: error.into(), retry_after: None }
    }

    /// The request says something that the API does not accept.
    pub(crate) fn invalid(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-argument", error)
    }

    pub(crate) fn bad_key() -> Self {
        Self::invalid("Incorrect API key provided. You can obtain an API key from https://console.x.ai.")
    }

    pub(crate) fn empty_content() -> Self {
        Self::invalid("Invalid request content: Each message must have at least one content element.")
    }

    pub(crate) fn no_messages() -> Self {
        Self::invalid("Bad data: Messages cannot be empty")
    }

    /// `parameter` is in camel case: that is how the real API names it.
    pub(crate) fn not_on_model(model: &str, parameter: &str) -> Self {
        Self::invalid(format!("Model {model} does not support parameter {parameter}."))
    }

    pub(crate) fn wrong_kind_of_model(model: &str, task: &str) -> Self {
        Self::invalid(format!("Model {model} does not support {task}."))
    }

    pub(crate) fn too_long(most: usize, tokens: usize) -> Self {
        Self::invalid(format!("This model's maximum prompt length is {most} but the request contains {tokens} tokens."))
    }

    pub(crate) fn unsupported_argument(argument: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "400", format!("Argument not supported: {argument}"))
    }

    pub(crate) fn no_credentials() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated:no-credentials", "No credentials presented.")
    }

    pub(crate) fn no_credits() -> Self {
        let error = format!(
            "Your newly created team doesn't have any credits or licenses yet. You can purchase those on \
             https://console.x.ai/team/{TEAM}."
        );
        let code = "The caller does not have permission to execute the specified operation";
        Self::new(StatusCode::FORBIDDEN, code, error)
    }

    pub(crate) fn blocked() -> Self {
        let error = "Access to the chat endpoint is denied. Please ensure you're using the correct credentials. If you \
                     believe this is a mistake, please log into console.x.ai and update the permissions, or contact \
                     support.";
        Self::new(StatusCode::FORBIDDEN, "permission-denied", error)
    }

    pub(crate) fn spent() -> Self {
        let error = format!(
            "Your team {TEAM} has either used all available credits or reached its monthly spending limit. To continue \
             making API requests, please purchase more credits or raise your spending limit."
        );
        Self::new(StatusCode::TOO_MANY_REQUESTS, "resource-exhausted", error)
    }

    pub(crate) fn rate_limited() -> Self {
        let error = format!(
            "Too many requests for team {TEAM} and model grok-4.5. Your team's rate limit is - Requests per Minute \
             (actual/limit): 2/2."
        );
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "resource-exhausted", error);
        Self { retry_after: Some(HeaderValue::from_static("1")), ..refusal }
    }

    pub(crate) fn unknown_model(model: &str) -> Self {
        Self::not_found(format!(
            "The model {model} does not exist or your team {TEAM} does not have access to it. Please ensure you're using \
             the correct API key. If you believe this is a mistake, please contact support and quote your team ID and \
             the model name."
        ))
    }

    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", error)
    }

    pub(crate) fn no_route() -> Self {
        Self::not_found(
            "No handler found on route. Please double check your URL and consult https://api.x.ai/docs for more \
             information.",
        )
    }

    pub(crate) fn live_search_gone() -> Self {
        let error = "Live search is deprecated. Please switch to the Agent Tools API: \
                     https://docs.x.ai/docs/guides/tools/overview";
        Self::new(StatusCode::GONE, "410", error)
    }

    pub(crate) fn messages_gone() -> Self {
        let error = "The Messages API is deprecated. Please switch to the Responses API: \
                     https://docs.x.ai/docs/guides/responses-api";
        Self::new(StatusCode::GONE, "410", error)
    }

    pub(crate) fn too_large() -> Self {
        let error = "Failed to buffer the request body: length limit exceeded";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "413", error)
    }

    /// A status asked for by a fault, with the words that xAI uses for its kind.
    pub(crate) fn forced(status: StatusCode, retry_after: Option<HeaderValue>) -> Self {
        let (code, error) = match status.as_u16() {
            429 => ("resource-exhausted", Self::rate_limited().error),
            503 => ("unavailable", CAPACITY.to_owned()),
            500..=599 => ("internal", "Internal error".to_owned()),
            _ => ("invalid-argument", format!("The sandbox was asked to answer {status}.")),
        };
        Self { retry_after, ..Self::new(status, code, error) }
    }

    /// What another provider's form of it is made of.
    pub(crate) fn into_parts(self) -> (StatusCode, String, Option<HeaderValue>) {
        (self.status, self.error, self.retry_after)
    }

    /// The failure that comes with status 200, as the real API does when no first token arrives in time.
    pub(crate) fn in_a_success() -> Self {
        let code = "The service is currently unavailable";
        Self::new(StatusCode::OK, code, "Timed out waiting for first token")
    }
}

/// The words of an overloaded model, in an answer or in the middle of a stream.
pub(crate) const CAPACITY: &str = "The model is currently at capacity due to high demand. Please retry your request.";

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({ "code": self.code, "error": self.error }));
        let mut response = (self.status, body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
