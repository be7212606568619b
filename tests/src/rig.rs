//! One connection of a connector, and what its calls told.

use std::sync::Arc;

use connector_sdk::http::Egress;
use connector_sdk::{BoundConnection, Connector, Context, MemoryBlobs, Result, Scope};
use serde_json::Value;

use crate::events::Recorder;

/// One connection of a connector, and what its calls told.
pub struct Rig {
    /// The connector.
    pub connector: Connector,
    /// The connection.
    pub connection: BoundConnection,
    /// What its calls told.
    pub events: Arc<Recorder>,
    /// Where files are kept.
    pub blobs: Arc<MemoryBlobs>,
}

impl Rig {
    /// Connects. Loopback addresses may be dialled.
    pub fn new(connector: &Connector, fields: Value) -> Self {
        let connection = connector.connect("test@1", fields, Egress::Private).expect("the fields are right");
        Self { connector: connector.clone(), connection, events: Arc::default(), blobs: Arc::default() }
    }

    /// What surrounds a call, where a test does not say otherwise.
    pub fn scope(&self) -> Scope {
        Scope {
            run_id: "run_test".to_owned(),
            step_path: "step".to_owned(),
            idempotency_key: "key-of-the-step".to_owned(),
            events: self.events.clone(),
            blobs: self.blobs.clone(),
            ..Scope::default()
        }
    }

    /// Checks an input and calls the action.
    pub async fn call(&self, action: &str, input: Value) -> Result<Value> {
        self.call_in(self.scope(), action, input).await
    }

    /// Checks an input and calls the action in this scope.
    pub async fn call_in(&self, scope: Scope, action: &str, input: Value) -> Result<Value> {
        let id = format!("{}/{action}", self.connector.id());
        let known = |known: &&connector_sdk::ErasedAction| known.id() == id;
        let action = self.connector.actions().iter().find(known).expect("the connector has this action");
        let prepared = action.prepare(input)?;
        action.call(&Context::new(scope), &self.connection, prepared).await
    }
}
