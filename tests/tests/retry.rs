//! What is repeated, and how often: by what is known about the failed request, by the action's effect, by who repeats.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::{Error, ErrorKind, Event, EventSink, Evidence, Retries, Scope};
use serde_json::json;
use tests::probe;
use tests::rig::Rig;
use tests::wire::{Reply, Wire, url_of_nobody};
use tokio::time::Instant;

/// The four effects; the actions of the probe are named after them.
const EFFECTS: [&str; 4] = ["read", "generate", "idempotent", "write"];

fn status(status: u16, headers: &[(&str, &str)]) -> Reply {
    Reply::new(status, headers, "{}")
}

/// Calls the action for this effect against an upstream that always answers so.
async fn call(reply: Reply, effect: &str, retries: Retries) -> (Wire, Rig, Error) {
    let wire = Wire::always(reply);
    let rig = probe::rig(&wire.url(""));
    let scope = Scope { retries, ..rig.scope() };
    let error = rig.call_in(scope, effect, json!({ "text": "hello" })).await.unwrap_err();
    (wire, rig, error)
}

/// Asserts how many requests arrive for each effect where the call itself repeats, and that but one does where its caller does.
async fn arrive(reply: Reply, evidence: Evidence, expected: [usize; 4]) {
    for (effect, expected) in EFFECTS.into_iter().zip(expected) {
        for (retries, expected) in [(Retries::Here, expected), (Retries::Caller, 1)] {
            let (wire, rig, error) = call(reply.clone(), effect, retries).await;
            assert_eq!(wire.requests().len(), expected, "{effect}, {retries:?}: {error}");
            assert_eq!(error.evidence(), evidence, "{effect}: {error}");
            assert_eq!(error.attempts() as usize, expected);
            assert_eq!(rig.events.attempts(), expected);
            assert_eq!(rig.events.waits().len(), expected - 1);
        }
    }
}

#[tokio::test]
async fn what_was_never_sent_is_always_repeated() {
    for effect in EFFECTS {
        for (retries, expected) in [(Retries::Here, 3), (Retries::Caller, 1)] {
            let rig = probe::rig(&url_of_nobody(""));
            let scope = Scope { retries, ..rig.scope() };
            let error = rig.call_in(scope, effect, json!({ "text": "hello" })).await.unwrap_err();
            assert_eq!((error.kind(), error.evidence()), (ErrorKind::Network, Evidence::NotSent));
            assert_eq!(
                (rig.events.attempts(), error.attempts() as usize),
                (expected, expected),
                "{effect}, {retries:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_was_refused_unprocessed_is_repeated() {
    let asked = [("retry-after", "1")];
    arrive(status(429, &[]), Evidence::Refused, [3, 3, 3, 3]).await;
    arrive(status(429, &asked), Evidence::Refused, [3, 3, 3, 3]).await;
    arrive(status(503, &asked), Evidence::Refused, [3, 3, 3, 3]).await;
    for code in [408, 425] {
        arrive(status(code, &[]), Evidence::Refused, [3, 3, 3, 1]).await;
        arrive(status(code, &asked), Evidence::Refused, [3, 3, 3, 1]).await;
    }
}

#[tokio::test]
async fn what_failed_is_repeated_where_that_is_safe() {
    for code in [500, 502, 503, 504] {
        arrive(status(code, &[]), Evidence::Failed, [3, 2, 3, 1]).await;
    }
}

#[tokio::test]
async fn what_was_not_answered_is_repeated_where_that_is_safe() {
    let truncated = Reply::head(200, &[("content-length", "100")]).send("{").close();
    for reply in [Reply::silence().reset(), Reply::silence().close(), truncated] {
        arrive(reply, Evidence::Unanswered, [3, 2, 3, 1]).await;
    }
}

#[tokio::test]
async fn what_was_thought_about_too_long_is_not_paid_twice() {
    for (effect, expected) in EFFECTS.into_iter().zip([3, 1, 3, 1]) {
        let wire = Wire::always(Reply::silence().stall());
        let rig = probe::rig(&wire.url(""));
        let let_time_pass = async {
            for attempt in 1..=expected {
                wire.until(|seen| seen.held == attempt).await;
                rig.events.stop_clock();
            }
        };
        let call = rig.call(effect, json!({ "text": "hello", "timeout_ms": 10_000 }));
        let (outcome, ()) = tokio::join!(call, let_time_pass);
        rig.events.start_clock();
        let error = outcome.unwrap_err();
        assert_eq!(wire.requests().len(), expected, "{effect}: {error}");
        assert_eq!(error.evidence(), Evidence::Unanswered);
    }
}

#[tokio::test]
async fn what_would_fail_again_is_not_repeated() {
    for code in [301, 304, 400, 401, 402, 403, 404, 409, 410, 422] {
        arrive(status(code, &[]), Evidence::Final, [1, 1, 1, 1]).await;
    }
}

#[tokio::test]
async fn what_was_done_is_not_repeated_because_its_answer_is_odd() {
    arrive(Reply::new(200, &[], "<html>"), Evidence::Final, [1, 1, 1, 1]).await;
    arrive(status(200, &[("content-encoding", "zstd")]), Evidence::Final, [1, 1, 1, 1]).await;
}

#[tokio::test]
async fn the_providers_no_is_obeyed() {
    for code in [408, 429, 500, 503] {
        let headers = [("x-should-retry", "false"), ("retry-after", "1")];
        arrive(status(code, &headers), Evidence::Final, [1, 1, 1, 1]).await;
    }
}

#[tokio::test]
async fn a_write_without_an_answer_ends_as_outcome_unknown() {
    for retries in [Retries::Here, Retries::Caller] {
        let (_, _, error) = call(Reply::silence().reset(), "write", retries).await;
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::OutcomeUnknown, Evidence::Unanswered));
        let text = error.message();
        let said =
            "a request was sent and not answered: it may have been carried out (in the end: the connection broke";
        assert!(text.starts_with(said), "{text}");
        assert!(error.fix().is_some());
    }
    for effect in ["read", "generate", "idempotent"] {
        let (_, _, error) = call(Reply::silence().reset(), effect, Retries::Here).await;
        assert_eq!(error.kind(), ErrorKind::Network);
    }
}

#[tokio::test]
async fn a_write_that_failed_is_an_error_with_its_status() {
    let (wire, _, error) = call(status(500, &[("x-request-id", "req_7")]), "write", Retries::Here).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unavailable, Some(500)));
    assert_eq!((error.request_id(), wire.requests().len()), (Some("req_7"), 1));
}

#[tokio::test]
async fn success_ends_it() {
    let wire = Wire::script([status(500, &[]), Reply::silence().reset(), Reply::json(200, "7")]);
    let rig = probe::rig(&wire.url(""));
    let output = rig.call("read", json!({ "text": "hello" })).await.unwrap();
    assert_eq!((output, wire.requests().len()), (json!({ "answer": 7 }), 3));
}

#[tokio::test]
async fn the_idempotency_key_is_the_same_over_all_attempts() {
    let (wire, rig, _) = call(status(500, &[]), "idempotent", Retries::Here).await;
    assert_eq!(rig.events.keys(), ["key-of-the-step"; 3]);
    let sent: Vec<_> = wire.requests().iter().map(|request| request.all("idempotency-key").join("|")).collect();
    assert_eq!(sent, ["key-of-the-step"; 3]);
}

#[tokio::test]
async fn waits_grow_and_are_spread() {
    let (_, rig, _) = call(status(500, &[]), "read", Retries::Here).await;
    let waits = rig.events.waits();
    assert!(waits[0] <= 500 && waits[1] <= 1000 && waits[0] + waits[1] > 0, "{waits:?}");
    // Another run waits otherwise, and the same run again as before.
    for (run, same) in [("run_test", true), ("run_other", false)] {
        let wire = Wire::always(status(500, &[]));
        let rig = probe::rig(&wire.url(""));
        let scope = Scope { run_id: run.to_owned(), ..rig.scope() };
        rig.call_in(scope, "read", json!({ "text": "hello" })).await.unwrap_err();
        assert_eq!(rig.events.waits() == waits, same, "{run}");
    }
}

#[tokio::test]
async fn retry_after_is_the_least_that_is_waited() {
    let (_, rig, _) = call(status(429, &[("retry-after", "20")]), "write", Retries::Here).await;
    for wait in rig.events.waits() {
        assert!((20_000..=22_000).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn a_wish_over_a_minute_is_not_slept_through() {
    let (wire, rig, error) = call(status(429, &[("retry-after", "61")]), "read", Retries::Here).await;
    assert_eq!((wire.requests().len(), rig.events.waits().len()), (1, 0));
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(61))));
}

#[tokio::test]
async fn a_wish_beyond_the_deadline_is_not_slept_through() {
    let wire = Wire::always(status(503, &[("retry-after", "20")]));
    let rig = probe::rig(&wire.url(""));
    let scope = Scope { deadline: Some(Instant::now() + Duration::from_secs(10)), ..rig.scope() };
    let error = rig.call_in(scope, "read", json!({ "text": "hello" })).await.unwrap_err();
    assert_eq!((error.status(), wire.requests().len(), rig.events.waits().len()), (Some(503), 1, 0));
}

#[tokio::test]
async fn a_deadline_covers_all_attempts() {
    // The first attempt fails at once. The second one stands still, and has only what the first one left.
    for (effect, kind) in [("read", ErrorKind::Timeout), ("write", ErrorKind::OutcomeUnknown)] {
        let wire = Wire::script([status(429, &[("retry-after", "2")]), Reply::silence().stall()]);
        let rig = probe::rig(&wire.url(""));
        let scope = Scope { deadline: Some(Instant::now() + Duration::from_secs(10)), ..rig.scope() };
        let let_time_pass = async {
            wire.until(|seen| seen.held == 1).await;
            rig.events.stop_clock();
        };
        let (outcome, ()) = tokio::join!(rig.call_in(scope, effect, json!({ "text": "hello" })), let_time_pass);
        rig.events.start_clock();
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.evidence()), (kind, Evidence::Unanswered));
        assert!(error.message().contains("the time allowed for this step is over"), "{error}");
        wire.until(|seen| seen.left == 1).await;
        assert_eq!(wire.requests().len(), 2);
    }
}

#[tokio::test]
async fn cancelling_closes_the_upstream_socket() {
    for (effect, kind) in EFFECTS.into_iter().zip([
        ErrorKind::Cancelled,
        ErrorKind::Cancelled,
        ErrorKind::Cancelled,
        ErrorKind::OutcomeUnknown,
    ]) {
        let wire = Wire::always(Reply::silence().stall());
        let rig = probe::rig(&wire.url(""));
        let scope = rig.scope();
        let cancel = scope.cancel.clone();
        let test = async {
            wire.until(|seen| seen.held == 1).await;
            cancel.cancel();
            wire.until(|seen| seen.left == 1).await;
        };
        let (outcome, ()) = tokio::join!(rig.call_in(scope, effect, json!({ "text": "hello" })), test);
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.evidence(), wire.requests().len()), (kind, Evidence::Unanswered, 1));
    }
}

#[tokio::test]
async fn what_is_cancelled_beforehand_is_not_sent() {
    for effect in EFFECTS {
        let wire = Wire::always(status(200, &[]));
        let rig = probe::rig(&wire.url(""));
        let scope = rig.scope();
        scope.cancel.cancel();
        let error = rig.call_in(scope, effect, json!({ "text": "hello" })).await.unwrap_err();
        assert_eq!((error.kind(), error.evidence()), (ErrorKind::Cancelled, Evidence::NotSent));
        assert_eq!(wire.seen().connections, 0);
    }
}

#[tokio::test]
async fn a_wait_can_be_cancelled() {
    let wire = Wire::always(status(500, &[]));
    let rig = probe::rig(&wire.url(""));
    let scope = rig.scope();
    let cancel = scope.cancel.clone();
    let events = Arc::new(WhenRetried(move || cancel.cancel()));
    let error = rig.call_in(Scope { events, ..scope }, "read", json!({ "text": "hello" })).await.unwrap_err();
    assert_eq!((error.kind(), wire.requests().len()), (ErrorKind::Cancelled, 1));
}

/// Does something at the beginning of a wait.
struct WhenRetried<F>(F);

impl<F: Fn() + Send + Sync> EventSink for WhenRetried<F> {
    fn emit(&self, event: Event) {
        if matches!(event, Event::Retry { .. }) {
            (self.0)();
        }
    }
}

#[tokio::test]
async fn a_panic_is_the_callers_and_leaves_the_connection_usable() {
    let broken = Rig::new(&probe::broken(), probe::fields(""));
    let connection = broken.connection.clone();
    let panicked = tokio::spawn(async move { broken.call("panic", json!({ "text": "as asked" })).await }).await;
    assert!(panicked.is_err_and(|error| error.is_panic()));
    let rig = Rig { connection, ..Rig::new(&probe::connector(), probe::fields("")) };
    assert_eq!(rig.call("echo", json!({ "text": "hello" })).await.unwrap(), json!({ "text": "hello" }));
}
