//! What the control costs a call: `cargo bench -p runner-gateway`.
//!
//! Together, a key, a model, a beginning and an end are to stay under two microseconds.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on must fail")]

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::{
    Auth, Connection, ConnectionAbout, Connector, Context, Endpoint, Registry, Result, Secret, async_trait,
};
use divan::Bencher;
use runner_flow::Timestamp;
use runner_gateway::control::{Actor, CallEnd, Gateway, MadeKey, NewKey, Purpose, Settings, Usage, Wanted};
use schemars::JsonSchema;
use serde::Deserialize;
use tempfile::TempDir;

const NOON: Timestamp = Timestamp::from_millis(1_773_576_000_000);

fn main() {
    divan::main();
}

/// A connection that is never used.
#[derive(Deserialize, JsonSchema)]
struct Models {
    /// The key.
    api_key: Secret,
}

#[async_trait]
impl Connection for Models {
    fn about() -> ConnectionAbout {
        ConnectionAbout { label: "Models", description: "Models", help: "", environment: &[] }
    }

    fn base_url(&self) -> &str {
        "https://models.example.com/v1"
    }

    fn auth(&self) -> Auth<'_> {
        Auth::Bearer(&self.api_key)
    }

    async fn verify(&self, _: &Context) -> Result<String> {
        Ok(String::new())
    }
}

fn open(limits: &str) -> (TempDir, Gateway, MadeKey) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("linkwork.json");
    let text = format!(
        r#"{{ "linkwork": 1, "workspaces": {{ "acme": {{
            "principals": {{ "ada": {{ "kind": "person", "role": "admin" }} }},
            "connections": {{ "main": {{ "connector": "models", "fields": {{ "api_key": {{ "env": "KEY" }} }} }} }},
            "models": {{ "grok": {{ "connection": "main", "model": "grok-4.3", "allow": ["ada"], "limits": {limits} }} }}
        }} }} }}"#
    );
    std::fs::write(&file, text).unwrap();
    let chat = Endpoint::post("/chat/completions", "chat");
    let registry = Registry::new([Connector::builder::<Models>("models", "Models", "").endpoints([chat]).build()]);
    let environment = Arc::new(|_: &str| Some("a-secret".to_owned()));
    let settings = Settings { file, registry, environment, purpose: Purpose::Serve };
    let gateway = Gateway::open(settings, NOON).unwrap();
    let new = NewKey { workspace: "acme".to_owned(), principal: "ada".to_owned(), ..NewKey::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let key = runtime.block_on(gateway.make_key(&Actor::Operator, new, NOON)).unwrap();
    (folder, gateway, key)
}

fn call(gateway: &Gateway, key: &str, now: Timestamp) {
    let caller = gateway.caller(key, now).unwrap();
    let model = gateway.model(&caller, Some("acme"), "grok", now).unwrap();
    let wanted = Wanted { operation: "chat", stream: false, body_bytes: 300, max_output: Some(100) };
    let call = gateway.begin(&caller, &model, wanted, now).unwrap();
    call.finish(CallEnd {
        sent: true,
        status: Some(200),
        bytes_in: 300,
        bytes_out: 900,
        usage: Usage { input: Some(80), output: Some(40), ..Usage::default() },
        duration: Duration::from_millis(300),
        ..CallEnd::default()
    });
}

#[divan::bench(args = ["[]", r#"[{ "per": "day", "total": 1000000000000 }]"#, r#"[{ "per": "minute", "total": 1000000000000, "hard": true }, { "per": "day", "requests": 1000000000000, "each": "key" }]"#])]
fn whole_call(bencher: Bencher<'_, '_>, limits: &str) {
    let (_folder, gateway, key) = open(limits);
    bencher.bench_local(|| call(&gateway, &key.key, NOON));
}

#[divan::bench]
fn key(bencher: Bencher<'_, '_>) {
    let (_folder, gateway, key) = open("[]");
    bencher.bench_local(|| gateway.caller(&key.key, NOON).unwrap());
}

#[divan::bench]
fn odd_key(bencher: Bencher<'_, '_>) {
    let (_folder, gateway, _key) = open("[]");
    bencher.bench_local(|| gateway.caller("sk-something-else", NOON).unwrap_err());
}

/// With the writer's own work: what a call costs in all, on whichever thread.
#[divan::bench(sample_count = 10)]
fn ten_thousand_calls_until_they_are_on_disk(bencher: Bencher<'_, '_>) {
    let (_folder, gateway, key) = open("[]");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    bencher.bench_local(|| {
        (0..10_000).for_each(|_| call(&gateway, &key.key, NOON));
        runtime.block_on(gateway.flush()).unwrap();
    });
}
