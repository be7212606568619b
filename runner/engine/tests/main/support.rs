//! A host for the connector of these tests, and what the tests have in common.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use connector_sdk::http::Egress;
use connector_sdk::{BoundConnection, Error, ErrorKind, Result};
use runner_engine::{
    Binding, ConnectionStore, Engine, EngineBuilder, RunEvent, RunEvents, RunIdentity, RunReport, RunRequest, Signal,
};
use runner_flow::Flow;
use runner_journal::{Durability, SqliteJournal, SqliteOptions};
use serde_json::{Value, json};

use crate::connector::{Probe, registry};

/// The credential of every connection.
pub(crate) const TOKEN: &str = "canary-8J2kQz0vXw";

/// A host with connections of the one kind. It counts how often it is asked.
#[derive(Default)]
pub(crate) struct Host {
    pub(crate) base_url: String,
    pub(crate) asked: AtomicU32,
    /// For whom it was asked.
    pub(crate) tenants: Mutex<Vec<String>>,
}

#[async_trait]
impl ConnectionStore for Host {
    async fn resolve(&self, binding: &Binding, run: &RunIdentity) -> Result<BoundConnection> {
        self.tenants.lock().unwrap().push(run.tenant.to_string());
        let count = self.asked.fetch_add(1, Ordering::SeqCst);
        match binding.name.as_str() {
            "missing" => Err(Error::new(ErrorKind::InvalidConnection, "there is no connection \"missing\"")),
            "slow" => std::future::pending().await,
            "defective" => panic!("this is meant"),
            name => {
                let fields = json!({ "base_url": self.base_url, "token": TOKEN });
                registry(&Arc::default()).connector("test")?.connect(
                    &format!("{name}@{count}"),
                    fields,
                    Egress::Private,
                )
            }
        }
    }
}

/// An engine with a host, and what its actions share.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) host: Arc<Host>,
    pub(crate) probe: Arc<Probe>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with_base_url("")
    }

    pub(crate) fn with_base_url(base_url: &str) -> Self {
        Self::with_base_url_and(base_url, |builder| builder)
    }

    /// With a provider, and with what the builder is told.
    pub(crate) fn with_base_url_and(base_url: &str, build: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Self {
        Self::on(Host { base_url: base_url.to_owned(), ..Host::default() }, build)
    }

    /// With what the builder is told.
    pub(crate) fn with(build: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Self {
        Self::on(Host::default(), build)
    }

    /// With a journal in this folder.
    pub(crate) fn durable(folder: &Path) -> Self {
        Self::with(|builder| builder.journal(journal(folder)))
    }

    fn on(host: Host, build: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Self {
        let (probe, host) = (Arc::new(Probe::default()), Arc::new(host));
        let engine = build(Engine::builder(registry(&probe), Arc::clone(&host) as _)).build();
        Self { engine, host, probe }
    }

    /// Starts a run.
    pub(crate) async fn start(&self, flow: &Arc<Flow>, request: RunRequest) -> String {
        self.engine.start(Arc::clone(flow), request).await.unwrap().run.to_string()
    }

    /// Ends the engine as a process does that is killed.
    pub(crate) async fn kill(self) {
        self.engine.shutdown(Duration::ZERO).await;
    }

    pub(crate) async fn run(&self, flow: Arc<Flow>, request: RunRequest) -> RunReport {
        self.engine.run(flow, request).await.unwrap()
    }

    pub(crate) async fn run_step(&self, flow: Arc<Flow>, step: &str, pins: Value, request: RunRequest) -> RunReport {
        self.engine.run_step(flow, step, pins, request).await.unwrap()
    }
}

/// A journal in this folder, which outlives its process and need not outlive more here.
pub(crate) fn journal(folder: &Path) -> Arc<SqliteJournal> {
    let options = SqliteOptions { durability: Durability::Process, ..SqliteOptions::default() };
    Arc::new(SqliteJournal::open(folder, options).unwrap())
}

/// A signal.
pub(crate) fn signal(id: &str, name: &str, data: Value) -> Signal {
    Signal { id: id.to_owned(), name: name.to_owned(), data }
}

/// Waits until it holds.
pub(crate) async fn until(mut holds: impl AsyncFnMut() -> bool) {
    while !holds().await {
        tokio::task::yield_now().await;
    }
}

pub(crate) fn binding(name: &str) -> Binding {
    Binding { name: name.to_owned(), connector: "test".to_owned() }
}

/// A flow with these steps, and with a connection of each name.
pub(crate) fn flow(steps: Value) -> Arc<Flow> {
    let connections = json!({ "link": { "connector": "test" } });
    let file = json!({ "linkwork": 1, "name": "test-flow", "connections": connections, "steps": steps });
    Arc::new(Flow::parse(&file.to_string()).unwrap())
}

/// A step that calls one of the test's actions.
pub(crate) fn step(id: &str, action: &str, value: Value) -> Value {
    json!({ "id": id, "action": format!("test/{action}"), "with": { "value": value } })
}

/// Keeps every event.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Vec<RunEvent>>);

impl RunEvents for Kept {
    fn emit(&self, event: RunEvent) {
        self.0.lock().unwrap().push(event);
    }
}

impl Kept {
    pub(crate) fn events(&self) -> Vec<RunEvent> {
        self.0.lock().unwrap().clone()
    }

    /// The events as lines of JSON, with what differs between runs replaced.
    pub(crate) fn lines(&self) -> String {
        let Some(RunEvent::RunStarted { run, .. }) = self.events().into_iter().next() else { panic!("nothing began") };
        self.lines_of(&run)
    }

    pub(crate) fn lines_of(&self, run: &str) -> String {
        let lines = self.events().iter().map(|event| serde_json::to_string(event).unwrap()).collect::<Vec<_>>();
        lines.join("\n").replace(run, "run_1")
    }
}

/// A request whose events are kept.
pub(crate) fn kept() -> (Arc<Kept>, RunRequest) {
    let events = Arc::new(Kept::default());
    let request = RunRequest { events: Arc::clone(&events) as _, ..RunRequest::default() };
    (events, request)
}

/// Longer than anything here lasts by itself.
pub(crate) const LONG: Duration = Duration::from_secs(3600);
