//! A credential that cannot be printed, serialised, compared or kept.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::HeaderValue;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};
use crate::http::header_value;

/// A credential. It has no `Debug`, no `Display` and no `Serialize`, and is wiped when dropped.
/// Only this crate can read it, to write it into a request's header.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a credential into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.text().trim().is_empty()
    }

    /// Whether it starts so: enough to recognise another provider's key.
    pub fn starts_with(&self, prefix: &str) -> bool {
        self.text().starts_with(prefix)
    }

    pub(crate) fn text(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value of an `Authorization: Bearer` header.
    pub(crate) fn bearer(&self) -> Result<HeaderValue> {
        header(&Zeroizing::new(format!("Bearer {}", self.text())))
    }

    /// The value of an `Authorization: Basic` header, with this as the password.
    pub(crate) fn basic(&self, user: &str) -> Result<HeaderValue> {
        header(&Zeroizing::new(format!("Basic {}", self.paired_with(user).text())))
    }

    /// `user:password` in base64, with this as the password: as secret as the password itself.
    pub(crate) fn paired_with(&self, user: &str) -> Self {
        let pair = Zeroizing::new(format!("{user}:{}", self.text()));
        Self::new(BASE64_STANDARD.encode(pair.as_bytes()))
    }

    /// The value of a header that is the secret itself.
    pub(crate) fn header(&self) -> Result<HeaderValue> {
        header(self.text())
    }
}

fn header(text: &str) -> Result<HeaderValue> {
    let mut value = header_value(text).ok_or_else(|| {
        Error::new(ErrorKind::InvalidConnection, "the credential holds a character that no header can carry")
            .with_fix("look for a line break or a quote that was pasted with the key")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(SecretString::from(String::deserialize(deserializer)?)))
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "writeOnly": true, "x-secret": true })
    }
}
