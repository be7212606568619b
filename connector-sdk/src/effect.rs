//! What an action does to the world: the one thing that decides whether it may be repeated.

use serde::{Deserialize, Serialize};

/// What an action does outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes nothing and costs nothing.
    Read,
    /// Costs money and changes nothing outside.
    Generate,
    /// Doing it twice is the same as doing it once.
    Idempotent,
    /// Anything else.
    Write,
}

impl Effect {
    /// The stable word, in `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Generate => "generate",
            Self::Idempotent => "idempotent",
            Self::Write => "write",
        }
    }
}
