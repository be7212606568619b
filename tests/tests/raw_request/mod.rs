//! Raw Request on the wire: where it does as the JavaScript client that its users know, and where it differs on purpose.

mod answers;
mod numbers;
mod refused;
mod requests;
mod retries;
mod secrets;
mod targets;

use connector_sdk::{Error, Result};
use serde_json::{Value, json};
use tests::probe;
use tests::wire::{Recorded, Reply, Wire};

/// Sends one Raw Request to an upstream that answers `{}`, and gives what reached it.
async fn sent(input: Value) -> Recorded {
    let wire = Wire::always(Reply::json(200, "{}"));
    probe::rig(&wire.url("/v1")).call("raw-request", input).await.unwrap();
    wire.only_request()
}

/// Sends a GET to an upstream that answers so, and gives what came back.
async fn answered(reply: Reply) -> Result<Value> {
    get(reply, json!({})).await
}

/// Sends a GET with these further inputs to an upstream that answers so.
async fn get(reply: Reply, further: Value) -> Result<Value> {
    let wire = Wire::always(reply);
    let mut input = json!({ "url": "/x", "method": "GET" });
    input.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    probe::rig(&wire.url("/v1")).call("raw-request", input).await
}

/// Sends a Raw Request that must be refused before anything reaches the upstream.
async fn refused(input: Value) -> Error {
    let wire = Wire::always(Reply::json(200, "{}"));
    let error = probe::rig(&wire.url("/v1")).call("raw-request", input).await.unwrap_err();
    assert_eq!(wire.seen().connections, 0, "nothing is sent: {error}");
    error
}
