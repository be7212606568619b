//! A connector that answers at once, and a host for it.

use std::sync::Arc;

use async_trait::async_trait;
use connector_sdk::http::Egress;
use connector_sdk::{
    About, Action, Auth, BoundConnection, Connection, ConnectionAbout, Connector, Context, Effect, Registry, Result,
};
use runner_engine::{Binding, ConnectionStore, RunIdentity};
use runner_flow::Flow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Failure;

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[async_trait]
impl Connection for Nothing {
    fn about() -> ConnectionAbout {
        ConnectionAbout { label: "Nothing", description: "Connects to nothing.", help: "", environment: &[] }
    }

    fn base_url(&self) -> &'static str {
        ""
    }

    fn auth(&self) -> Auth<'_> {
        Auth::None
    }

    async fn verify(&self, _: &Context) -> Result<String> {
        Ok(String::new())
    }
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    text: String,
}

/// Gives what it was given.
struct Echo(&'static str, Effect);

#[async_trait]
impl Action for Echo {
    type Connection = Nothing;
    type Input = Text;
    type Output = Value;

    fn about(&self) -> About {
        About::new(self.0, "Echo", "Gives what it was given.").effect(self.1)
    }

    async fn perform(&self, _: &Context, _: &Nothing, input: Text) -> Result<Value> {
        Ok(json!(input.text))
    }
}

pub(crate) fn registry() -> Registry {
    let connector = Connector::builder::<Nothing>("test", "Test", "For benches.")
        .action(Echo("read", Effect::Read))
        .action(Echo("generate", Effect::Generate));
    Registry::new([connector.build()])
}

/// Hands out the one connection that there is.
pub(crate) struct Host(BoundConnection);

impl Host {
    pub(crate) fn new() -> Result<Arc<Self>> {
        let connection = registry().connector("test")?.connect("link@1", json!({}), Egress::Private)?;
        Ok(Arc::new(Self(connection)))
    }
}

#[async_trait]
impl ConnectionStore for Host {
    async fn resolve(&self, _: &Binding, _: &RunIdentity) -> Result<BoundConnection> {
        Ok(self.0.clone())
    }
}

/// A flow that repeats one action so many times.
pub(crate) fn loop_of(action: &str, times: u64, text: &str) -> Result<Arc<Flow>, Failure> {
    flow(&json!([repeat(
        "again",
        times,
        &json!({ "id": "a", "action": format!("test/{action}"), "with": { "text": text } })
    )]))
}

/// A flow that repeats a loop of 1,000 turns so many times.
pub(crate) fn loops_of(times: u64) -> Result<Arc<Flow>, Failure> {
    let action = json!({ "id": "a", "action": "test/read", "with": { "text": "hello" } });
    flow(&json!([repeat("outer", times, &repeat("inner", 1_000, &action))]))
}

/// A loop that keeps a number of each turn.
fn repeat(id: &str, times: u64, step: &Value) -> Value {
    json!({ "id": id, "repeat": { "times": times }, "steps": [step, { "id": format!("{id}-done"), "set": 1 }] })
}

/// A flow with these steps.
pub(crate) fn flow(steps: &Value) -> Result<Arc<Flow>, Failure> {
    let connections = json!({ "link": { "connector": "test" } });
    let file = json!({ "linkwork": 1, "name": "bench", "connections": connections, "steps": steps, "output": null });
    Ok(Arc::new(Flow::parse(&file.to_string()).map_err(|found| format!("{found:?}"))?))
}
