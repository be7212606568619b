//! What xAI's refusals mean and what to do about them. Statuses alone mislead: a bad key is 400, and no credit is 403 or 429.

use connector_openai_wire::{Diagnosis, Said, retired};
use connector_sdk::ErrorKind;

use crate::connection::XaiGrok;

/// What a failure means, where its words tell more than its status.
pub(crate) fn diagnose(connection: &XaiGrok, said: &Said) -> Option<Diagnosis> {
    let reason = about_account(said).or_else(|| about_absence(said)).or_else(|| about_request(said))?;
    let diagnosis = Diagnosis::new(reason.kind());
    Some(match reason.fix(connection) {
        Some(fix) => diagnosis.with_fix(fix),
        None => diagnosis,
    })
}

/// Why xAI refuses.
enum Reason {
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
}

impl Reason {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::BadKey => ErrorKind::Unauthorized,
            Self::NoCredits => ErrorKind::NoCredits,
            Self::TooFast => ErrorKind::RateLimited,
            Self::UnknownModel(_) | Self::UnknownRoute => ErrorKind::NotFound,
            Self::LiveSearch | Self::Removed => ErrorKind::Gone,
            Self::UnsupportedField(_) | Self::TooLong | Self::OnlyOnResponses | Self::Refused => ErrorKind::Rejected,
            Self::Forbidden => ErrorKind::Forbidden,
        }
    }

    fn fix(&self, connection: &XaiGrok) -> Option<String> {
        let fix = match self {
            Self::BadKey => connection.key_advice(),
            Self::NoCredits => "buy credits or raise the spending limit at https://console.x.ai; waiting does not help",
            Self::TooFast => "send fewer requests at once, or ask xAI for a higher rate limit at https://console.x.ai",
            Self::UnknownModel(model) => return Some(retired::advice::<XaiGrok>(model)),
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
            Self::Refused => return None,
        };
        Some(fix.to_owned())
    }
}

fn about_account(said: &Said) -> Option<Reason> {
    let money = said.reported || matches!(said.status, 402 | 403 | 429);
    if said.status == 401 || said.has("incorrect api key") {
        Some(Reason::BadKey)
    } else if money && (said.has("credits") || said.has("spending limit")) {
        Some(Reason::NoCredits)
    } else if said.status == 429 || (said.reported && said.code == "resource-exhausted") {
        Some(Reason::TooFast)
    } else {
        None
    }
}

fn about_absence(said: &Said) -> Option<Reason> {
    if let Some(model) = unknown_model(said) {
        Some(Reason::UnknownModel(model.to_owned()))
    } else if said.has("no handler found on route") {
        Some(Reason::UnknownRoute)
    } else if said.has("live search is deprecated") {
        Some(Reason::LiveSearch)
    } else {
        (said.status == 410).then_some(Reason::Removed)
    }
}

fn about_request(said: &Said) -> Option<Reason> {
    let invalid = ["invalid-argument", "client specified an invalid argument"];
    if let Some(field) = unsupported_field(said) {
        Some(Reason::UnsupportedField(snake_case(field)))
    } else if said.has("maximum prompt length") {
        Some(Reason::TooLong)
    } else if said.has("multi agent requests are not allowed") {
        Some(Reason::OnlyOnResponses)
    } else if said.status == 403 {
        Some(Reason::Forbidden)
    } else {
        (said.reported && invalid.contains(&said.code.as_str())).then_some(Reason::Refused)
    }
}

fn unknown_model(said: &Said) -> Option<&str> {
    let named = said.between("The model ", " does not exist");
    named.or_else(|| said.between("Model not found: ", "")).map(|name| name.trim_matches(['`', '"', '\'', '.', ' ']))
}

/// The field that a model or an endpoint does not take, as xAI spells it.
fn unsupported_field(said: &Said) -> Option<&str> {
    let before = ["Argument not supported on this model: ", "Argument not supported: ", "does not support parameter "];
    let rest = before.iter().find_map(|before| said.between(before, ""))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').find(|word| !word.is_empty())
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
