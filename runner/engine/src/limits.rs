//! How much one engine takes on.

use connector_sdk::{Error, ErrorKind, Origin};
use std::time::Duration;

/// How much one engine takes on. What would be more is refused when it is asked for, never later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Runs that act at the same time. A run that only waits for a time or a signal is not counted.
    pub running: usize,
    /// Of them, runs of one tenant.
    pub tenant_running: usize,
    /// Runs that have been started and wait for their turn.
    pub queued: usize,
    /// Of them, runs of one tenant.
    pub tenant_queued: usize,
    /// Runs in all: acting, queued and waiting.
    pub held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { running: 256, tenant_running: 64, queued: 1_024, tenant_queued: 256, held: 100_000 }
    }
}

/// How long somebody who was refused should wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A refusal of one run too many.
pub(crate) fn overloaded(message: String) -> Error {
    Error::new(ErrorKind::LimitExceeded, message)
        .with_origin(Origin::Host)
        .with_retry_after(Some(RETRY_AFTER))
        .with_fix("start it again a little later")
}
