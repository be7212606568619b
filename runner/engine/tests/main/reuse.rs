//! A flow that was mended goes on with what an earlier run of it has done.

use std::sync::Arc;

use connector_sdk::{Effect, ErrorKind};
use runner_engine::{Again, Query, Reuse, RunRequest, SOLE_TENANT, Status};
use runner_flow::Flow;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Bench, flow, step};

/// Two steps and a last one.
fn three(last: Value) -> Arc<Flow> {
    flow(json!([
        step("a", "write", json!("a {{ input.name }}")),
        { "id": "each", "for_each": [1, 2], "steps": [step("turn", "generate", json!("turn {{ item }}"))] },
        last,
    ]))
}

fn wrong() -> Arc<Flow> {
    three(json!({ "id": "b", "fail": "not yet" }))
}

fn mended() -> Arc<Flow> {
    three(step("b", "idempotent", json!("{{ steps.a.output }} of {{ input.name }}")))
}

fn named(name: &str) -> RunRequest {
    RunRequest { input: json!({ "name": name }), ..RunRequest::default() }
}

fn reuse(run: &str, from: Option<&str>) -> Reuse {
    Reuse { run: run.to_owned(), from: from.map(str::to_owned) }
}

fn called(bench: &Bench) -> Vec<String> {
    let called = std::mem::take(&mut *bench.probe.calls.lock().unwrap());
    called.iter().map(|call| call.value.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_succeeded_is_taken_over_and_the_rest_is_done() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let failed = bench.run(wrong(), named("x")).await;
    assert_eq!((failed.status, &*called(&bench)), (Status::Failed, &["a x", "turn 1", "turn 2"].map(String::from)[..]));

    let plan = bench.engine.plan_rerun(&mended(), &reuse(&failed.run, None)).await.unwrap();
    assert_eq!((&plan.reused[..], plan.again.len()), (&["a".to_owned(), "each".to_owned()][..], 0));
    let request = RunRequest { reuse: Some(reuse(&failed.run, None)), ..named("x") };
    let report = bench.run(mended(), request).await;
    assert_eq!((report.status, &*report.output), (Status::Succeeded, &json!("a x of x")));
    assert_eq!(called(&bench), ["a x of x"]);
    assert_eq!(bench.engine.status(&report.run).await.unwrap().parent.as_deref(), Some(&*failed.run));
}

#[tokio::test]
async fn from_a_step_on_everything_is_done_again_and_the_plan_says_what_that_repeats() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let first = bench.run(mended(), named("x")).await;
    called(&bench);
    let again = |step: &str, action: &str, effect| Again {
        step: step.to_owned(),
        action: action.to_owned(),
        effect,
        attempts: 1,
        status: Status::Succeeded,
    };
    let turns = ["each[0].turn", "each[1].turn"].map(|turn| again(turn, "test/generate", Effect::Generate));
    let last = again("b", "test/idempotent", Effect::Idempotent);
    let from_each = [&turns[..], &[last]].concat();
    let plan = bench.engine.plan_rerun(&mended(), &reuse(&first.run, Some("each"))).await.unwrap();
    assert_eq!((&plan.reused[..], &plan.again), (&["a".to_owned()][..], &from_each));
    let plan = bench.engine.plan_rerun(&mended(), &reuse(&first.run, Some("a"))).await.unwrap();
    let write = again("a", "test/write", Effect::Write);
    assert_eq!((plan.reused.len(), plan.again), (0, [&[write][..], &from_each].concat()));

    // Another input is seen by what is done again, and by nothing else.
    let request = RunRequest { reuse: Some(reuse(&first.run, Some("each"))), ..named("y") };
    let report = bench.run(mended(), request).await;
    assert_eq!(*report.output, json!("a x of y"));
    assert_eq!(called(&bench), ["turn 1", "turn 2", "a x of y"]);
}

/// A large output, a file, and what comes after them.
fn large_and_file(last: Value) -> Arc<Flow> {
    flow(json!([step("large", "write", json!("{{ 'x' * 300000 }}")), step("file", "file", json!("some text")), last]))
}

/// Reads both, after a call that a test can hold up.
fn reads_both() -> Arc<Flow> {
    let read = json!([
        step("gate", "read", json!(1)),
        step("text", "file", json!("{{ steps.file.output }}")),
        { "id": "all", "set": "{{ steps.text.output }} {{ steps.large.output | length }}" },
    ]);
    large_and_file(json!({ "id": "read", "branch": [{ "if": "true", "steps": read }] }))
}

async fn assert_goes_on(bench: &Bench, run: &str) {
    assert_eq!(bench.engine.resume().await.unwrap().runs, [run]);
    let result = bench.engine.result(run).await.unwrap();
    assert_eq!((result.status, &*result.output), (Status::Succeeded, &json!("some text 300000")), "{result:?}");
    assert_eq!(bench.probe.calls.lock().unwrap().len(), 1, "nothing that is taken over is done again");
}

#[tokio::test]
async fn what_is_taken_over_outlives_a_restart_however_large_it_is() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let failed = large_and_file(json!({ "id": "end", "fail": "not yet" }));
    let first = bench.run(failed, RunRequest::default()).await.run;
    bench.probe.close_gate();
    let request = RunRequest { reuse: Some(reuse(&first, None)), ..RunRequest::default() };
    let run = bench.start(&reads_both(), request).await;
    bench.probe.waits.notified().await;
    bench.kill().await;
    assert_goes_on(&Bench::durable(folder.path()), &run).await;
}

#[tokio::test]
async fn what_cannot_be_taken_over_is_refused() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let first = bench.run(mended(), named("x")).await;
    let refused = async |reuse: Reuse, tenant: &str| {
        let request = RunRequest { reuse: Some(reuse), tenant: tenant.to_owned(), ..named("x") };
        bench.engine.start(mended(), request).await.unwrap_err().kind()
    };
    let sole = SOLE_TENANT;
    assert_eq!(refused(reuse("run_0", None), sole).await, ErrorKind::NotFound);
    assert_eq!(refused(reuse(&first.run, None), "other").await, ErrorKind::NotFound, "of another tenant");
    assert_eq!(refused(reuse(&first.run, Some("nowhere")), sole).await, ErrorKind::InvalidInput);
    let error = bench.engine.plan_rerun(&mended(), &reuse(&first.run, Some("eahc"))).await.unwrap_err();
    assert_eq!((error.message(), error.fix()), ("there is no step \"eahc\"", Some("did you mean \"each\"?")));
    assert_eq!(bench.engine.list(Query::default()).await.unwrap().len(), 1, "nothing is left of what was refused");
}
