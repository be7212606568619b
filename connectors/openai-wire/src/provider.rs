//! How a provider differs from the others.

use connector_sdk::Connection;

use crate::error::{Diagnosis, Said};

/// A connection to a provider that speaks OpenAI's dialect.
pub trait Provider: Connection {
    /// Its name in messages, such as `xAI`.
    const NAME: &'static str;
    /// A model that is served, for examples and advice.
    const LIVE: &'static str;
    /// Models that it has retired, and what replaces each.
    const RETIRED: &'static [(&'static str, &'static str)];

    /// What a failure means, where its words tell more than its status.
    fn diagnose(&self, said: &Said) -> Option<Diagnosis>;
}
