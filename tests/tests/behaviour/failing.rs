//! When a call fails it says why, lets go of the network and keeps its idempotency key.

use std::time::Duration;

use connector_sdk::{Context, Effect, Error, ErrorKind, Retries, Scope};
use serde_json::Value;
use tests::rig::Rig;
use tests::wire::{Reply, Wire};
use tokio::time::Instant;

use super::Subject;

pub(super) async fn check(subject: &Subject<'_>) {
    check_kinds(subject).await;
    for (id, example) in &subject.networked {
        check_cancel(subject, id, example).await;
        check_deadline(subject, id, example).await;
        check_key(subject, id, example).await;
    }
}

fn expected(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::Unavailable,
    }
}

async fn check_kinds(subject: &Subject<'_>) {
    for status in [401, 403, 404, 429, 500] {
        let headers = [("x-request-id", "req_behaviour"), ("content-type", "application/json")];
        let wire = Wire::always(Reply::new(status, &headers, r#"{"error":"words of the provider"}"#));
        let rig = subject.rig(&wire);
        let scope = || Scope { retries: Retries::Caller, ..rig.scope() };
        for (id, example) in &subject.networked {
            let error = rig.call_in(scope(), id, example.clone()).await.unwrap_err();
            assert_kind(id, status, &error);
        }
        let before = wire.requests().len();
        let outcome = rig.connector.verify(&Context::new(scope()), &rig.connection).await;
        if wire.requests().len() > before {
            assert_kind("verify", status, &outcome.unwrap_err());
        }
        for options in rig.connector.options() {
            let error = options.list(&Context::new(scope()), &rig.connection).await.unwrap_err();
            assert_kind(options.id(), status, &error);
        }
    }
}

fn assert_kind(what: &str, status: u16, error: &Error) {
    assert_eq!((error.kind(), error.status()), (expected(status), Some(status)), "{what}: {error}");
    assert_eq!(error.request_id(), Some("req_behaviour"), "{what}");
    assert!(error.message().contains("words of the provider"), "{what}: {error}");
}

/// What became of a write that was in flight is not known.
fn interrupted(rig: &Rig, id: &str, example: &Value, kind: ErrorKind) -> ErrorKind {
    let known = rig.connector.actions().iter().find(|action| action.about().id == id).unwrap();
    let effect = known.prepare(example.clone()).unwrap().effect();
    if effect == Effect::Write { ErrorKind::OutcomeUnknown } else { kind }
}

async fn check_cancel(subject: &Subject<'_>, id: &str, example: &Value) {
    let wire = Wire::always(Reply::silence().stall());
    let rig = subject.rig(&wire);
    let scope = rig.scope();
    let cancel = scope.cancel.clone();
    let test = async {
        wire.until(|seen| seen.held == 1).await;
        cancel.cancel();
        wire.until(|seen| seen.left == 1).await;
    };
    let (outcome, ()) = tokio::join!(rig.call_in(scope, id, example.clone()), test);
    assert_eq!(outcome.unwrap_err().kind(), interrupted(&rig, id, example, ErrorKind::Cancelled), "{id}");
}

async fn check_deadline(subject: &Subject<'_>, id: &str, example: &Value) {
    let wire = Wire::always(Reply::head(200, &[]).stall());
    let rig = subject.rig(&wire);
    let scope = Scope { deadline: Some(Instant::now() + Duration::from_secs(20)), ..rig.scope() };
    let let_time_pass = async {
        wire.until(|seen| seen.held == 1).await;
        rig.events.stop_clock();
    };
    let (outcome, ()) = tokio::join!(rig.call_in(scope, id, example.clone()), let_time_pass);
    rig.events.start_clock();
    assert_eq!(outcome.unwrap_err().kind(), interrupted(&rig, id, example, ErrorKind::Timeout), "{id}");
    wire.until(|seen| seen.left == 1).await;
    assert_eq!(wire.requests().len(), 1);
}

async fn check_key(subject: &Subject<'_>, id: &str, example: &Value) {
    let wire = Wire::always(Reply::new(429, &[("retry-after", "1")], "{}"));
    let rig = subject.rig(&wire);
    let error = rig.call(id, example.clone()).await.unwrap_err();
    let keys = rig.events.keys();
    assert!(keys.iter().all(|key| *key == rig.scope().idempotency_key), "{id}: {keys:?}");
    assert_eq!(keys.len(), wire.requests().len(), "{id}");
    assert_eq!(keys.len(), error.attempts() as usize, "{id}");
}
