//! Its credential reaches the provider and nobody else.

use std::error::Error as _;

use connector_sdk::Error;
use serde_json::{Value, json};
use tests::probe::SECRET;
use tests::wire::{Recorded, Reply, Wire};

use super::Subject;

pub(super) async fn check(subject: &Subject<'_>) {
    assert!((subject.fields)("").to_string().contains(SECRET), "the connection is made with the secret");
    for (id, example) in &subject.networked {
        for status in [200, 400, 401, 429, 500] {
            check_call(subject, id, example, status).await;
        }
    }
}

async fn check_call(subject: &Subject<'_>, id: &str, example: &Value, status: u16) {
    let wire = Wire::answering(move |request: &Recorded| gossip(status, request));
    let rig = subject.rig(&wire);
    let outcome = match rig.call(id, example.clone()).await {
        Ok(output) => output.to_string(),
        Err(error) => shown(&error),
    };
    assert!(!outcome.contains(SECRET), "{id}, {status}: {outcome}");
    let log = rig.events.dump();
    assert!(!log.contains(SECRET), "{id}, {status}: {log}");
    assert!(wire.requests()[0].head.contains(SECRET), "{id}: the provider itself is shown it");
}

/// An answer that tells everybody what the upstream was told in confidence.
fn gossip(status: u16, request: &Recorded) -> Reply {
    let told: Vec<_> = request.headers().filter(|(_, value)| value.contains(SECRET)).map(|(_, value)| value).collect();
    let told = told.join(" ");
    let body = json!({ "error": { "message": told, "code": told }, "id": told, "model": told, told.clone(): [told] });
    Reply::new(status, &[("x-request-id", &told), ("x-echo", &told), ("retry-after", "1")], body.to_string())
}

/// Everything that an error can show to anybody.
fn shown(error: &Error) -> String {
    let mut text = format!("{error:#?}\n{error}\n{:?}\n{}", error.fix(), json!(error));
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!("\n{inner}\n{inner:?}"));
        cause = inner.source();
    }
    text
}
