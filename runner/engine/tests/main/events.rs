//! The events of a run, in the shape that `--output jsonl` prints.

use runner_engine::{RunReport, RunRequest};
use serde_json::json;

use crate::support::{Bench, binding, flow, kept, step};

#[tokio::test(start_paused = true)]
async fn a_run_that_succeeds() {
    let bench = Bench::new();
    let (kept, request) = kept();
    let flow = flow(json!([
        step("a", "talk", json!("one word")),
        { "id": "b", "set": { "word": "{{ steps.a.output }}" } },
    ]));
    let report = bench.run(flow, request).await;
    insta::assert_snapshot!("succeeds", kept.lines());
    insta::assert_snapshot!("succeeds_report", shown(&report));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_after_a_retry() {
    let bench = Bench::new();
    let (kept, request) = kept();
    let mut flaky = step("a", "flaky", json!(9));
    flaky["retry"] = json!({ "max_attempts": 2, "delay": "2s" });
    let report = bench.run(flow(json!([flaky, step("b", "echo", json!(1))])), request).await;
    insta::assert_snapshot!("fails", kept.lines());
    insta::assert_snapshot!("fails_report", shown(&report));
}

#[tokio::test(start_paused = true)]
async fn a_single_action() {
    let bench = Bench::new();
    let (kept, request) = kept();
    let request = RunRequest { input: json!({ "value": "one word" }), ..request };
    bench.engine.call("test/talk", &binding("link"), request).await;
    insta::assert_snapshot!("call", kept.lines());
}

fn shown(report: &RunReport) -> String {
    serde_json::to_string_pretty(report).unwrap().replace(&*report.run, "run_1")
}
