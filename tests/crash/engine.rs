//! The engine that is killed: the folder of its flows, its journal, its one connection.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector_sdk::http::Egress;
use connector_sdk::{BoundConnection, Registry, Result, async_trait};
use runner_engine::{Binding, ConnectionStore, Engine, RunEvents, RunIdentity};
use runner_flow::Folder;
use runner_journal::{SqliteJournal, SqliteOptions};
use serde_json::json;

/// The folder of the flows.
pub(crate) struct Flows;

impl Flows {
    /// A file of the folder.
    pub(crate) fn path(file: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("crash/flows").join(file)
    }
}

impl Folder for Flows {
    fn read(&self, file: &str) -> Result<String, String> {
        std::fs::read_to_string(Self::path(file)).map_err(|error| error.to_string())
    }
}

/// An engine with a journal in this folder, whose requests go below this URL.
pub(crate) fn engine(folder: &Path, base_url: &str, events: Arc<dyn RunEvents>) -> Engine {
    let journal = SqliteJournal::open(folder, SqliteOptions::default()).expect("the journal opens");
    let fields = json!({ "base_url": base_url, "idempotency_header": "Idempotency-Key" });
    let connection = connector_http::connector().connect("api@1", fields, Egress::Private);
    let connections = Arc::new(OneConnection(connection.expect("the fields are right")));
    Engine::builder(registry(), connections).journal(Arc::new(journal)).events(events).build()
}

/// The connectors that the flows use.
pub(crate) fn registry() -> Registry {
    Registry::new([connector_http::connector()])
}

/// The same connection for every slot.
struct OneConnection(BoundConnection);

#[async_trait]
impl ConnectionStore for OneConnection {
    async fn resolve(&self, _: &Binding, _: &RunIdentity) -> Result<BoundConnection> {
        Ok(self.0.clone())
    }
}
