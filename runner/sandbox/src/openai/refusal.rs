//! Every refusal, with its status and its body as OpenAI sends them: `{"error": {message, type, param, code}}`.

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::refusal::Refusal as Flat;

/// A refusal.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    kind: &'static str,
    message: String,
    param: Option<Box<str>>,
    code: Option<&'static str>,
    retry_after: Option<HeaderValue>,
}

impl Refusal {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), param: None, code: None, retry_after: None }
    }

    fn code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    fn param(self, param: impl Into<Box<str>>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// The request says something that the API does not accept.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    pub(super) fn no_json() -> Self {
        Self::invalid(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library \
             correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
        )
    }

    pub(super) fn no_model() -> Self {
        Self::invalid("you must provide a model parameter")
    }

    pub(super) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required parameter: '{param}'.")).param(param).code("missing_required_parameter")
    }

    pub(super) fn unknown_argument(name: &str) -> Self {
        Self::invalid(format!("Unrecognized request argument supplied: {name}"))
    }

    pub(super) fn unknown_parameter(name: &str) -> Self {
        Self::invalid(format!("Unknown parameter: '{name}'.")).param(name).code("unknown_parameter")
    }

    pub(super) fn empty_array(param: &str) -> Self {
        let message = format!(
            "Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead."
        );
        Self::invalid(message).param(param).code("empty_array")
    }

    pub(super) fn invalid_value(param: &str, value: &str, allowed: &str) -> Self {
        Self::invalid(format!("Invalid value: '{value}'. Supported values are: {allowed}."))
            .param(param)
            .code("invalid_value")
    }

    pub(super) fn out_of_range(param: &str, range: &str) -> Self {
        Self::invalid(format!("Invalid '{param}': expected a value {range}.")).param(param).code("invalid_value")
    }

    /// A model that reasons takes neither the parameter nor a value of it.
    pub(super) fn unsupported_parameter(param: &str, instead: &str) -> Self {
        let message =
            format!("Unsupported parameter: '{param}' is not supported with this model. Use '{instead}' instead.");
        Self::invalid(message).param(param).code("unsupported_parameter")
    }

    pub(super) fn unsupported_value(param: &str, value: f64) -> Self {
        let message = format!(
            "Unsupported value: '{param}' does not support {value} with this model. Only the default (1) value is \
             supported."
        );
        Self::invalid(message).param(param).code("unsupported_value")
    }

    pub(super) fn too_long(most: usize, tokens: usize) -> Self {
        let message = format!(
            "This model's maximum context length is {most} tokens. However, your messages resulted in {tokens} tokens. \
             Please reduce the length of the messages."
        );
        Self::invalid(message).param("messages").code("context_length_exceeded")
    }

    pub(super) fn unknown_model(model: &str) -> Self {
        let message = format!("The model `{model}` does not exist or you do not have access to it.");
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", message).code("model_not_found")
    }

    pub(super) fn not_a_chat_model() -> Self {
        let message = "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean \
                       to use v1/completions?";
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", message).param("model")
    }

    pub(super) fn unknown_response(id: &str) -> Self {
        let message = format!("Response with id '{id}' not found.");
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", message)
    }

    pub(super) fn no_route(method: &Method, path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", format!("Invalid URL ({method} {path})"))
    }

    pub(super) fn wrong_method(method: &Method, path: &str) -> Self {
        let message =
            format!("Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request_error", message).code("method_not_supported")
    }

    pub(super) fn bad_key() -> Self {
        let message = "Incorrect API key provided. You can find your API key at \
                       https://platform.openai.com/account/api-keys.";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message).code("invalid_api_key")
    }

    pub(super) fn missing_scope(scope: &str) -> Self {
        let message = format!(
            "You have insufficient permissions for this operation. Missing scopes: {scope}. Check that you have the \
             correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're using a \
             restricted API key, that it has the necessary scopes."
        );
        Self::new(StatusCode::FORBIDDEN, "invalid_request_error", message)
    }

    pub(super) fn no_credits() -> Self {
        let message = "You exceeded your current quota, please check your plan and billing details. For more information \
                       on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", message).code("insufficient_quota")
    }

    pub(super) fn rate_limited() -> Self {
        let message = "Rate limit reached for requests. Limit: 2 / min. Please try again in 1s.";
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "requests", message).code("rate_limit_exceeded");
        Self { retry_after: Some(HeaderValue::from_static("1")), ..refusal }
    }

    /// The words of an overloaded model, in an answer or in the middle of a stream.
    pub(crate) fn overloaded() -> Self {
        let message = "The server had an error while processing your request. Sorry about that!";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", message)
    }

    /// The body.
    pub(crate) fn body(&self) -> Value {
        json!({
            "error": { "message": self.message, "type": self.kind, "param": self.param, "code": self.code }
        })
    }
}

/// A refusal that the sandbox's shared parts made.
impl From<Flat> for Refusal {
    fn from(flat: Flat) -> Self {
        let (status, message, retry_after) = flat.into_parts();
        let refusal = match status.as_u16() {
            429 => Self::rate_limited(),
            200 | 500..=599 => Self::overloaded(),
            _ => Self::new(status, "invalid_request_error", message),
        };
        Self { status, retry_after, ..refusal }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
