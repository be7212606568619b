//! What OpenAI's refusals mean and what to do about them. Statuses alone mislead: a key that lacks a permission is 401 or
//! 403, no credit is 429, and so is a request that is too large for any minute.

use connector_openai_wire::{Diagnosis, Said, retired};
use connector_sdk::ErrorKind;

use crate::connection::OpenAi;

/// What a failure means, where its words tell more than its status.
pub(crate) fn diagnose(connection: &OpenAi, said: &Said) -> Option<Diagnosis> {
    let reason = about_access(said)
        .or_else(|| about_account(said))
        .or_else(|| about_absence(said))
        .or_else(|| about_request(said))?;
    let diagnosis = Diagnosis::new(reason.kind());
    Some(match reason.fix(connection) {
        Some(fix) => diagnosis.with_fix(fix),
        None => diagnosis,
    })
}

/// Why OpenAI refuses.
enum Reason {
    BadKey,
    WrongAccount,
    MissingScopes(String),
    Unverified,
    Region,
    Forbidden,
    NoCredits,
    TooFast,
    TooLargeAtOnce,
    UnknownModel(String),
    UnknownRoute,
    OtherEndpoint,
    OnlyOnResponses,
    UnsupportedField {
        field: String,
        instead: Option<String>,
    },
    UnsupportedValue(String),
    TooLong,
    Moderated,
    /// Reported with 2xx, and no passing failure.
    Refused,
}

impl Reason {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::BadKey | Self::WrongAccount => ErrorKind::Unauthorized,
            Self::MissingScopes(_) | Self::Unverified | Self::Region | Self::Forbidden => ErrorKind::Forbidden,
            Self::NoCredits => ErrorKind::NoCredits,
            Self::TooFast => ErrorKind::RateLimited,
            Self::UnknownModel(_) | Self::UnknownRoute => ErrorKind::NotFound,
            Self::TooLargeAtOnce
            | Self::OtherEndpoint
            | Self::OnlyOnResponses
            | Self::UnsupportedField { .. }
            | Self::UnsupportedValue(_)
            | Self::TooLong
            | Self::Moderated
            | Self::Refused => ErrorKind::Rejected,
        }
    }

    fn fix(&self, connection: &OpenAi) -> Option<String> {
        let fix = match self {
            Self::BadKey => connection.key_advice(),
            Self::WrongAccount => "correct the connection's organization and project, or leave them out",
            Self::MissingScopes(scopes) => return Some(missing_scopes(scopes)),
            Self::Unverified => "verify the organization at https://platform.openai.com/settings/organization/general",
            Self::Region => "OpenAI does not serve the country that this machine is in",
            Self::Forbidden => "give the key's project access to this model at https://platform.openai.com/settings",
            Self::NoCredits => {
                "buy credits or raise the limit at https://platform.openai.com/settings/organization/billing; waiting does not help"
            }
            Self::TooFast => {
                "send fewer requests at once; the limits stand at https://platform.openai.com/settings/organization/limits"
            }
            Self::TooLargeAtOnce => "shorten the request: it alone has more tokens than a minute may have",
            Self::UnknownModel(model) => return Some(retired::advice::<OpenAi>(model)),
            Self::UnknownRoute => "check the path, and the connection's base_url: it ends with /v1",
            Self::OtherEndpoint => "use a model for chat, or send it to /completions by Raw Request",
            Self::OnlyOnResponses => "use Create Response, or another model",
            Self::UnsupportedField { field, instead: Some(instead) } => {
                return Some(format!("use {instead} in place of {field}"));
            }
            Self::UnsupportedField { field, instead: None } => {
                return Some(format!("take {field} out of the input: OpenAI does not take it with this request"));
            }
            Self::UnsupportedValue(field) => {
                return Some(format!("leave {field} at its default: this model takes no other value"));
            }
            Self::TooLong => "shorten the messages, or use a model with a larger context",
            Self::Moderated => "word it otherwise: OpenAI's moderation refuses it as it is",
            Self::Refused => return None,
        };
        Some(fix.to_owned())
    }
}

/// A read-only key, and a restricted one, lack what is called a scope.
fn missing_scopes(scopes: &str) -> String {
    let what = match scopes {
        scopes if scopes.contains("model.read") => "Read on Models",
        scopes if scopes.contains("model.request") || scopes.contains("responses.write") => {
            "Write on Model capabilities"
        }
        _ => "this permission",
    };
    format!("give the key {what} at https://platform.openai.com/api-keys; a read-only key cannot ask models")
}

fn about_access(said: &Said) -> Option<Reason> {
    if let Some(scopes) = said.between("Missing scopes: ", "") {
        let scopes = scopes.split(". ").next().unwrap_or_default();
        Some(Reason::MissingScopes(scopes.trim_end_matches('.').to_owned()))
    } else if said.has("organization must be verified") {
        Some(Reason::Unverified)
    } else {
        (said.code == "unsupported_country_region_territory").then_some(Reason::Region)
    }
}

fn about_account(said: &Said) -> Option<Reason> {
    const MONEY: [&str; 3] = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"];
    const ACCOUNT: [&str; 4] =
        ["invalid_organization", "invalid_project", "mismatched_organization", "mismatched_project"];
    let code = said.code.as_str();
    if MONEY.contains(&code) || said.status == 402 || said.has("exceeded your current quota") {
        Some(Reason::NoCredits)
    } else if ACCOUNT.contains(&code) {
        Some(Reason::WrongAccount)
    } else if said.status == 401 || code == "invalid_api_key" {
        Some(Reason::BadKey)
    } else if said.status == 429 && said.has("request too large") {
        Some(Reason::TooLargeAtOnce)
    } else {
        (said.status == 429 || (said.reported && code == "rate_limit_exceeded")).then_some(Reason::TooFast)
    }
}

fn about_absence(said: &Said) -> Option<Reason> {
    if said.has("not a chat model") {
        Some(Reason::OtherEndpoint)
    } else if said.has("only supported in v1/responses") {
        Some(Reason::OnlyOnResponses)
    } else if let Some(model) = unknown_model(said) {
        Some(Reason::UnknownModel(model.to_owned()))
    } else {
        said.has("invalid url (").then_some(Reason::UnknownRoute)
    }
}

fn about_request(said: &Said) -> Option<Reason> {
    match said.code.as_str() {
        "context_length_exceeded" | "string_above_max_length" => Some(Reason::TooLong),
        "unsupported_value" => Some(Reason::UnsupportedValue(field(said)?)),
        "unsupported_parameter" | "unknown_parameter" => Some(Reason::UnsupportedField {
            field: field(said)?,
            instead: said.between("Use '", "' instead").map(str::to_owned),
        }),
        "content_policy_violation" | "moderation_blocked" => Some(Reason::Moderated),
        _ if said.has("unrecognized request argument") => {
            let field = said.between("supplied: ", "")?.to_owned();
            Some(Reason::UnsupportedField { field, instead: None })
        }
        _ if said.status == 403 => Some(Reason::Forbidden),
        "invalid_prompt" => Some(Reason::Refused),
        _ => (said.reported && said.kind == "invalid_request_error").then_some(Reason::Refused),
    }
}

/// The field that a refusal is about: as the body names it, or in the quotes of its sentence.
fn field(said: &Said) -> Option<String> {
    said.param.clone().or_else(|| Some(said.between("'", "'")?.to_owned()))
}

fn unknown_model(said: &Said) -> Option<&str> {
    let named = said.between("model `", "`").or_else(|| said.between("model '", "'"));
    let is_absent = said.code == "model_not_found" || said.has("does not exist") || said.has("has been deprecated");
    named.filter(|_| is_absent)
}
