//! A platform that runs flows for its customers. It asks the sandbox: `cargo run -p runner-engine --example host`
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::{error::Error, path::Path, sync::Arc, time::Duration};

use connector_sdk::{BoundConnection, Registry, async_trait, http::Egress};
use runner_engine::{Binding, ConnectionStore, Engine, Limits, Query};
use runner_engine::{RunEvent, RunEvents, RunIdentity, RunRequest, Signal};
use runner_flow::{Flow, NoFolder};
use runner_journal::{SqliteJournal, SqliteOptions};
use runner_sandbox::{Sandbox, SandboxOptions};
use serde_json::json;

struct Platform(Registry, Sandbox);

#[async_trait]
impl ConnectionStore for Platform {
    // Asked anew for each attempt. A real one looks up the key of `run.tenant`, and allows public addresses only.
    async fn resolve(&self, binding: &Binding, run: &RunIdentity) -> connector_sdk::Result<BoundConnection> {
        let fields = json!({ "api_key": "xai-sandbox", "base_url": self.1.base_url() });
        let id = format!("{}-{}@1", run.tenant, binding.name);
        self.0.connector(&binding.connector)?.connect(&id, fields, Egress::Private)
    }
}

impl RunEvents for Platform {
    fn emit(&self, event: RunEvent) {
        if let RunEvent::StepFinished { tenant, step, status, .. } = event {
            println!("{tenant}: {step} {}", status.code());
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let registry = Registry::new([connector_xai_grok::connector(), connector_http::connector()]);
    let platform = Arc::new(Platform(registry.clone(), Sandbox::start(SandboxOptions::default()).await?));
    let engine = Engine::builder(registry, Arc::clone(&platform) as _)
        .journal(Arc::new(SqliteJournal::open(Path::new("out/host"), SqliteOptions::default())?))
        .events(platform)
        .limits(Limits { tenant_running: 8, ..Limits::default() })
        .build();
    engine.resume().await?; // What an earlier process left goes on.

    let (flow, found) = Flow::validate(include_str!("approve-and-draw.linkwork.json"), &NoFolder, engine.registry());
    let labels = [("ticket".to_owned(), "4711".to_owned())].into();
    let input = json!({ "text": "A fox opens a bakery.", "ask_first": true });
    let request = RunRequest { input, labels, tenant: "acme".to_owned(), ..RunRequest::default() };
    let run = engine.start(Arc::new(flow.ok_or(format!("{found:?}"))?), request).await?.run;

    let data = json!({ "approved": true });
    engine.signal(&run, Signal { id: "ticket-4711".to_owned(), name: "approval".to_owned(), data }).await?;
    println!("{} gave {}", engine.status(&run).await?.flow, engine.result(&run).await?.output);
    for run in engine.list(Query { tenant: Some("acme".to_owned()), ..Query::default() }).await? {
        println!("{} {} {:?}", run.run, run.status.code(), run.labels);
    }
    engine.shutdown(Duration::from_secs(10)).await;
    Ok(())
}
