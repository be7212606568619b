//! A connector whose actions need no network, and a host for it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use connector_sdk::http::{Egress, Method};
use connector_sdk::{
    About, Action, Auth, BoundConnection, Choice, Connection, ConnectionAbout, ConnectionExt as _, Connector, Context,
    Effect, Error, ErrorKind, Evidence, Options, Part, Registry, Result, Violation,
};
use runner_engine::{Binding, ConnectionStore, Engine, RunEvent, RunEvents, RunIdentity, RunReport, RunRequest};
use runner_flow::Flow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What the actions of one test share with it.
#[derive(Default)]
pub(crate) struct Probe {
    /// Told when `hang` has begun.
    pub(crate) began: Notify,
    /// How often `hang` has been dropped before its end.
    pub(crate) dropped: AtomicU32,
    /// How often `flaky` has failed.
    pub(crate) failures: AtomicU32,
    /// The idempotency keys that `flaky` saw.
    pub(crate) keys: Mutex<Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Link {
    #[serde(default)]
    base_url: String,
}

#[async_trait]
impl Connection for Link {
    fn about() -> ConnectionAbout {
        ConnectionAbout { label: "Link", description: "Connects to what a test says.", help: "", environment: &[] }
    }

    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn auth(&self) -> Auth<'_> {
        Auth::None
    }

    async fn verify(&self, _: &Context) -> Result<String> {
        Ok("it answers".to_owned())
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Anything {
    #[serde(default)]
    value: Value,
}

/// Gives what it was given.
struct Echo;

#[async_trait]
impl Action for Echo {
    type Connection = Link;
    type Input = Anything;
    type Output = Value;

    fn about(&self) -> About {
        About::new("echo", "Echo", "Gives what it was given.")
    }

    async fn perform(&self, _: &Context, _: &Link, input: Anything) -> Result<Value> {
        Ok(json!({ "echo": input.value }))
    }
}

/// Tells its answer word by word.
struct Talk;

#[async_trait]
impl Action for Talk {
    type Connection = Link;
    type Input = Anything;
    type Output = Value;

    fn about(&self) -> About {
        About::new("talk", "Talk", "Tells its answer word by word.").effect(Effect::Generate)
    }

    async fn perform(&self, ctx: &Context, _: &Link, input: Anything) -> Result<Value> {
        let text = input.value.as_str().unwrap_or_default();
        text.split(' ').for_each(|word| ctx.delta(0, Part::Content(word.to_owned())));
        Ok(input.value)
    }
}

/// Is refused as often as the input says.
struct Flaky(Arc<Probe>);

#[async_trait]
impl Action for Flaky {
    type Connection = Link;
    type Input = Anything;
    type Output = Value;

    fn about(&self) -> About {
        About::new("flaky", "Flaky", "Is refused as often as it is told.")
    }

    async fn perform(&self, ctx: &Context, _: &Link, input: Anything) -> Result<Value> {
        self.0.keys.lock().unwrap().push(ctx.idempotency_key().to_owned());
        ctx.delta(0, Part::Content("trying".to_owned()));
        let before = self.0.failures.fetch_add(1, Ordering::SeqCst);
        if u64::from(before) < input.value.as_u64().unwrap_or(0) {
            let error = Error::new(ErrorKind::RateLimited, "slow down").with_status(429);
            return Err(error.with_evidence(Evidence::Refused));
        }
        Ok(json!(before + 1))
    }
}

/// Never ends.
struct Hang(Arc<Probe>);

struct CountDrop(Arc<Probe>);

impl Drop for CountDrop {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Action for Hang {
    type Connection = Link;
    type Input = Anything;
    type Output = Value;

    fn about(&self) -> About {
        About::new("hang", "Hang", "Never ends.")
    }

    fn timeout(&self, input: &Anything) -> Duration {
        input.value["seconds"].as_u64().map_or(self.about().timeout, Duration::from_secs)
    }

    async fn perform(&self, _: &Context, _: &Link, _: Anything) -> Result<Value> {
        let _counted = CountDrop(Arc::clone(&self.0));
        self.0.began.notify_one();
        std::future::pending().await
    }
}

/// Is defective.
struct Panic(Effect, &'static str);

#[async_trait]
impl Action for Panic {
    type Connection = Link;
    type Input = Anything;
    type Output = Value;

    fn about(&self) -> About {
        About::new(self.1, "Panic", "Is defective.").effect(self.0)
    }

    fn effect(&self, input: &Anything) -> Effect {
        if input.value == "only read" { Effect::Read } else { self.0 }
    }

    fn check(&self, input: &Anything) -> Vec<Violation> {
        assert_ne!(input.value, "at once", "this is meant");
        Vec::new()
    }

    async fn perform(&self, _: &Context, _: &Link, _: Anything) -> Result<Value> {
        panic!("this is meant")
    }
}

/// Sends a request that changes something.
struct Post;

#[async_trait]
impl Action for Post {
    type Connection = Link;
    type Input = Anything;
    type Output = Value;

    fn about(&self) -> About {
        About::new("post", "Post", "Sends.").effect(Effect::Write)
    }

    async fn perform(&self, ctx: &Context, connection: &Link, input: Anything) -> Result<Value> {
        connection.request(ctx, Method::POST, "/things")?.json(&input.value).exchange().await?;
        Ok(Value::Null)
    }
}

struct Things(&'static str);

#[async_trait]
impl Options for Things {
    type Connection = Link;

    fn id(&self) -> &'static str {
        self.0
    }

    fn label(&self) -> &'static str {
        "Things"
    }

    fn description(&self) -> &'static str {
        "The things."
    }

    async fn list(&self, _: &Context, _: &Link) -> Result<Vec<Choice>> {
        assert_ne!(self.0, "broken-things", "this is meant");
        Ok(vec![Choice { value: "a".to_owned(), label: "A".to_owned() }])
    }
}

/// A host with connections of the one kind. It counts how often it is asked.
#[derive(Default)]
pub(crate) struct Host {
    pub(crate) base_url: String,
    pub(crate) asked: AtomicU32,
}

#[async_trait]
impl ConnectionStore for Host {
    async fn resolve(&self, binding: &Binding, _: &RunIdentity) -> Result<BoundConnection> {
        let count = self.asked.fetch_add(1, Ordering::SeqCst);
        match binding.name.as_str() {
            "missing" => Err(Error::new(ErrorKind::InvalidConnection, "there is no connection \"missing\"")),
            "slow" => std::future::pending().await,
            name => {
                let fields = json!({ "base_url": self.base_url });
                registry(&Arc::default()).connector("test")?.connect(
                    &format!("{name}@{count}"),
                    fields,
                    Egress::Private,
                )
            }
        }
    }
}

fn registry(probe: &Arc<Probe>) -> Registry {
    let connector = Connector::builder::<Link>("test", "Test", "For tests.")
        .action(Echo)
        .action(Talk)
        .action(Flaky(Arc::clone(probe)))
        .action(Hang(Arc::clone(probe)))
        .action(Panic(Effect::Read, "panic"))
        .action(Panic(Effect::Write, "panic-write"))
        .action(Post)
        .options(Things("things"))
        .options(Things("broken-things"));
    Registry::new([connector.build()])
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
        let probe = Arc::new(Probe::default());
        let host = Arc::new(Host { base_url: base_url.to_owned(), ..Host::default() });
        Self { engine: Engine::new(registry(&probe), Arc::clone(&host) as _), host, probe }
    }

    pub(crate) async fn run(&self, flow: Arc<Flow>, request: RunRequest) -> RunReport {
        self.engine.run(flow, request).await.unwrap()
    }

    pub(crate) async fn run_step(&self, flow: Arc<Flow>, step: &str, pins: Value, request: RunRequest) -> RunReport {
        self.engine.run_step(flow, step, pins, request).await.unwrap()
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
        let lines = self.events().iter().map(|event| serde_json::to_string(event).unwrap()).collect::<Vec<_>>();
        let Some(RunEvent::RunStarted { run, .. }) = self.events().into_iter().next() else { panic!("nothing began") };
        lines.join("\n").replace(&*run, "run_1")
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
