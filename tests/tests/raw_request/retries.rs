//! Repeating a Raw Request: the user's own count, and what it covers.

use std::sync::Arc;

use connector_sdk::{ErrorKind, Event, EventSink, Retries, Scope};
use serde_json::{Value, json};
use tests::events::Recorder;
use tests::probe;
use tests::rig::Rig;
use tests::wire::{Reply, Wire, url_of_nobody};
use tokio_util::sync::CancellationToken;

/// What became of a Raw Request: how many requests arrived, how long the waits were, the outcome.
struct Outcome {
    arrived: usize,
    waits: Vec<u64>,
    attempts: usize,
    error: Option<connector_sdk::Error>,
}

async fn outcome(replies: impl Into<Vec<Reply>>, method: &str, further: Value) -> Outcome {
    let wire = Wire::script(replies.into());
    let rig = probe::rig(&wire.url("/v1"));
    let error = rig.call("raw-request", input(method, &further)).await.err();
    let events: &Recorder = &rig.events;
    Outcome { arrived: wire.requests().len(), waits: events.waits(), attempts: events.attempts(), error }
}

fn input(method: &str, further: &Value) -> Value {
    let mut input = json!({ "url": "/x", "method": method });
    input.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    input
}

fn status(status: u16) -> Reply {
    Reply::json(status, "{}")
}

fn truncated() -> Reply {
    Reply::head(200, &[("content-length", "100")]).send("{\"a\":").close()
}

#[tokio::test]
async fn nothing_is_repeated_unless_asked() {
    for method in ["GET", "PUT", "POST"] {
        for reply in [status(500), status(429), Reply::silence().reset()] {
            for further in [json!({}), json!({ "max_retry_count": 0, "retry_on_all_errors": true })] {
                let outcome = outcome([reply.clone()], method, further).await;
                assert_eq!((outcome.arrived, outcome.waits.len()), (1, 0));
            }
        }
    }
}

#[tokio::test]
async fn a_count_repeats_server_errors_and_network_errors_of_every_method() {
    for method in ["DELETE", "GET", "LINK", "OPTIONS", "PATCH", "POST", "PURGE", "PUT", "UNLINK"] {
        let replies = [status(500), status(503), Reply::silence().reset(), truncated(), status(200)];
        let outcome = outcome(replies, method, json!({ "max_retry_count": 5 })).await;
        assert_eq!((outcome.arrived, outcome.error.is_none()), (5, true), "{method}");
    }
}

#[tokio::test]
async fn a_count_does_not_repeat_other_statuses() {
    for code in [301, 304, 400, 401, 403, 404, 408, 409, 422, 425, 429] {
        let outcome = outcome([status(code)], "GET", json!({ "max_retry_count": 3 })).await;
        assert_eq!((outcome.arrived, outcome.error.unwrap().status()), (1, Some(code)));
    }
}

#[tokio::test]
async fn retry_on_all_errors_repeats_every_status() {
    for code in [302, 400, 401, 404, 429, 500] {
        let further = json!({ "max_retry_count": 2, "retry_on_all_errors": true });
        let outcome = outcome([status(code)], "POST", further).await;
        let error = outcome.error.unwrap();
        assert_eq!((outcome.arrived, error.status(), error.attempts()), (3, Some(code), 3));
    }
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_not_repeated() {
    let further = json!({ "max_retry_count": 2, "retry_on_all_errors": true });
    let outcome = outcome([Reply::new(200, &[], "<html>")], "GET", further).await;
    assert_eq!((outcome.arrived, outcome.error.unwrap().kind()), (1, ErrorKind::MalformedAnswer));
}

#[tokio::test]
async fn a_refused_connection_is_repeated() {
    let rig = probe::rig(&url_of_nobody("/v1"));
    let error = rig.call("raw-request", input("POST", &json!({ "max_retry_count": 2 }))).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), rig.events.attempts()), (ErrorKind::Network, 3, 3));
}

#[tokio::test]
async fn the_input_owns_the_count_also_inside_a_flow() {
    let wire = Wire::always(status(500));
    let rig: Rig = probe::rig(&wire.url("/v1"));
    let scope = Scope { retries: Retries::Caller, ..rig.scope() };
    rig.call_in(scope, "raw-request", input("GET", &json!({ "max_retry_count": 2 }))).await.unwrap_err();
    assert_eq!(wire.requests().len(), 3);
}

#[tokio::test]
async fn a_fixed_delay_is_exact() {
    let server_errors = || [status(500), status(500), status(200)];
    let further = json!({ "max_retry_count": 3, "retry_delay_ms": 150 });
    assert_eq!(outcome(server_errors(), "GET", further).await.waits, [150, 150]);
    assert_eq!(outcome(server_errors(), "GET", json!({ "max_retry_count": 3 })).await.waits, [0, 0]);
}

#[tokio::test]
async fn real_backoff() {
    let further = json!({ "max_retry_count": 7, "use_exponential_backoff": true, "retry_delay_ms": 60_000 });
    let outcome = outcome([status(500)], "GET", further).await;
    assert_eq!((outcome.arrived, outcome.attempts), (8, 8));
    let most = [500, 1000, 2000, 4000, 8000, 8000, 8000];
    assert_eq!(outcome.waits.len(), most.len());
    for (wait, most) in outcome.waits.iter().zip(most) {
        assert!((0..=most).contains(wait), "{:?}", outcome.waits);
    }
    assert!(outcome.waits.iter().sum::<u64>() > 1000, "it does wait: {:?}", outcome.waits);
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let asked = |header: (&str, &str)| [Reply::new(503, &[header], "{}"), status(200)];
    let count = json!({ "max_retry_count": 1, "retry_delay_ms": 100 });
    for header in [("retry-after", "2"), ("retry-after-ms", "2000")] {
        let waits = outcome(asked(header), "POST", count.clone()).await.waits;
        // At most a tenth on top, so that many clients do not come back at the same moment.
        assert!((2000..=2200).contains(&waits[0]), "{waits:?}");
    }
    let longer = json!({ "max_retry_count": 1, "retry_delay_ms": 5000 });
    assert_eq!(outcome(asked(("retry-after", "1")), "GET", longer).await.waits, [5000]);

    let throttled = [Reply::new(429, &[("retry-after", "3")], "{}"), status(200)];
    let all = json!({ "max_retry_count": 1, "retry_on_all_errors": true });
    assert!(outcome(throttled, "POST", all).await.waits[0] >= 3000);
}

#[tokio::test]
async fn a_wish_that_is_too_long_is_not_slept_through() {
    let outcome =
        outcome([Reply::new(503, &[("retry-after", "61")], "{}")], "GET", json!({ "max_retry_count": 3 })).await;
    assert_eq!((outcome.arrived, outcome.waits.len()), (1, 0));
    assert_eq!(outcome.error.unwrap().retry_after(), Some(std::time::Duration::from_secs(61)));
}

#[tokio::test]
async fn a_post_without_an_answer_ends_as_outcome_unknown() {
    let outcome = outcome([Reply::silence().reset()], "POST", json!({ "max_retry_count": 1 })).await;
    let error = outcome.error.unwrap();
    assert_eq!((outcome.arrived, error.kind(), error.attempts()), (2, ErrorKind::OutcomeUnknown, 2));
}

#[tokio::test]
async fn a_write_that_went_unanswered_once_stays_in_doubt_whatever_follows() {
    for last in [status(400), status(429), status(500)] {
        let replies = [Reply::silence().reset(), last];
        let outcome = outcome(replies, "POST", json!({ "max_retry_count": 1 })).await;
        assert_eq!(outcome.arrived, 2);
        assert_eq!(outcome.error.unwrap().kind(), ErrorKind::OutcomeUnknown);
    }
    let read = outcome([Reply::silence().reset(), status(400)], "GET", json!({ "max_retry_count": 1 })).await;
    assert_eq!(read.error.unwrap().kind(), ErrorKind::Rejected, "a read changes nothing");
}

/// Cancels when the wait before another attempt begins.
struct CancelAtRetry(CancellationToken);

impl EventSink for CancelAtRetry {
    fn emit(&self, event: Event) {
        if matches!(event, Event::Retry { .. }) {
            self.0.cancel();
        }
    }
}

#[tokio::test]
async fn a_write_that_is_cancelled_while_it_waits_stays_in_doubt() {
    let wire = Wire::always(Reply::silence().reset());
    let rig = probe::rig(&wire.url("/v1"));
    let scope = rig.scope();
    let events = Arc::new(CancelAtRetry(scope.cancel.clone()));
    let input = input("POST", &json!({ "max_retry_count": 1, "retry_delay_ms": 60_000 }));
    let outcome = rig.call_in(Scope { events, ..scope }, "raw-request", input).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test]
async fn the_providers_no_goes_before_the_users_count() {
    for value in ["false", "False"] {
        let no = Reply::new(500, &[("x-should-retry", value)], "{}");
        let further = json!({ "max_retry_count": 3, "retry_on_all_errors": true });
        assert_eq!(outcome([no], "GET", further).await.arrived, 1, "{value}");
    }
}
