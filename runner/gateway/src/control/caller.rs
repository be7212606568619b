//! Who calls.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

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
}
