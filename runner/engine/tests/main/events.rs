//! The events of a run, in the shape that `--output jsonl` prints.

use std::sync::Arc;

use runner_engine::{RunEvent, RunReport, RunRequest, Status};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Bench, Kept, binding, flow, journal, kept, step};

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

#[tokio::test]
async fn a_run_that_is_resumed_tells_so_and_then_the_same_as_ever() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    bench.probe.close_gate();
    let steps =
        json!([step("a", "talk", json!("one word")), step("b", "generate", json!(2)), step("c", "talk", json!("x"))]);
    let run = bench.start(&flow(steps), RunRequest::default()).await;
    bench.probe.waits.notified().await;
    bench.kill().await;

    let events = Arc::new(Kept::default());
    let bench = Bench::with(|builder| builder.journal(journal(folder.path())).events(events.clone()));
    bench.engine.resume().await.unwrap();
    bench.engine.result(&run).await.unwrap();
    insta::assert_snapshot!("resumed", masked(&events.lines_of(&run)));
}

/// With how long things took taken out.
fn masked(lines: &str) -> String {
    let mask = |line: &str| match line.split_once("\"duration_ms\":") {
        Some((before, after)) => format!("{before}\"duration_ms\":0{}", after.trim_start_matches(char::is_numeric)),
        None => line.to_owned(),
    };
    lines.lines().map(mask).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn whatever_keeps_the_run_each_step_is_told_from_its_start_to_its_end_before_the_next() {
    let folder = TempDir::new().unwrap();
    for bench in [Bench::new(), Bench::durable(folder.path())] {
        let (kept, request) = kept();
        let mut flaky = step("c", "flaky", json!(1));
        flaky["retry"] = json!({ "delay": "1ms" });
        let steps = json!([
            step("a", "talk", json!("word")),
            { "id": "b", "wait": "1ms" },
            flaky,
            { "id": "d", "set": 1 },
            step("e", "write", json!(1)),
        ]);
        bench.run(flow(steps), request).await;
        let told = kept.events().into_iter().map(|event| {
            let event = serde_json::to_value(event).unwrap();
            format!("{} {}", event["type"].as_str().unwrap(), event["step"].as_str().unwrap_or("-"))
        });
        let told = told.collect::<Vec<_>>().join(", ");
        let expected = [
            "run_started -",
            "step_started a, attempt a, delta a, step_finished a",
            "step_started b, waiting b, step_finished b",
            "step_started c, attempt c, delta c, retry c, attempt c, delta c, step_finished c",
            "step_started d, step_finished d",
            "step_started e, attempt e, step_finished e",
            "run_finished -",
        ];
        assert_eq!(told, expected.join(", "));
    }
}

#[tokio::test]
async fn whoever_comes_late_is_told_the_same_by_the_journal() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let (kept, request) = kept();
    let mut flaky = step("a", "flaky", json!(2));
    flaky["retry"] = json!({ "delay": "1ms" });
    let mut wrong = step("wrong", "panic", json!(1));
    wrong["on_error"] = json!("continue");
    let turns = json!([{ "id": "turn", "set": "{{ item }}" }]);
    let steps = json!([flaky, wrong, { "id": "each", "for_each": [1, 2], "at_once": 2, "steps": turns },
                       { "id": "pause", "wait": "1ms" }, step("b", "write", json!("{{ steps.each.output }}"))]);
    let run = bench.run(flow(steps), request).await.run;
    let history = bench.engine.history(&run).await.unwrap();

    let told = kept.events().into_iter().filter_map(|event| match event {
        RunEvent::StepFinished { step, status, attempts, output, error, .. } => {
            Some((step.to_string(), status, attempts, output.map(|output| Value::clone(&output)), error))
        }
        _ => None,
    });
    let kept_steps = history.steps.iter().map(|step| {
        let attempts = if step.kind == "action" { step.attempts } else { 0 };
        let output = (step.status == Status::Succeeded).then(|| Value::clone(&step.output));
        (step.key.to_string(), step.status, attempts, output, step.error.as_deref().cloned())
    });
    assert_eq!(told.collect::<Vec<_>>(), kept_steps.collect::<Vec<_>>());

    let told = kept.events().into_iter().filter_map(|event| match event {
        RunEvent::Retry { step, code, reason, .. } => Some((step.to_string(), code.into_owned(), reason)),
        _ => None,
    });
    let kept_retries = history.retries.into_iter().map(|retry| (retry.step, retry.code, retry.reason));
    let told = told.collect::<Vec<_>>();
    assert_eq!(told, kept_retries.collect::<Vec<_>>());
    assert_eq!((told.len(), &*told[0].1, &*told[0].2), (2, "rate_limited", "slow down"));
}
