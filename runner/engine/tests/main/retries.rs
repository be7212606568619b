//! Attempts: who repeats, with which key, and over which connection.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use runner_engine::{RunEvent, RunRequest, Status};
use serde_json::json;

use crate::support::{Bench, binding, flow, kept, step};

#[tokio::test(start_paused = true)]
async fn a_step_is_repeated_with_the_same_key_over_a_connection_that_is_asked_for_anew() {
    let bench = Bench::new();
    let (kept, request) = kept();
    let report = bench.run(flow(json!([step("a", "flaky", json!(2))])), request).await;
    assert_eq!((report.status, report.steps[0].attempts, &*report.output), (Status::Succeeded, 3, &json!(3)));
    let keys = bench.probe.keys.lock().unwrap().clone();
    assert_eq!((keys.len(), keys.iter().collect::<HashSet<_>>().len()), (3, 1));
    assert!(!keys[0].is_empty() && keys[0].len() <= 64);
    assert_eq!(bench.host.asked.load(Ordering::SeqCst), 3);

    let order: Vec<_> = kept.events().iter().filter_map(order).collect();
    assert_eq!(
        order,
        ["attempt 1", "delta 1.0", "retry 1", "attempt 2", "delta 2.0", "retry 2", "attempt 3", "delta 3.0"]
    );
}

fn order(event: &RunEvent) -> Option<String> {
    match event {
        RunEvent::Attempt { attempt, .. } => Some(format!("attempt {attempt}")),
        RunEvent::Delta { attempt, index, .. } => Some(format!("delta {attempt}.{index}")),
        RunEvent::Retry { attempt, code, .. } if code == "rate_limited" => Some(format!("retry {attempt}")),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn keys_differ_between_steps_and_runs() {
    let bench = Bench::new();
    let flow = flow(json!([step("a", "flaky", json!(0)), step("b", "flaky", json!(0))]));
    bench.run(flow.clone(), RunRequest::default()).await;
    bench.run(flow, RunRequest::default()).await;
    let keys = bench.probe.keys.lock().unwrap().clone();
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_goes_on_failing_gives_up() {
    let bench = Bench::new();
    let report = bench.run(flow(json!([step("a", "flaky", json!(99))])), RunRequest::default()).await;
    assert_eq!((report.status, report.steps[0].attempts), (Status::Failed, 3));
    let error = report.error.unwrap();
    assert_eq!((&*error.code, error.status, error.step.as_deref()), ("rate_limited", Some(429), Some("a")));
}

#[tokio::test(start_paused = true)]
async fn a_call_repeats_by_itself() {
    let bench = Bench::new();
    let (kept, request) = kept();
    let request = RunRequest { input: json!({ "value": 2 }), ..request };
    let report = bench.engine.call("test/flaky", &binding("link"), request).await;
    assert_eq!((report.status, report.steps[0].attempts), (Status::Succeeded, 3));
    let order: Vec<_> = kept.events().iter().filter_map(order).collect();
    assert_eq!(
        order,
        ["attempt 1", "delta 1.0", "retry 1", "attempt 2", "delta 2.0", "retry 2", "attempt 3", "delta 3.0"]
    );
    assert_eq!(bench.probe.keys.lock().unwrap().iter().collect::<HashSet<_>>().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_step_of_steps_tells_which_attempt_failed() {
    let bench = Bench::new();
    let (kept, request) = kept();
    let steps = json!([{
        "id": "all", "parallel": { "one": [{ "id": "no", "fail": "no" }] }, "retry": { "max_attempts": 3, "delay": "1s" }
    }]);
    bench.run(flow(steps), request).await;
    let told = kept.events().into_iter().filter_map(|event| match event {
        RunEvent::Retry { step, attempt, .. } => Some((step.to_string(), attempt)),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [("all".to_owned(), 1), ("all".to_owned(), 2)]);
}
