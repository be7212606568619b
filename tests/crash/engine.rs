//! The engine that is killed: its flows, its journal, its one connection.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector_sdk::http::Egress;
use connector_sdk::{BoundConnection, Registry, Result, async_trait};
use runner_engine::{Binding, ConnectionStore, Engine, RunEvents, RunIdentity};
use runner_flow::{Flow, Folder};
use runner_journal::{SqliteJournal, SqliteOptions};
use serde_json::json;

/// How the file of a flow ends.
const ENDING: &str = ".linkwork.json";

/// The flows, and what each run of them must come to.
pub(crate) struct Flows;

impl Flows {
    /// A file beside the flows.
    pub(crate) fn path(file: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("crash/flows").join(file)
    }

    /// A flow by its name, which has no mistake in it.
    pub(crate) fn get(name: &str) -> Arc<Flow> {
        let text = std::fs::read_to_string(Self::path(&format!("{name}{ENDING}"))).expect("the flow can be read");
        let (flow, found) = Flow::validate(&text, &Self, &registry());
        Arc::new(flow.unwrap_or_else(|| panic!("{name} is not valid: {found:#?}")))
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
    let connections = Arc::new(OneConnection { base_url: base_url.to_owned() });
    Engine::builder(registry(), connections).journal(Arc::new(journal)).events(events).build()
}

fn registry() -> Registry {
    Registry::new([connector_http::connector()])
}

/// The same connection for every slot.
struct OneConnection {
    base_url: String,
}

#[async_trait]
impl ConnectionStore for OneConnection {
    async fn resolve(&self, binding: &Binding, _: &RunIdentity) -> Result<BoundConnection> {
        let fields = json!({ "base_url": self.base_url, "idempotency_header": "Idempotency-Key" });
        registry().connector(&binding.connector)?.connect("api@1", fields, Egress::Private)
    }
}
