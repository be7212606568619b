//! The second net under the secrets: whatever a provider echoes of a credential is masked before it goes on.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::event::Part;
use crate::secret::Secret;

/// Shown in place of a secret.
pub const MASK: &str = "[secret]";

/// A shorter secret is not looked for: it would be found in innocent text.
const SHORTEST: usize = 8;

/// Masks the secrets of one connection wherever they turn up in what comes back.
#[derive(Default)]
pub(crate) struct Redactor {
    secrets: Vec<Secret>,
}

impl Redactor {
    pub(crate) fn new(secrets: Vec<Secret>) -> Self {
        let mut secrets: Vec<Secret> = secrets.into_iter().filter(|secret| secret.text().len() >= SHORTEST).collect();
        // One that holds another goes first, or a part of it would stay.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.text().len()));
        Self { secrets }
    }

    pub(crate) fn text(&self, text: &mut String) {
        for secret in &self.secrets {
            if text.contains(secret.text()) {
                *text = text.replace(secret.text(), MASK);
            }
        }
    }

    /// Masks bytes that are not text.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.secrets.iter().fold(bytes.to_vec(), |bytes, secret| replaced(&bytes, secret.text().as_bytes()))
    }

    /// Masks bytes that may well hold nothing to mask, and then are not copied.
    pub(crate) fn mask(&self, bytes: Bytes) -> Bytes {
        let holds =
            |secret: &Secret| bytes.windows(secret.text().len()).any(|window| window == secret.text().as_bytes());
        if self.secrets.iter().any(holds) { self.bytes(&bytes).into() } else { bytes }
    }

    pub(crate) fn value(&self, value: &mut Value) {
        if self.secrets.is_empty() {
            return;
        }
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => {
                map.values_mut().for_each(|item| self.value(item));
                self.keys(map);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub(crate) fn part(&self, part: &mut Part) {
        match part {
            Part::Content(text) | Part::Reasoning(text) => self.text(text),
            Part::ToolCall(call) => self.value(call),
        }
    }

    fn keys(&self, map: &mut Map<String, Value>) {
        let leaks = |key: &String| self.secrets.iter().any(|secret| key.contains(secret.text()));
        if map.keys().any(leaks) {
            let masked = std::mem::take(map).into_iter().map(|(mut key, value)| {
                self.text(&mut key);
                (key, value)
            });
            *map = masked.collect();
        }
    }

    pub(crate) fn error(&self, mut error: Error) -> Error {
        error.rewrite_texts(&|text| self.text(text), &|value| self.value(value));
        error
    }
}

/// The bytes with the mask in place of the secret.
fn replaced(mut bytes: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut masked = Vec::with_capacity(bytes.len());
    while let Some(at) = bytes.windows(secret.len()).position(|window| window == secret) {
        masked.extend_from_slice(&bytes[..at]);
        masked.extend_from_slice(MASK.as_bytes());
        bytes = &bytes[at + secret.len()..];
    }
    masked.extend_from_slice(bytes);
    masked
}
