//! What a server is told, and the bounds that it keeps whatever it is told.

use std::time::Duration;

/// What a server is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The names that callers may use for this server, beside its addresses. Any, if there is none.
    pub hosts: Vec<String>,
    /// Connections that are open at the same time.
    pub connections: usize,
    /// Of those, how many may come from one address.
    pub connections_of_one: usize,
    /// Until a request's head is complete, once its first byte has come.
    pub slow_head: Duration,
    /// Between two requests of a connection.
    pub idle: Duration,
    /// Between two pieces of an answer that the caller takes.
    pub slow_reader: Duration,
    /// How long calls under way may take to end once the server is asked to.
    pub drain: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            connections: 20_000,
            connections_of_one: 15_000,
            slow_head: Duration::from_secs(15),
            idle: Duration::from_secs(75),
            slow_reader: Duration::from_secs(60),
            drain: Duration::from_secs(30),
        }
    }
}

/// The head of a request.
pub(crate) const HEAD: usize = 32 << 10;
/// The headers in it.
pub(crate) const HEADERS: usize = 100;
/// What one connection keeps of what it has read and not handed on, or handed on and not written.
pub(crate) const BUFFER: usize = 64 << 10;
/// Connections that wait to be accepted.
pub(crate) const BACKLOG: u32 = 4_096;

/// How often the clock looks at all connections, at the keys and at the server's file: what was revoked elsewhere ends within
/// a second.
pub(crate) const TICK: Duration = Duration::from_millis(200);
