//! What every connector must do, whatever it connects to.

mod checked;
mod described;
mod failing;
mod secret;

use connector_sdk::{Connector, ErasedAction};
use serde_json::{Value, json};
use tests::probe::{self, SECRET};
use tests::rig::Rig;
use tests::wire::{Reply, Wire};

#[tokio::test]
async fn probe() {
    check(probe::connector(), probe::fields).await;
}

#[tokio::test]
async fn http() {
    let fields = |base_url: &str| json!({ "base_url": base_url, "auth": "bearer", "secret": SECRET });
    check(connector_http::connector(), fields).await;
}

#[tokio::test]
async fn xai_grok() {
    let fields = |base_url: &str| json!({ "base_url": base_url, "api_key": SECRET });
    check(connector_xai_grok::connector(), fields).await;
}

#[tokio::test]
async fn openai() {
    let fields = |base_url: &str| json!({ "base_url": base_url, "api_key": SECRET });
    check(connector_openai::connector(), fields).await;
}

/// Checks a connector. `fields` makes a connection to a base URL, with [`SECRET`] as its credential.
async fn check(connector: Connector, fields: impl Fn(&str) -> Value) {
    described::check(&connector);
    let subject = Subject { networked: networked(&connector, &fields).await, connector, fields: &fields };
    assert!(!subject.networked.is_empty(), "some action sends a request");
    checked::check(&subject).await;
    failing::check(&subject).await;
    secret::check(&subject).await;
}

/// The actions that send a request, by their own ids, each with an input that works.
async fn networked(connector: &Connector, fields: &dyn Fn(&str) -> Value) -> Vec<(&'static str, Value)> {
    let mut networked = Vec::new();
    for about in connector.actions().iter().map(ErasedAction::about) {
        let wire = Wire::always(Reply::json(400, "{}"));
        let rig = Rig::new(connector, fields(&wire.url("/v1")));
        drop(rig.call(about.id, about.example.clone()).await);
        if !wire.requests().is_empty() {
            networked.push((about.id, about.example.clone()));
        }
    }
    networked
}

/// A connector, and how to connect it.
struct Subject<'a> {
    connector: Connector,
    fields: &'a dyn Fn(&str) -> Value,
    networked: Vec<(&'static str, Value)>,
}

impl Subject<'_> {
    fn rig(&self, wire: &Wire) -> Rig {
        Rig::new(&self.connector, (self.fields)(&wire.url("/v1")))
    }
}
