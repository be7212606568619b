//! What a host relies on: one run for one key, tenants apart, bounds that are said, events, status and results.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use connector_sdk::ErrorKind;
use runner_engine::{Limits, Query, RunEvent, RunEvents, RunRequest, RunStatus, Status};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Bench, Kept, flow, signal, step, until};

fn of_tenant(tenant: &str) -> RunRequest {
    RunRequest { tenant: tenant.to_owned(), ..RunRequest::default() }
}

#[tokio::test]
async fn fifty_requests_with_one_key_make_one_run_of_each_tenant() {
    let folder = TempDir::new().unwrap();
    for bench in [Bench::new(), Bench::durable(folder.path())] {
        let flow = flow(json!([step("a", "write", json!(1))]));
        let starts = (0..50).map(|number| {
            let tenant = if number % 2 == 0 { "a" } else { "b" };
            let request = RunRequest { key: Some("order-7".to_owned()), ..of_tenant(tenant) };
            bench.engine.start(Arc::clone(&flow), request)
        });
        let started = futures_util::future::join_all(starts).await;
        let started: Vec<_> = started.into_iter().map(Result::unwrap).collect();
        let mut runs: Vec<_> = started.iter().map(|started| started.run.to_string()).collect();
        runs.sort_unstable();
        runs.dedup();
        assert_eq!((runs.len(), started.iter().filter(|started| started.is_new).count()), (2, 2));
        for run in runs {
            assert_eq!(bench.engine.result(&run).await.unwrap().status, Status::Succeeded);
        }
        assert_eq!(bench.probe.count(&json!(1)), 2);
    }
}

#[tokio::test]
async fn a_run_is_seen_from_its_start_to_its_end() {
    let folder = TempDir::new().unwrap();
    for bench in [Bench::new(), Bench::durable(folder.path())] {
        let labels = BTreeMap::from([("order".to_owned(), "7".to_owned())]);
        let request = RunRequest { labels: labels.clone(), key: Some("k".to_owned()), ..of_tenant("acme") };
        let waits = flow(json!([{ "id": "a", "wait": { "signal": "go" } }]));
        let run = bench.start(&waits, request).await;
        until(async || bench.engine.status(&run).await.unwrap().status == RunStatus::Waiting).await;
        bench.start(&waits, of_tenant("other")).await;
        let query = Query { tenant: Some("acme".to_owned()), ..Query::default() };
        let listed = bench.engine.list(query).await.unwrap();
        assert_eq!(listed.len(), 1);
        let info = &listed[0];
        assert_eq!((&info.run, &*info.flow, info.key.as_deref()), (&run, "test-flow", Some("k")));
        assert_eq!((&info.labels, info.finished), (&labels, None));

        bench.engine.signal(&run, signal("", "go", json!("gone"))).await.unwrap();
        assert_eq!(*bench.engine.result(&run).await.unwrap().output, json!("gone"));
        let info = bench.engine.status(&run).await.unwrap();
        assert_eq!((info.status, info.finished.is_some()), (RunStatus::Over(Status::Succeeded), true));
        assert_eq!(*bench.engine.result(&run).await.unwrap().output, json!("gone"), "also later");
        let error = bench.engine.signal(&run, signal("", "go", json!(1))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert_eq!(bench.engine.status("run_0").await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(bench.engine.cancel("run_0").await.unwrap_err().kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn cancelling_reaches_what_acts_what_waits_and_what_is_queued() {
    let folder = TempDir::new().unwrap();
    let limits = Limits { running: 1, ..Limits::default() };
    for bench in [
        Bench::with(|builder| builder.limits(limits)),
        Bench::with(|builder| builder.limits(limits).journal(crate::support::journal(folder.path()))),
    ] {
        let waiting = bench.start(&flow(json!([{ "id": "a", "wait": "1h" }])), RunRequest::default()).await;
        let hangs = flow(json!([step("a", "hang", json!(1))]));
        let acting = bench.start(&hangs, RunRequest::default()).await;
        bench.probe.began.notified().await;
        let queued = bench.start(&hangs, RunRequest::default()).await;
        assert_eq!(bench.engine.status(&queued).await.unwrap().status, RunStatus::Queued);
        for run in [&queued, &waiting, &acting] {
            bench.engine.cancel(run).await.unwrap();
            assert_eq!(bench.engine.result(run).await.unwrap().status, Status::Cancelled);
        }
        assert_eq!(bench.probe.dropped.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_tenant_that_floods_the_engine_waits_for_itself() {
    let limits = Limits { running: 1, queued: 100, tenant_queued: 20, ..Limits::default() };
    let bench = Bench::with(|builder| builder.limits(limits));
    let gate = bench.probe.close_gate();
    let mut runs = Vec::new();
    runs.push(bench.start(&flow(json!([step("a", "read", json!("flood"))])), of_tenant("flood")).await);
    bench.probe.waits.notified().await;
    for _ in 0..20 {
        runs.push(bench.start(&flow(json!([step("a", "read", json!("flood"))])), of_tenant("flood")).await);
    }
    let refused = bench.engine.start(flow(json!([step("a", "read", json!(0))])), of_tenant("flood")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LimitExceeded);
    assert!(refused.retry_after().is_some() && refused.fix().is_some());
    for _ in 0..5 {
        runs.push(bench.start(&flow(json!([step("a", "read", json!("calm"))])), of_tenant("calm")).await);
    }
    gate.add_permits(100);
    for run in &runs {
        assert_eq!(bench.engine.result(run).await.unwrap().status, Status::Succeeded);
    }
    let order: Vec<Value> = bench.probe.calls.lock().unwrap().iter().map(|call| call.value.clone()).collect();
    let calm: Vec<usize> = (0..order.len()).filter(|at| order[*at] == "calm").collect();
    assert_eq!(order.len(), 26);
    assert!(calm.last().unwrap() <= &11, "the calm tenant has every second turn: {calm:?}");
}

#[tokio::test]
async fn a_run_that_only_waits_takes_no_slot() {
    let bench = Bench::with(|builder| builder.limits(Limits { running: 1, held: 3, ..Limits::default() }));
    let waits = flow(json!([{ "id": "a", "wait": { "signal": "go" } }]));
    for _ in 0..2 {
        let run = bench.start(&waits, RunRequest::default()).await;
        until(async || bench.engine.status(&run).await.unwrap().status == RunStatus::Waiting).await;
    }
    let report = bench.run(flow(json!([step("a", "read", json!(1))])), RunRequest::default()).await;
    assert_eq!(report.status, Status::Succeeded);
    bench.start(&waits, RunRequest::default()).await;
    let error = bench.engine.start(waits, RunRequest::default()).await.unwrap_err();
    assert_eq!(error.message(), "the engine has 3 runs and takes no more");
}

#[tokio::test]
async fn tenant_and_labels_reach_events_connections_and_expressions() {
    let events = Arc::new(Kept::default());
    let bench = Bench::with(|builder| builder.events(Arc::clone(&events) as _));
    let labels = BTreeMap::from([("order".to_owned(), "7".to_owned())]);
    let request = RunRequest { labels, ..of_tenant("acme") };
    let steps = json!([step("a", "read", json!(1)), { "id": "b", "set": "{{ run.tenant }} {{ run.labels.order }}" }]);
    let report = bench.run(flow(steps), request).await;
    assert_eq!(*report.output, json!("acme 7"));
    let all = events.events();
    assert!(all.iter().all(|event| serde_json::to_value(event).unwrap()["tenant"] == "acme"));
    let Some(RunEvent::RunStarted { labels, .. }) = all.first() else { panic!("{all:?}") };
    assert_eq!(labels["order"], "7");
    assert_eq!(bench.host.tenants.lock().unwrap()[..], ["acme"]);
}

/// Wants no events, and counts those it gets.
#[derive(Default)]
struct Deaf(AtomicU32);

impl RunEvents for Deaf {
    fn emit(&self, _: RunEvent) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn listens(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn nothing_is_told_to_who_does_not_listen() {
    let deaf = Arc::new(Deaf::default());
    let bench = Bench::with(|builder| builder.events(deaf.clone()));
    let report = bench.run(flow(json!([step("a", "talk", json!("a b"))])), RunRequest::default()).await;
    assert_eq!((report.status, deaf.0.load(Ordering::SeqCst)), (Status::Succeeded, 0));
}

#[tokio::test]
async fn a_loop_of_many_turns_keeps_a_report_of_bounded_length() {
    let bench = Bench::new();
    let steps = json!([
        { "id": "again", "repeat": { "times": 5_000 }, "steps": [{ "id": "turn", "set": 1 }] },
        { "id": "after", "set": "done" },
    ]);
    let report = bench.run(flow(steps), RunRequest::default()).await;
    assert_eq!((report.steps.len(), report.steps_left_out), (502, 4_500));
    assert_eq!((&*report.steps[501].id, &*report.output), ("after", &json!("done")));
}
