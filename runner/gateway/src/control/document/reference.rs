//! Where a field's value comes from, if it does not stand there itself.

use serde_json::Value;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference<'a> {
    /// An environment variable.
    Env(&'a str),
    /// A file, relative to the server's.
    File(&'a str),
    /// This version of what the vault holds for this very field.
    Vault(u64),
}

impl<'a> Reference<'a> {
    /// Reads a field's value. None if it is a value itself.
    pub(crate) fn read(value: &'a Value) -> Option<Self> {
        let mut entries = value.as_object()?.iter();
        match (entries.next(), entries.next()) {
            (Some((word, value)), None) => match word.as_str() {
                "env" => value.as_str().map(Self::Env),
                "file" => value.as_str().map(Self::File),
                "vault" => value.as_u64().map(Self::Vault),
                _ => None,
            },
            _ => None,
        }
    }
}
