//! Where connections come from: the host knows, and is asked anew for each attempt.

use async_trait::async_trait;
use connector_sdk::{BoundConnection, Result};

use crate::identity::RunIdentity;

/// Which connection is needed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Binding {
    /// The slot of the flow, or whatever else the host knows it by.
    pub name: String,
    /// The connector that it has to be for.
    pub connector: String,
}

/// The host's connections. What it hands out is used for one attempt and not kept.
#[async_trait]
pub trait ConnectionStore: Send + Sync {
    /// The connection that is bound to this slot now, for this run of this tenant.
    async fn resolve(&self, binding: &Binding, run: &RunIdentity) -> Result<BoundConnection>;
}
