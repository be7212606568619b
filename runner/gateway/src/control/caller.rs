//! Who asks.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::keys::Key;

/// Whoever holds a key that was good when the call came in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Where the key belongs.
    pub workspace: Arc<str>,
    /// Whose key it is.
    pub principal: Arc<str>,
    /// The id of the key.
    pub key: Arc<str>,
    /// Cancelled as soon as the key opens nothing any more.
    pub revoked: CancellationToken,
    pub(crate) entry: Arc<Key>,
}

impl Caller {
    pub(crate) fn of(entry: Arc<Key>) -> Self {
        Self {
            workspace: entry.workspace.clone(),
            principal: entry.principal.clone(),
            key: entry.id.clone(),
            revoked: entry.revoked.clone(),
            entry,
        }
    }
}

/// Whoever changes or looks at something.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Whoever runs the server, at its command line. No table limits them.
    Operator,
    /// Somebody with a key.
    Caller(Caller),
}

impl Actor {
    /// What the audit calls them.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Operator => "the operator",
            Self::Caller(caller) => &caller.principal,
        }
    }

    /// The id of their key.
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Operator => "",
            Self::Caller(caller) => &caller.key,
        }
    }
}
