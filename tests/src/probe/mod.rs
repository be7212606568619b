//! A connector for tests: an action for each effect, a stream, an input of every shape, and one that needs no network.

mod actions;
mod compose;

use connector_sdk::http::Method;
use connector_sdk::{
    Auth, Connection, ConnectionAbout, ConnectionExt as _, Connector, Context, Effect, RawRequest, Result, Secret,
    async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use self::actions::{Call, Echo, Panic, Stream};
use self::compose::Compose;
use crate::rig::Rig;

/// The credential of every test. Wherever it turns up but on the wire, something leaks.
pub const SECRET: &str = "canary-0123456789abcdef";

/// A connection to an upstream of the test.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Origin and base path of the upstream. Empty for none.
    #[schemars(title = "Base URL")]
    base_url: String,
    /// The credential.
    #[schemars(title = "API Key")]
    api_key: Secret,
}

#[async_trait]
impl Connection for Probe {
    fn about() -> ConnectionAbout {
        ConnectionAbout {
            label: "Probe Connection",
            description: "Connection to an upstream of a test",
            help: "Start an upstream and give its URL.",
            environment: &[],
        }
    }

    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn auth(&self) -> Auth<'_> {
        Auth::Bearer(&self.api_key)
    }

    fn idempotency_header(&self) -> Option<&str> {
        Some("idempotency-key")
    }

    async fn verify(&self, ctx: &Context) -> Result<String> {
        let answer = self.request(ctx, Method::GET, "/me")?.send().await?;
        Ok(format!("the upstream answered {}", answer.status))
    }
}

/// The connector.
pub fn connector() -> Connector {
    let raw_request = RawRequest::<Probe>::new(
        "the upstream",
        "Input the path only (/models).",
        json!({ "url": "/models", "method": "GET" }),
    );
    Connector::builder::<Probe>("probe", "Probe", "Calls an upstream of a test.")
        .docs("# Probe\n\nCalls an upstream of a test.\n")
        .action(Call(Effect::Read))
        .action(Call(Effect::Generate))
        .action(Call(Effect::Idempotent))
        .action(Call(Effect::Write))
        .action(Stream)
        .action(Compose)
        .action(Echo)
        .action(raw_request)
        .build()
}

/// A connector whose one action panics.
pub fn broken() -> Connector {
    Connector::builder::<Probe>("broken", "Broken", "Panics.").action(Panic).build()
}

/// The fields of a connection to this base URL.
pub fn fields(base_url: &str) -> Value {
    json!({ "base_url": base_url, "api_key": SECRET })
}

/// A connection to this base URL.
pub fn rig(base_url: &str) -> Rig {
    Rig::new(&connector(), fields(base_url))
}
