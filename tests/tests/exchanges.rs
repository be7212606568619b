//! Exchanges recorded on a real socket and replayed without one: the same outcome, and no secret in what was written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use connector_sdk::exchange::{Exchange, Exchanges, Recorded, Recorder as _, Recording, Replay};
use connector_sdk::http::Egress;
use connector_sdk::{ErrorKind, Event, EventSink, Evidence, Result, Retries, Scope, limits};
use serde_json::{Value, json};
use tests::coding::gzip;
use tests::events::Recorder;
use tests::probe::{self, SECRET};
use tests::rig::Rig;
use tests::wire::{Gate, Reply, Wire, url_of_nobody};

/// What a call came to: its output or error, and what it told.
#[derive(Debug, PartialEq)]
struct Told {
    outcome: Result<Value, (Value, Evidence)>,
    deltas: Vec<String>,
}

fn told(outcome: Result<Value>, events: &Recorder) -> Told {
    let outcome = outcome.map_err(|error| (json!(error), error.evidence()));
    let delta = |event| match event {
        Event::Delta(delta) => Some(format!("{:?}", delta.part)),
        _ => None,
    };
    Told { outcome, deltas: events.all().into_iter().filter_map(delta).collect() }
}

/// The written form, read back: what a file would hold.
fn written(recording: &Recording) -> Arc<Recorded> {
    let text = serde_json::to_string_pretty(&recording.recorded()).unwrap();
    assert!(!text.contains(SECRET), "{text}");
    assert!(!text.contains("key-of-the-step"), "{text}");
    Arc::new(serde_json::from_str(&text).unwrap())
}

async fn record(wire: &Wire, action: &str, input: Value) -> (Told, Arc<Recorded>) {
    let rig = probe::rig(&wire.url("/v1"));
    let recording = Arc::new(Recording::default());
    let scope = Scope { exchanges: Exchanges::Record(recording.clone()), ..rig.scope() };
    let outcome = rig.call_in(scope, action, input).await;
    (told(outcome, &rig.events), written(&recording))
}

/// A connection whose address cannot be dialled: a private one, where only public ones are allowed, with another key.
fn offline() -> Rig {
    let fields = json!({ "base_url": "https://127.0.0.1:1/other/base", "api_key": "another-credential" });
    let connection = probe::connector().connect("test@1", fields, Egress::Public).unwrap();
    Rig { connection, ..probe::rig("http://127.0.0.1:1") }
}

async fn replay(recorded: &Arc<Recorded>, action: &str, input: Value) -> Told {
    let rig = offline();
    let replay = Arc::new(Replay::of(Arc::clone(recorded)));
    let scope = Scope {
        exchanges: Exchanges::Replay(replay),
        run_id: "run_another".to_owned(),
        idempotency_key: "another-key".to_owned(),
        ..rig.scope()
    };
    let outcome = rig.call_in(scope, action, input).await;
    told(outcome, &rig.events)
}

/// Records, replays, and gives what was written down once both came to the same.
async fn round_trip(wire: &Wire, action: &str, input: Value) -> (Told, Value) {
    let (live, recorded) = record(wire, action, input.clone()).await;
    assert_eq!(replay(&recorded, action, input).await, live);
    (live, json!(&*recorded))
}

#[tokio::test]
async fn json_is_kept_as_json() {
    let headers = [("content-type", "application/json"), ("set-cookie", "session=1"), ("x-request-id", "req-1")];
    let wire = Wire::always(Reply::new(
        200,
        &headers,
        r#"{ "big": 18446744073709551615, "echo": "canary-0123456789abcdef" }"#,
    ));
    let (live, recorded) = record(&wire, "write", json!({ "text": "in run_test, canary-0123456789abcdef" })).await;
    let again = json!({ "text": "in run_another, another-credential" });
    assert_eq!(replay(&recorded, "write", again).await, live);
    insta::assert_json_snapshot!(*recorded, @r#"
    {
      "step": [
        {
          "request": {
            "method": "POST",
            "target": "/call",
            "headers": {
              "accept": "application/json, text/plain, */*",
              "content-type": "application/json"
            },
            "body": {
              "json": {
                "text": "in [run], [secret]"
              }
            }
          },
          "outcome": {
            "answered": {
              "status": 200,
              "headers": {
                "content-type": "application/json",
                "x-request-id": "req-1"
              },
              "body": {
                "json": {
                  "big": 18446744073709551615,
                  "echo": "[secret]"
                }
              }
            }
          }
        }
      ]
    }
    "#);
}

/// Lets the upstream go on when the first piece has come through, and notes what was recorded by then.
struct OnDelta {
    gate: Gate,
    recording: Arc<Recording>,
    early: AtomicBool,
}

impl EventSink for OnDelta {
    fn emit(&self, event: Event) {
        if let Event::Delta(_) = event {
            self.early.fetch_or(self.recording.recorded().steps.is_empty(), Ordering::Relaxed);
            self.gate.open();
        }
    }
}

#[tokio::test]
async fn a_stream_passes_while_it_is_recorded() {
    let gate = Gate::closed();
    let head = Reply::head(200, &[("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]);
    let reply = head.send("9\r\ndata: a\n\n\r\n").hold(&gate).send("9\r\ndata: b\n\n\r\n0\r\n\r\n");
    let wire = Wire::always(reply);
    let rig = probe::rig(&wire.url("/v1"));
    let recording = Arc::new(Recording::default());
    let events = Arc::new(OnDelta { gate, recording: recording.clone(), early: AtomicBool::new(false) });
    let exchanges = Exchanges::Record(recording.clone());
    let scope = Scope { exchanges, events: events.clone(), ..rig.scope() };
    let live = rig.call_in(scope, "stream", json!({})).await.unwrap();
    assert!(events.early.load(Ordering::Relaxed), "the first event comes before the exchange is over");

    let recorded = written(&recording);
    let body = &json!(&*recorded)["step"][0]["outcome"]["answered"]["body"];
    assert_eq!(*body, json!({ "lines": ["data: a", "", "data: b", "", ""] }));
    let replayed = replay(&recorded, "stream", json!({})).await;
    assert_eq!(replayed.outcome.unwrap(), live);
    assert_eq!(replayed.deltas, [r#"Content("a")"#, r#"Content("b")"#]);
}

#[tokio::test]
async fn a_compressed_answer_is_kept_as_what_it_means() {
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let wire = Wire::always(Reply::new(200, &headers, gzip(b"[1, 2]")));
    let (_, recorded) = round_trip(&wire, "read", json!({ "text": "x" })).await;
    let answer = &recorded["step"][0]["outcome"]["answered"];
    assert_eq!(answer["body"], json!({ "json": [1, 2] }));
    assert_eq!(answer["headers"], json!({ "content-type": "application/json" }));
}

#[tokio::test]
async fn an_answer_that_cannot_be_decompressed_fails_in_the_same_way_again() {
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let wire = Wire::always(Reply::new(200, &headers, b"\x00\xffnot gzip"));
    let (live, _) = round_trip(&wire, "read", json!({ "text": "x" })).await;
    assert_eq!(live.outcome.unwrap_err().0["code"], "malformed_answer");
}

#[tokio::test]
async fn bytes_are_kept_as_base64_and_secrets_in_them_are_masked() {
    let body = [b"\xff\xfe", SECRET.as_bytes(), b"\x00"].concat();
    let wire = Wire::always(Reply::new(200, &[("content-type", "image/png")], body));
    let input = json!({ "url": "/picture", "method": "GET", "response_type": "binary" });
    let (_, recorded) = record(&wire, "raw-request", input.clone()).await;
    let text = json!(&*recorded)["step"][0]["outcome"]["answered"]["body"]["base64"].as_str().unwrap().to_owned();
    assert_eq!(text, "//5bc2VjcmV0XQA=");
    let body = replay(&recorded, "raw-request", input).await.outcome.unwrap()["body"].clone();
    assert_eq!((&body["size"], &body["media_type"]), (&json!(11), &json!("image/png")));
}

#[tokio::test]
async fn errors_and_the_attempts_after_them_come_again_in_their_order() {
    let slow =
        Reply::new(429, &[("retry-after-ms", "1"), ("content-type", "application/json")], r#"{"error":"slow down"}"#);
    let wire = Wire::script([slow, Reply::json(500, "\"broken\""), Reply::json(200, "{}")]);
    let (live, recorded) = round_trip(&wire, "idempotent", json!({ "text": "x" })).await;
    assert_eq!(live.outcome.unwrap(), json!({ "answer": {} }));
    let statuses: Vec<_> =
        recorded["step"].as_array().unwrap().iter().map(|one| &one["outcome"]["answered"]["status"]).collect();
    assert_eq!(statuses, [429, 500, 200]);

    let wire = Wire::always(Reply::json(500, r#"{"error":{"message":"for canary-0123456789abcdef"}}"#));
    let (live, _) = round_trip(&wire, "write", json!({ "text": "x" })).await;
    assert_eq!(live.outcome.unwrap_err().0["status"], 500);
}

#[tokio::test]
async fn a_request_that_was_never_answered_is_not_answered_again() {
    let reset = Wire::always(Reply::silence().reset());
    let (live, _) = round_trip(&reset, "write", json!({ "text": "x" })).await;
    assert_eq!(live.outcome.unwrap_err().1, Evidence::Unanswered);

    let cut = Wire::always(Reply::head(200, &[("content-length", "100")]).send("{").close());
    let (_, recorded) = round_trip(&cut, "write", json!({ "text": "x" })).await;
    assert_eq!(recorded["step"][0]["outcome"]["answered"]["broken"]["by"], "network");
}

#[tokio::test]
async fn a_call_that_was_given_up_has_no_answer_in_the_recording_either() {
    let wire = Wire::always(Reply::silence().stall());
    let rig = probe::rig(&wire.url("/v1"));
    let recording = Arc::new(Recording::default());
    let scope = Scope { exchanges: Exchanges::Record(recording.clone()), ..rig.scope() };
    let cancel = scope.cancel.clone();
    let call = tokio::spawn(async move { rig.call_in(scope, "write", json!({ "text": "x" })).await });
    wire.until(|seen| seen.held == 1).await;
    cancel.cancel();
    call.await.unwrap().unwrap_err();
    let (error, evidence) = replay(&written(&recording), "write", json!({ "text": "x" })).await.outcome.unwrap_err();
    assert_eq!((&error["code"], evidence), (&json!("outcome_unknown"), Evidence::Unanswered));
}

#[tokio::test]
async fn a_request_that_was_never_sent_is_not_sent_again() {
    let rig = probe::rig(&url_of_nobody("/v1"));
    let recording = Arc::new(Recording::default());
    let exchanges = Exchanges::Record(recording.clone());
    let scope = Scope { exchanges, retries: Retries::Caller, ..rig.scope() };
    let error = rig.call_in(scope, "write", json!({ "text": "x" })).await.unwrap_err();
    let recorded = json!(recording.recorded());
    assert_eq!(error.evidence(), Evidence::NotSent);
    assert_eq!(recorded["step"][0]["outcome"]["broken"]["sent"], false);
}

#[tokio::test]
async fn a_query_and_a_form_lose_what_goes_under_the_name_of_a_credential() {
    let wire = Wire::always(Reply::json(200, r#"{"access_token": "from-the-provider", "token": "word"}"#));
    let input = json!({
        "url": "/x?page=2&api_key=mine", "method": "POST", "query_params": { "note": SECRET },
        "headers": { "X-Api-Key": "of-the-user" }, "form_data": { "note": SECRET }, "response_type": "text"
    });
    let (_, recorded) = record(&wire, "raw-request", input.clone()).await;
    let text = json!(&*recorded).to_string();
    for secret in ["mine", "of-the-user", "from-the-provider"] {
        assert!(!text.contains(secret), "{text}");
    }
    let exchange = &json!(&*recorded)["step"][0];
    assert_eq!(exchange["request"]["target"], "/x?page=2&api_key=[secret]&note=[secret]");
    assert_eq!(exchange["request"]["body"], json!({ "form": [{ "name": "note", "value": "[secret]" }] }));
    assert_eq!(exchange["outcome"]["answered"]["body"]["json"], json!({ "access_token": "[secret]", "token": "word" }));
    // The offline connection has another secret; the query that holds the old one is no longer masked, and differs.
    let error = replay(&recorded, "raw-request", input).await.outcome.unwrap_err().0;
    assert_eq!(
        error["message"],
        "step: request 1 of the step is not POST /x as it was recorded: its query is another one"
    );
}

#[tokio::test]
async fn another_request_than_the_recorded_one_has_no_answer() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let (_, recorded) = record(&wire, "write", json!({ "text": "one" })).await;
    let rig = offline();
    let cases = [
        ("write", "two", "step: request 1 of the step is not POST /call as it was recorded: its body differs at /text"),
        ("read", "one", "step: request 1 of the step is not POST /call as it was recorded: it is GET /call"),
    ];
    for (action, text, message) in cases {
        let replay = Arc::new(Replay::of(Arc::clone(&recorded)));
        let scope = Scope { exchanges: Exchanges::Replay(replay.clone()), ..rig.scope() };
        let error = rig.call_in(scope, action, json!({ "text": text })).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.message(), error.fix()),
            (ErrorKind::TargetRefused, message, Some("record it again"))
        );
        assert_eq!(replay.missed().len(), 1);
    }
}

#[tokio::test]
async fn a_recorded_answer_is_given_once() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let (_, recorded) = record(&wire, "write", json!({ "text": "one" })).await;
    let rig = offline();
    let replay = Arc::new(Replay::of(recorded));
    let scope = || Scope { exchanges: Exchanges::Replay(replay.clone()), ..rig.scope() };
    rig.call_in(scope(), "write", json!({ "text": "one" })).await.unwrap();
    let error = rig.call_in(scope(), "write", json!({ "text": "one" })).await.unwrap_err();
    assert_eq!(error.message(), "step: request 2 of the step, POST /call, has no recorded answer");
    let elsewhere = Scope { step_path: "elsewhere".to_owned(), ..scope() };
    let error = rig.call_in(elsewhere, "write", json!({ "text": "one" })).await.unwrap_err();
    assert_eq!(error.message(), "elsewhere: request 1 of the step, POST /call, has no recorded answer");
}

#[tokio::test]
async fn an_edited_answer_that_cannot_be_is_refused() {
    let exchange = |answered: Value| {
        json!({ "step": [{
        "request": { "method": "GET", "target": "/x" }, "outcome": { "answered": answered }
    }] })
    };
    let cases = [
        (json!({ "status": 7 }), "a recorded answer holds a status that cannot be read"),
        (json!({ "status": 200, "headers": { "a b": "c" } }), "a recorded answer holds a header that cannot be read"),
        (json!({ "status": 200, "body": { "base64": "!" } }), "a recorded answer holds base64 that cannot be read"),
    ];
    for (answered, message) in cases {
        let recorded: Recorded = serde_json::from_value(exchange(answered)).unwrap();
        let input = json!({ "url": "/x", "method": "GET" });
        let error = replay(&Arc::new(recorded), "raw-request", input).await.outcome.unwrap_err().0;
        assert_eq!(error["message"], message);
    }
}

#[tokio::test]
async fn what_is_too_long_for_a_recording_is_not_replayed_as_if_it_were_whole() {
    let wire = Wire::always(Reply::new(200, &[("content-type", "text/plain")], "x".repeat(limits::RECORDED + 1)));
    let input = json!({ "url": "/long", "method": "GET", "response_type": "text" });
    let (live, recorded) = record(&wire, "raw-request", input.clone()).await;
    assert!(live.outcome.is_ok());
    let (error, _) = replay(&recorded, "raw-request", input).await.outcome.unwrap_err();
    assert_eq!(error["message"], "the answer is over 16 MiB, too long for a recording");
}

#[test]
fn a_recording_is_bounded_in_all() {
    let exchange: Exchange = serde_json::from_value(json!({
        "request": { "method": "GET", "target": "/x" },
        "outcome": { "answered": { "status": 200, "body": { "text": "x".repeat(15 << 20) } } }
    }))
    .unwrap();
    let recording = Recording::default();
    (0..5).for_each(|_| recording.record("step", exchange.clone()));
    let recorded = recording.recorded();
    assert_eq!(recorded.steps["step"][3], exchange);
    let left_out = json!(recorded.steps["step"][4].outcome);
    assert_eq!(left_out["broken"]["message"], "the recording would be over 64 MiB");
}
