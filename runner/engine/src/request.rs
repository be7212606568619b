//! What a host says about one run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::BlobStore;
use connector_sdk::exchange::Exchanges;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::events::{NoRunEvents, RunEvents};
use crate::identity::SOLE_TENANT;

/// What a host says about one run.
#[derive(Clone)]
pub struct RunRequest {
    /// The input of the flow.
    pub input: Value,
    /// What the customer has set for the flow.
    pub config: Value,
    /// The host's customer.
    pub tenant: String,
    /// What the run is found by.
    pub labels: BTreeMap<String, String>,
    /// Of all requests of a tenant with the same key, the first makes a run, and the others are told of it. What these
    /// ask for otherwise, such as another input, is not looked at.
    pub key: Option<String>,
    /// Outputs that are taken from an earlier run.
    pub reuse: Option<Reuse>,
    /// Ends the run.
    pub cancel: CancellationToken,
    /// Where events of this run go, beside the engine's own listener.
    pub events: Arc<dyn RunEvents>,
    /// Where files are kept, if not with the run.
    pub blobs: Option<Arc<dyn BlobStore>>,
    /// Who looks on at the exchanges with providers, or stands in for them.
    pub exchanges: Exchanges,
    /// How long its steps may take.
    pub timeout: Option<Duration>,
    /// Whether the requests that are sent are wanted as events.
    pub wants_requests: bool,
}

/// What a run takes over from an earlier one: the outputs of steps that succeeded there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reuse {
    /// The earlier run.
    pub run: String,
    /// The step from which on, in the order of the file, everything is done again.
    pub from: Option<String>,
}

impl Default for RunRequest {
    fn default() -> Self {
        Self {
            input: Value::Object(Map::new()),
            config: Value::Object(Map::new()),
            tenant: SOLE_TENANT.to_owned(),
            labels: BTreeMap::new(),
            key: None,
            reuse: None,
            cancel: CancellationToken::new(),
            events: Arc::new(NoRunEvents),
            blobs: None,
            exchanges: Exchanges::default(),
            timeout: None,
            wants_requests: false,
        }
    }
}
