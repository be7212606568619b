//! What a host says about one run.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::exchange::Exchanges;
use connector_sdk::{BlobStore, MemoryBlobs};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::events::{NoRunEvents, RunEvents};

/// What a host says about one run.
#[derive(Clone)]
pub struct RunRequest {
    /// The input of the flow.
    pub input: Value,
    /// Ends the run.
    pub cancel: CancellationToken,
    /// Where events go.
    pub events: Arc<dyn RunEvents>,
    /// Where files are kept.
    pub blobs: Arc<dyn BlobStore>,
    /// Who looks on at the exchanges with providers, or stands in for them.
    pub exchanges: Exchanges,
    /// How long the whole run may take.
    pub timeout: Option<Duration>,
    /// Whether the requests that are sent are wanted as events.
    pub wants_requests: bool,
}

impl Default for RunRequest {
    fn default() -> Self {
        Self {
            input: Value::Object(Map::new()),
            cancel: CancellationToken::new(),
            events: Arc::new(NoRunEvents),
            blobs: Arc::new(MemoryBlobs::default()),
            exchanges: Exchanges::default(),
            timeout: None,
            wants_requests: false,
        }
    }
}
