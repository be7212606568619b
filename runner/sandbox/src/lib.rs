//! A local stand-in for the APIs of xAI and OpenAI, for first runs and for tests. A key that begins with `sk-` is OpenAI's.
//!
//! It listens on loopback only, keeps nothing on disk and dials nobody. Its answers are functions of the
//! request alone: the same request gets the same words, the same usage and the same id, without a clock or
//! a dice. It refuses what the real API refuses, with the same statuses and bodies, and it misbehaves on
//! demand (see [`Fault`]).
//!
//! It must never depend on a connector or on the connector SDK: if both read a provider's rules from one place,
//! both would be wrong together.

mod api_key;
mod auth;
mod chat;
mod completions;
mod damage;
mod embeddings;
mod fault;
mod images;
mod instance;
mod limits;
mod line;
mod listing;
mod messages;
mod models;
mod openai;
mod provider;
mod record;
mod refusal;
mod responses;
mod seed;
mod server;
mod shelf;
mod sse;
mod text_or;
mod tokenize;
mod turn;
mod usage;
mod words;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

pub use crate::fault::{Fault, ParseFaultError};
pub use crate::record::Recorded;
use crate::server::Shared;

/// How long [`Sandbox::stop`] waits for open requests before it cuts them.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// How a sandbox behaves. The default suits a person at a terminal.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The pause between two events of a stream, so that a person sees the words arrive.
    pub chunk_delay: Duration,
    /// Answers `/v1/messages` with 410, as xAI announced for February 2026.
    pub messages_gone: bool,
    /// Streams `/v1/messages` with the real API's defect: every block starts and stops as index 0, and
    /// deltas have no index. Anthropic's own stream helpers fail on it, so it is off unless asked for.
    pub real_block_indexes: bool,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self { port: 0, chunk_delay: Duration::from_millis(30), messages_gone: false, real_block_indexes: false }
    }
}

/// A running sandbox. Dropping it ends it at once; [`Sandbox::stop`] ends it in order.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Sandbox {
    /// Binds 127.0.0.1 and serves from then on.
    ///
    /// # Errors
    ///
    /// The port cannot be bound.
    pub async fn start(options: SandboxOptions) -> std::io::Result<Self> {
        let (shared, server) = server::start(options).await?;
        Ok(Self { shared, server })
    }

    /// `http://127.0.0.1:PORT`, which is the base URL for Anthropic's SDKs.
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    /// The origin and `/v1`, which is the base URL for OpenAI's SDKs.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.shared.origin)
    }

    /// What was received, oldest first: the last 1,000 requests, or fewer if their bodies exceed 64 MiB.
    /// Credentials are kept as their last four characters.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.record.all()
    }

    /// Applies a fault to every request whose path starts with `path_prefix`, in place of an earlier one for
    /// the same prefix. A request's own `x-sandbox-fault` header goes first.
    pub fn set_fault(&self, path_prefix: &str, fault: Fault) {
        self.shared.faults.set(path_prefix, fault);
    }

    /// Stops accepting, ends open streams, and waits at most five seconds for the rest.
    pub async fn stop(mut self) {
        self.shared.stop.cancel();
        if tokio::time::timeout(STOP_WITHIN, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stop.cancel();
        self.server.abort();
    }
}
