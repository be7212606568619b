//! Failures as these providers tell them: flat, nested or as text, with a status that says so or with 200.

use connector_sdk::http::{Answer, explain_status, provider_message};
use connector_sdk::{Error, ErrorKind, Evidence};
use serde_json::Value;

use crate::provider::Provider;

/// What a failure means, and what to do about it.
#[derive(Debug)]
pub struct Diagnosis {
    kind: ErrorKind,
    fix: Option<String>,
}

impl Diagnosis {
    /// A failure of this kind. Unless it is one of speed, the same request would fail again.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, fix: None }
    }

    /// The same, with what to do about it.
    pub fn with_fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    fn is_of_speed(&self) -> bool {
        self.kind == ErrorKind::RateLimited
    }

    fn refine(self, error: Error) -> Error {
        let is_of_speed = self.is_of_speed();
        let error = error.with_kind(self.kind);
        let error = if is_of_speed { error } else { error.with_evidence(Evidence::Final) };
        match self.fix {
            Some(fix) => error.with_fix(fix),
            None => error,
        }
    }
}

/// An error of an answer whose status is not 2xx.
pub fn explain<P: Provider>(provider: &P, answer: &Answer) -> Error {
    let error = explain_status(answer);
    match provider.diagnose(&Said::by(answer)) {
        Some(diagnosis) => diagnosis.refine(error),
        None => error,
    }
}

/// What of a body that came with 2xx says that the request failed: the body, or the response that an event tells of.
pub(crate) fn reported_by(body: &Value) -> Option<&Value> {
    let fails = |body: &&Value| body.get("error").is_some_and(|error| !error.is_null());
    Some(body).filter(fails).or_else(|| body.get("response").filter(fails))
}

/// The error that a body reports although it came with 2xx, whole or in mid-stream.
pub(crate) fn reported<P: Provider>(provider: &P, answer: &Answer) -> Error {
    let words = provider_message(answer).unwrap_or_else(|| "without a word".to_owned());
    let message = format!("{} answered {} and reported a failure: {words}", P::NAME, answer.status);
    let error = Error::new(ErrorKind::Unavailable, message)
        .with_status(answer.status)
        .with_request_id(answer.request_id())
        .with_retry_after(answer.retry_after());
    match provider.diagnose(&Said::by(answer)) {
        Some(diagnosis) if diagnosis.is_of_speed() => diagnosis.refine(error.with_evidence(Evidence::Refused)),
        Some(diagnosis) => diagnosis.refine(error),
        None => error.with_evidence(Evidence::Failed),
    }
}

/// What an answer that is a failure says, ready to be searched.
#[derive(Debug)]
pub struct Said {
    /// The status.
    pub status: u16,
    /// Whether it came with 2xx: then the words must tell what the status does not.
    pub reported: bool,
    /// The provider's code in lower case, whichever shape the body has.
    pub code: String,
    /// The provider's type of error, where the body names one.
    pub kind: String,
    /// The field that it is about, where the body names one.
    pub param: Option<String>,
    /// The provider's sentence.
    pub words: String,
    plain: String,
}

impl Said {
    pub(crate) fn by(answer: &Answer) -> Self {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let field = |name| body.get("error").and_then(|error| error.get(name)).or_else(|| body.get(name));
        let text = |name| field(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let words = provider_message(answer).unwrap_or_default();
        Self {
            status: answer.status,
            reported: answer.is_success(),
            code: text("code").unwrap_or_default().to_lowercase(),
            kind: text("type").unwrap_or_default().to_owned(),
            param: text("param").map(str::to_owned),
            plain: words.to_lowercase(),
            words,
        }
    }

    /// Whether the sentence holds a phrase, which is in lower case, in whatever case.
    pub fn has(&self, phrase: &str) -> bool {
        self.plain.contains(phrase)
    }

    /// What stands in the sentence between two phrases; to its end, if the second one is empty.
    pub fn between(&self, before: &str, after: &str) -> Option<&str> {
        let (_, rest) = self.words.split_once(before)?;
        if after.is_empty() { Some(rest) } else { rest.split_once(after).map(|(inner, _)| inner) }
    }
}
