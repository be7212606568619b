//! What of an exchange is masked before anybody sees it: the connection's secrets wherever they stand, whatever goes
//! under the name of a credential, and, in requests, the id of the run, which is another one in every replay.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::redact::{MASK, Redactor};

/// Stands for the id of the run.
const RUN: &str = "[run]";

/// Names under which credentials travel in bodies and in queries.
const IN_BODIES: [&str; 9] = [
    "access_token",
    "api_key",
    "apikey",
    "authorization",
    "client_secret",
    "id_token",
    "password",
    "private_key",
    "refresh_token",
];

/// Further names in queries, where they mean nothing else.
const IN_QUERIES: [&str; 5] = ["key", "secret", "sig", "signature", "token"];

/// What is masked in an exchange.
pub(crate) struct Mask<'a> {
    redactor: &'a Redactor,
    run: &'a str,
}

impl<'a> Mask<'a> {
    /// For what the run with this id sends.
    pub(crate) fn of_request(redactor: &'a Redactor, run: &'a str) -> Self {
        Self { redactor, run }
    }

    /// For what comes back.
    pub(crate) fn of_answer(redactor: &'a Redactor) -> Self {
        Self { redactor, run: "" }
    }

    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.redactor.text(&mut text);
        if self.run.is_empty() { text } else { text.replace(self.run, RUN) }
    }

    pub(crate) fn value(&self, mut value: Value) -> Value {
        self.redactor.value(&mut value);
        self.named(&mut value);
        value
    }

    pub(crate) fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.redactor.bytes(bytes)
    }

    /// A path and its query.
    pub(crate) fn target(&self, target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else { return self.text(target) };
        let pairs: Vec<String> = query.split('&').map(|pair| self.pair(pair)).collect();
        format!("{}?{}", self.text(path), pairs.join("&"))
    }

    fn pair(&self, pair: &str) -> String {
        let Some((name, value)) = pair.split_once('=') else { return self.text(pair) };
        let plain = percent_decode_str(value).decode_utf8_lossy();
        let mut shown = plain.clone().into_owned();
        self.redactor.text(&mut shown);
        let lower = name.to_ascii_lowercase();
        let is_named = IN_BODIES.contains(&&*lower) || IN_QUERIES.contains(&&*lower);
        if is_named || shown != plain { format!("{name}={MASK}") } else { self.text(pair) }
    }

    fn named(&self, value: &mut Value) {
        match value {
            Value::Object(map) => map.iter_mut().for_each(|(name, value)| match value {
                Value::String(text) if IN_BODIES.contains(&&*name.to_ascii_lowercase()) => MASK.clone_into(text),
                _ => self.named(value),
            }),
            Value::Array(items) => items.iter_mut().for_each(|item| self.named(item)),
            Value::String(text) if !self.run.is_empty() && text.contains(self.run) => {
                *text = text.replace(self.run, RUN);
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
