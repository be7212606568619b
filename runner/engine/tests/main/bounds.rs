//! Time limits and cancelling reach what is in flight.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use runner_engine::{RunEvent, RunEvents, RunRequest, Status};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::support::{Bench, LONG, binding, flow, step};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(60);

fn hang(extra: Value) -> Value {
    let mut hang = step("a", "hang", json!(1));
    hang.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    hang
}

#[tokio::test]
async fn cancelling_drops_the_call_in_flight() {
    let bench = Bench::new();
    let request = RunRequest::default();
    let cancel = request.cancel.clone();
    let run = bench.run(flow(json!([hang(json!({})), step("b", "echo", json!(1))])), request);
    let cancelling = async {
        bench.probe.began.notified().await;
        cancel.cancel();
    };
    let (report, ()) = tokio::join!(run, cancelling);
    assert_eq!((report.status, report.error.unwrap().code), (Status::Cancelled, "cancelled".into()));
    assert_eq!((report.steps.len(), report.steps[0].status), (1, Status::Cancelled));
    assert_eq!(bench.probe.dropped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_single_call_is_cancelled_too() {
    let bench = Bench::new();
    let request = RunRequest::default();
    let cancel = request.cancel.clone();
    let link = binding("link");
    let cancelling = async {
        bench.probe.began.notified().await;
        cancel.cancel();
    };
    let (report, ()) = tokio::join!(bench.engine.call("test/hang", &link, request), cancelling);
    assert_eq!((report.status, report.steps[0].status), (Status::Cancelled, Status::Cancelled));
    assert_eq!(bench.probe.dropped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_run_that_is_cancelled_before_it_begins_does_nothing() {
    let bench = Bench::new();
    let request = RunRequest::default();
    request.cancel.cancel();
    let report = bench.run(flow(json!([step("a", "flaky", json!(0))])), request).await;
    assert_eq!(report.status, Status::Cancelled);
    assert!(bench.probe.keys.lock().unwrap().is_empty());
}

/// Cancels at the first wait.
struct CancelAtRetry(CancellationToken);

impl RunEvents for CancelAtRetry {
    fn emit(&self, event: RunEvent) {
        if matches!(event, RunEvent::Retry { .. }) {
            self.0.cancel();
        }
    }
}

/// A durable run is cancelled while it writes down that it waits.
#[tokio::test]
async fn cancelling_ends_a_wait() {
    let folder = TempDir::new().unwrap();
    for bench in [Bench::new(), Bench::durable(folder.path())] {
        let cancel = CancellationToken::new();
        let events = Arc::new(CancelAtRetry(cancel.clone()));
        let mut flaky = step("a", "flaky", json!(9));
        flaky["retry"] = json!({ "delay": "14m", "max_delay": "14m" });
        let run = bench.run(flow(json!([flaky])), RunRequest { cancel, events, ..RunRequest::default() });
        let report = timeout(PATIENCE, run).await.expect("the run hears that it is cancelled");
        assert_eq!((report.status, report.steps[0].status), (Status::Cancelled, Status::Cancelled));
        assert_eq!(bench.probe.keys.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn dropping_a_run_drops_what_it_does() {
    let bench = Bench::new();
    let run = bench.run(flow(json!([hang(json!({}))])), RunRequest::default());
    tokio::select! {
        report = run => panic!("{report:?}"),
        () = bench.probe.began.notified() => {}
    }
    while bench.probe.dropped.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn time_limits_of_the_step_of_the_run_and_of_the_action() {
    let took = async |extra: Value, timeout: Option<Duration>| {
        let bench = Bench::new();
        let request = RunRequest { timeout, ..RunRequest::default() };
        let report = bench.run(flow(json!([hang(extra)])), request).await;
        let error = report.error.unwrap();
        assert_eq!((report.status, error.code), (Status::Failed, "timeout".into()));
        assert_eq!(bench.probe.dropped.load(Ordering::SeqCst), report.steps[0].attempts);
        (report.duration.as_secs(), report.steps[0].attempts)
    };
    let once = json!({ "retry": { "max_attempts": 1 } });
    assert_eq!(took(json!({ "timeout": "5s" }), None).await.0, 5);
    assert_eq!(took(json!({ "timeout": "1h" }), Some(Duration::from_secs(7))).await.0, 7);
    assert_eq!(took(once.clone(), None).await, (60, 1));
    assert_eq!(took(once, Some(LONG)).await, (60, 1));
}

#[tokio::test(start_paused = true)]
async fn a_single_call_has_the_time_of_its_input_unless_the_caller_says_otherwise() {
    let took = async |value: Value, timeout: Option<Duration>| {
        let request = RunRequest { input: json!({ "value": value }), timeout, ..RunRequest::default() };
        let report = Bench::new().engine.call("test/hang", &binding("link"), request).await;
        assert_eq!((report.status, report.error.unwrap().code), (Status::Failed, "timeout".into()));
        report.duration.as_secs()
    };
    let secs = |seconds: u64| Some(Duration::from_secs(seconds));
    assert_eq!(took(json!({ "seconds": 90 }), secs(7)).await, 7);
    assert_eq!(took(json!({ "seconds": 90 }), secs(200)).await, 200);
    assert_eq!(took(Value::Null, secs(200)).await, 200);
    assert_eq!(took(json!({ "seconds": 90 }), None).await, 90);
    assert_eq!(took(Value::Null, None).await, 60);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_finds_the_connection_is_not_waited_for() {
    let bench = Bench::new();
    let request = RunRequest { timeout: Some(Duration::from_secs(3)), ..RunRequest::default() };
    let report = bench.engine.call("test/echo", &binding("slow"), request).await;
    assert_eq!((report.status, report.error.unwrap().code), (Status::Failed, "timeout".into()));
    assert_eq!(report.steps[0].attempts, 0);

    let request = RunRequest::default();
    request.cancel.cancel();
    let report = bench.engine.call("test/echo", &binding("slow"), request).await;
    assert_eq!(report.status, Status::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_flow_ends_all_that_goes_on_in_it() {
    let bench = Bench::new();
    let hangs = |id: &str| step(id, "hang", json!({ "seconds": 900 }));
    let file = json!({
        "linkwork": 1, "name": "limited", "timeout": "9s",
        "connections": { "link": { "connector": "test" } },
        "steps": [{ "id": "all", "parallel": {
            "left": [hangs("a")], "right": [hangs("b")], "pause": [{ "id": "c", "wait": "1h" }] } }],
    });
    let flow = Arc::new(runner_flow::Flow::parse(&file.to_string()).unwrap());
    let report = bench.run(flow, RunRequest::default()).await;
    assert_eq!((report.status, report.error.unwrap().code), (Status::Failed, "timeout".into()));
    assert_eq!((report.duration.as_secs(), bench.probe.dropped.load(Ordering::SeqCst)), (9, 2));
}

#[tokio::test]
async fn a_panic_of_one_branch_leaves_the_others_alone() {
    let bench = Bench::new();
    let mut panics = step("panics", "panic", json!(1));
    panics["on_error"] = json!("continue");
    let branches = json!({ "left": [panics], "right": [step("right", "write", json!("right"))] });
    let report = bench.run(flow(json!([{ "id": "both", "parallel": branches }])), RunRequest::default()).await;
    assert_eq!((report.status, &*report.output), (Status::Succeeded, &json!({ "left": null, "right": "right" })));
}
