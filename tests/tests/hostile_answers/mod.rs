//! Answers that no honest provider gives: each ends in an error of the right kind, within the bounds.

mod bodies;
mod bombs;
mod streams;
mod transport;

use connector_sdk::{Error, ErrorKind, Evidence, Result};
use serde_json::{Value, json};
use tests::probe;
use tests::wire::{Reply, Wire};

/// Sends one GET to an upstream that answers so, and gives what came back and the upstream.
async fn outcome_of(reply: Reply) -> (Result<Value>, Wire) {
    let wire = Wire::always(reply);
    let outcome = probe::rig(&wire.url("/v1")).call("raw-request", json!({ "url": "/x", "method": "GET" })).await;
    (outcome, wire)
}

/// Sends one GET to an upstream that answers so, and gives the error and the upstream.
async fn error_of(reply: Reply) -> (Error, Wire) {
    let (outcome, wire) = outcome_of(reply).await;
    (outcome.expect_err("such an answer is an error"), wire)
}

/// Asserts what a hostile answer ends in.
async fn ends_in(reply: Reply, kind: ErrorKind, evidence: Evidence, message: &str) {
    let (error, _) = error_of(reply).await;
    assert_eq!((error.message(), error.kind(), error.evidence()), (message, kind, evidence));
}
