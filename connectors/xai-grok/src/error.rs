//! What xAI's refusals mean and what to do about them. Statuses alone mislead: a bad key is 400, and no credit is 403 or 429.

use connector_sdk::http::{Answer, explain_status, provider_message};
use connector_sdk::{Error, ErrorKind, Evidence};
use serde_json::Value;

use crate::connection::XaiGrok;
use crate::retired;

/// An error of an answer whose status is not 2xx.
pub(crate) fn explain(connection: &XaiGrok, answer: &Answer) -> Error {
    Diagnosis::of(answer).refine(explain_status(answer), connection)
}

/// Whether a body that came with 2xx says that the request failed.
pub(crate) fn is_reported_in(body: &Value) -> bool {
    body.get("error").is_some_and(|error| !error.is_null())
}

/// The error that a body reports although it came with 2xx, whole or in mid-stream.
pub(crate) fn reported(connection: &XaiGrok, answer: &Answer) -> Error {
    let words = provider_message(answer).unwrap_or_else(|| "without a word".to_owned());
    let error =
        Error::new(ErrorKind::Unavailable, format!("xAI answered {} and reported a failure: {words}", answer.status))
            .with_status(answer.status)
            .with_request_id(answer.request_id())
            .with_retry_after(answer.retry_after());
    let diagnosis = Diagnosis::of(answer);
    let evidence = if diagnosis == Diagnosis::TooFast { Evidence::Refused } else { Evidence::Failed };
    diagnosis.refine(error.with_evidence(evidence), connection)
}

/// What an answer that is an error says.
#[derive(Debug, PartialEq, Eq)]
enum Diagnosis {
    BadKey,
    NoCredits,
    TooFast,
    UnknownModel(String),
    UnknownRoute,
    LiveSearch,
    Removed,
    UnsupportedField(String),
    TooLong,
    OnlyOnResponses,
    Forbidden,
    /// Reported with 2xx, and no passing failure.
    Refused,
    /// Nothing that this connector knows more about than the status says.
    Other,
}

impl Diagnosis {
    fn of(answer: &Answer) -> Self {
        let said = Said::by(answer);
        said.about_account().or_else(|| said.about_absence()).or_else(|| said.about_request()).unwrap_or(Self::Other)
    }

    fn refine(self, error: Error, connection: &XaiGrok) -> Error {
        let error = match self.kind() {
            Some(ErrorKind::RateLimited) => error.with_kind(ErrorKind::RateLimited),
            Some(kind) => error.with_kind(kind).with_evidence(Evidence::Final),
            None => error,
        };
        match self.fix(connection) {
            Some(fix) => error.with_fix(fix),
            None => error,
        }
    }

    fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::BadKey => Some(ErrorKind::Unauthorized),
            Self::NoCredits => Some(ErrorKind::NoCredits),
            Self::TooFast => Some(ErrorKind::RateLimited),
            Self::UnknownModel(_) | Self::UnknownRoute => Some(ErrorKind::NotFound),
            Self::LiveSearch | Self::Removed => Some(ErrorKind::Gone),
            Self::UnsupportedField(_) | Self::TooLong | Self::OnlyOnResponses | Self::Refused => {
                Some(ErrorKind::Rejected)
            }
            Self::Forbidden => Some(ErrorKind::Forbidden),
            Self::Other => None,
        }
    }

    fn fix(&self, connection: &XaiGrok) -> Option<String> {
        let fix = match self {
            Self::BadKey => connection.key_advice(),
            Self::NoCredits => "buy credits or raise the spending limit at https://console.x.ai; waiting does not help",
            Self::TooFast => "send fewer requests at once, or ask xAI for a higher rate limit at https://console.x.ai",
            Self::UnknownModel(model) => return Some(retired::advice(model)),
            Self::UnknownRoute => "check the connection's base_url: it ends with /v1, as https://api.x.ai/v1 does",
            Self::LiveSearch => {
                "take search_parameters out; xAI's web_search and x_search tools replace it, on /responses by Raw Request"
            }
            Self::Removed => "xAI has removed this endpoint; Create Chat Completion does what Create Message did",
            Self::UnsupportedField(field) => {
                return Some(format!("take {field} out of the input: xAI does not take it with this request"));
            }
            Self::TooLong => "shorten the messages, or use a model with a larger context",
            Self::OnlyOnResponses => "send it to /responses by Raw Request, or use another model",
            Self::Forbidden => "give the key access to this model and endpoint at https://console.x.ai",
            Self::Refused | Self::Other => return None,
        };
        Some(fix.to_owned())
    }
}

/// What an answer says, ready to be searched.
struct Said {
    status: u16,
    /// Whether a failure came with 2xx: then the words must tell what the status does not.
    reported: bool,
    code: String,
    words: String,
    plain: String,
}

impl Said {
    fn by(answer: &Answer) -> Self {
        let words = provider_message(answer).unwrap_or_default();
        let plain = words.to_lowercase();
        Self { status: answer.status, reported: answer.is_success(), code: code(answer), words, plain }
    }

    fn has(&self, phrase: &str) -> bool {
        self.plain.contains(phrase)
    }

    fn about_account(&self) -> Option<Diagnosis> {
        let money = self.reported || matches!(self.status, 402 | 403 | 429);
        if self.status == 401 || self.has("incorrect api key") {
            Some(Diagnosis::BadKey)
        } else if money && (self.has("credits") || self.has("spending limit")) {
            Some(Diagnosis::NoCredits)
        } else if self.status == 429 || (self.reported && self.code == "resource-exhausted") {
            Some(Diagnosis::TooFast)
        } else {
            None
        }
    }

    fn about_absence(&self) -> Option<Diagnosis> {
        if let Some(model) = unknown_model(&self.words) {
            Some(Diagnosis::UnknownModel(model.to_owned()))
        } else if self.has("no handler found on route") {
            Some(Diagnosis::UnknownRoute)
        } else if self.has("live search is deprecated") {
            Some(Diagnosis::LiveSearch)
        } else {
            (self.status == 410).then_some(Diagnosis::Removed)
        }
    }

    fn about_request(&self) -> Option<Diagnosis> {
        let invalid = ["invalid-argument", "client specified an invalid argument"];
        if let Some(field) = unsupported_field(&self.words) {
            Some(Diagnosis::UnsupportedField(snake_case(field)))
        } else if self.has("maximum prompt length") {
            Some(Diagnosis::TooLong)
        } else if self.has("multi agent requests are not allowed") {
            Some(Diagnosis::OnlyOnResponses)
        } else if self.status == 403 {
            Some(Diagnosis::Forbidden)
        } else {
            (self.reported && invalid.contains(&self.code.as_str())).then_some(Diagnosis::Refused)
        }
    }
}

/// The provider's code in lower case, whichever shape the body has.
fn code(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = body.get("code").or_else(|| body.get("error")?.get("code"));
    code.and_then(Value::as_str).unwrap_or_default().to_lowercase()
}

fn unknown_model(words: &str) -> Option<&str> {
    let named = between(words, "The model ", " does not exist");
    named.or_else(|| between(words, "Model not found: ", "")).map(|name| name.trim_matches(['`', '"', '\'', '.', ' ']))
}

/// The field that a model or an endpoint does not take, as xAI spells it.
fn unsupported_field(words: &str) -> Option<&str> {
    let tail = ["Argument not supported on this model: ", "Argument not supported: ", "does not support parameter "];
    let rest = tail.iter().find_map(|tail| between(words, tail, ""))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').find(|word| !word.is_empty())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    if after.is_empty() { Some(rest) } else { rest.split_once(after).map(|(inner, _)| inner) }
}

/// xAI names fields in camelCase where requests spell them in snake_case.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
