//! A connector whose actions need no network, but for one.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use connector_sdk::http::Method;
use connector_sdk::{
    About, Action, Auth, Choice, Connection, ConnectionAbout, ConnectionExt as _, Connector, Context, Effect, Error,
    ErrorKind, Evidence, Options, Part, Registry, Result, Secret, Violation,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

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
    /// What `read`, `generate`, `idempotent` and `write` were called with.
    pub(crate) calls: Mutex<Vec<Called>>,
    /// While it is there, these calls wait for it.
    pub(crate) gate: Mutex<Option<Arc<Semaphore>>>,
    /// Told when one of them waits.
    pub(crate) waits: Notify,
}

/// One call of an action with an effect.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Called {
    pub(crate) effect: Effect,
    pub(crate) value: Value,
    pub(crate) key: String,
}

impl Probe {
    /// How often an action with this effect was called with this value.
    pub(crate) fn count(&self, value: &Value) -> usize {
        self.calls.lock().unwrap().iter().filter(|called| called.value == *value).count()
    }

    /// Lets no call through until the gate is opened.
    pub(crate) fn close_gate(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *self.gate.lock().unwrap() = Some(Arc::clone(&gate));
        gate
    }
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Link {
    #[serde(default)]
    base_url: String,
    token: Secret,
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
        Auth::Bearer(&self.token)
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

/// Is called, which is noted, and gives what it was given.
struct Does(Effect, Arc<Probe>);

#[async_trait]
impl Action for Does {
    type Connection = Link;
    type Input = Anything;
    type Output = Value;

    fn about(&self) -> About {
        About::new(self.0.code(), "Does", "Has an effect.").effect(self.0)
    }

    async fn perform(&self, ctx: &Context, _: &Link, input: Anything) -> Result<Value> {
        let called = Called { effect: self.0, value: input.value.clone(), key: ctx.idempotency_key().to_owned() };
        self.1.calls.lock().unwrap().push(called);
        let gate = self.1.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            self.1.waits.notify_one();
            gate.acquire().await.unwrap().forget();
        }
        Ok(input.value)
    }
}

/// Makes a file, or gives the text of one.
struct Files;

#[async_trait]
impl Action for Files {
    type Connection = Link;
    type Input = Anything;
    type Output = Value;

    fn about(&self) -> About {
        About::new("file", "File", "Makes a file, or reads one.").effect(Effect::Generate)
    }

    async fn perform(&self, ctx: &Context, _: &Link, input: Anything) -> Result<Value> {
        if let Ok(file) = serde_json::from_value(input.value.clone()) {
            return Ok(String::from_utf8(ctx.blobs().get(&file).await?.to_vec()).unwrap().into());
        }
        let text = input.value.as_str().unwrap().to_owned();
        Ok(json!(ctx.blobs().put("a.txt", "text/plain", text.into()).await?))
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

/// Sends a request that changes something, and gives what came back.
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
        connection.request(ctx, Method::POST, "/things")?.json(&input.value).send().await?.json()
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

/// The connector, and what its actions share with a test.
pub(crate) fn registry(probe: &Arc<Probe>) -> Registry {
    let connector = Connector::builder::<Link>("test", "Test", "For tests.")
        .action(Echo)
        .action(Talk)
        .action(Flaky(Arc::clone(probe)))
        .action(Hang(Arc::clone(probe)))
        .action(Panic(Effect::Read, "panic"))
        .action(Panic(Effect::Write, "panic-write"))
        .action(Post)
        .action(Files)
        .action(Does(Effect::Read, Arc::clone(probe)))
        .action(Does(Effect::Generate, Arc::clone(probe)))
        .action(Does(Effect::Idempotent, Arc::clone(probe)))
        .action(Does(Effect::Write, Arc::clone(probe)))
        .options(Things("things"))
        .options(Things("broken-things"));
    Registry::new([connector.build()])
}
