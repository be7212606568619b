//! What is known of runs over restarts: their keys, what they are told, and what is no longer there.

use std::collections::BTreeMap;
use std::sync::Arc;

use connector_sdk::ErrorKind;
use runner_engine::{Query, Retention, RunRequest, RunStatus, Status};
use runner_journal::{SqliteJournal, SqliteOptions, limits};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Bench, flow, journal, signal, step, until};

fn keyed(value: &str) -> RunRequest {
    RunRequest { key: Some("order-7".to_owned()), input: json!(value), ..RunRequest::default() }
}

#[tokio::test]
async fn a_key_means_one_run_also_after_a_restart_and_the_first_request_counts() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let waits = flow(json!([{ "id": "a", "wait": { "signal": "go" } }, { "id": "b", "set": "{{ input }}" }]));
    let first = bench.engine.start(waits.clone(), keyed("first")).await.unwrap();
    assert!(first.is_new);
    bench.kill().await;

    let bench = Bench::durable(folder.path());
    let other_flow = flow(json!([step("a", "write", json!("another flow"))]));
    for (flow, input) in [(&waits, "first"), (&waits, "second"), (&other_flow, "first")] {
        let again = bench.engine.start(Arc::clone(flow), keyed(input)).await.unwrap();
        assert_eq!((&again.run, again.is_new), (&first.run, false));
    }
    bench.engine.resume().await.unwrap();
    bench.engine.signal(&first.run, signal("", "go", json!(null))).await.unwrap();
    assert_eq!(*bench.engine.result(&first.run).await.unwrap().output, json!("first"));
    let report = bench.run(waits, keyed("third")).await;
    assert_eq!((&report.run, &*report.output), (&first.run, &json!("first")), "and when it is over");
    assert_eq!(bench.probe.calls.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn what_a_run_is_told_while_nobody_runs_it_arrives_once() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let waits = flow(json!([{ "id": "a", "wait": { "signal": "go" } }, { "id": "b", "wait": { "signal": "go" } }]));
    let told = bench.start(&waits, RunRequest::default()).await;
    let cancelled = bench.start(&waits, RunRequest::default()).await;
    until(async || bench.engine.status(&told).await.unwrap().status == RunStatus::Waiting).await;
    bench.kill().await;

    let other = Bench::durable(folder.path());
    assert!(other.engine.signal(&told, signal("1", "go", json!(1))).await.unwrap());
    assert!(!other.engine.signal(&told, signal("1", "go", json!(1))).await.unwrap(), "it has been told that");
    assert!(other.engine.signal(&told, signal("2", "go", json!(2))).await.unwrap());
    other.engine.cancel(&cancelled).await.unwrap();
    other.kill().await;

    let bench = Bench::durable(folder.path());
    assert_eq!(bench.engine.resume().await.unwrap().runs.len(), 2);
    assert_eq!(*bench.engine.result(&told).await.unwrap().output, json!(2));
    assert_eq!(bench.engine.result(&cancelled).await.unwrap().status, Status::Cancelled);
}

#[tokio::test]
async fn a_run_hears_another_process_while_it_goes_on_and_while_it_is_queued() {
    let folder = TempDir::new().unwrap();
    let limits = runner_engine::Limits { running: 1, ..Default::default() };
    let bench = Bench::with(|builder| builder.journal(journal(folder.path())).limits(limits));
    let waits = flow(json!([{ "id": "a", "wait": { "signal": "go" } }]));
    let waiting = bench.start(&waits, RunRequest::default()).await;
    let hangs = flow(json!([step("a", "hang", json!(1))]));
    let acting = bench.start(&hangs, RunRequest::default()).await;
    bench.probe.began.notified().await;
    let queued = bench.start(&hangs, RunRequest::default()).await;

    let other = Bench::durable(folder.path());
    other.engine.cancel(&queued).await.unwrap();
    assert_eq!(bench.engine.result(&queued).await.unwrap().status, Status::Cancelled);
    other.engine.cancel(&acting).await.unwrap();
    assert_eq!(other.engine.result(&acting).await.unwrap().status, Status::Cancelled, "seen from there too");
    other.engine.signal(&waiting, signal("", "go", json!("gone"))).await.unwrap();
    assert_eq!(*other.engine.result(&waiting).await.unwrap().output, json!("gone"));
    assert_eq!(other.engine.resume().await.unwrap().runs.len(), 0);
}

#[tokio::test]
async fn runs_are_found_by_their_labels_and_forgotten_once_they_are_over() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let labelled = |order: &str| RunRequest {
        labels: BTreeMap::from([("order".to_owned(), order.to_owned())]),
        ..RunRequest::default()
    };
    let over = bench.run(flow(json!([step("a", "read", json!("x".repeat(300_000)))])), labelled("7")).await;
    let waits = flow(json!([{ "id": "a", "wait": { "signal": "go" } }]));
    let waiting = bench.start(&waits, labelled("7")).await;
    bench.start(&waits, labelled("8")).await;
    let found = async || {
        let query = Query { label: Some(("order".to_owned(), "7".to_owned())), ..Query::default() };
        let found = bench.engine.list(query).await.unwrap();
        found.into_iter().map(|info| info.run).collect::<Vec<_>>()
    };
    assert_eq!(found().await, [waiting.clone(), over.run.to_string()]);
    let pruned = bench.engine.prune(Retention { age: None, count: Some(0) }).await.unwrap();
    assert_eq!(pruned.runs, 1);
    assert!(pruned.blobs >= 1);
    assert_eq!(found().await, [waiting]);
    assert_eq!(bench.engine.status(&over.run).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(bench.engine.history(&over.run).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_full_disk_stops_intake_loses_nothing_and_runs_go_on_once_there_is_room() {
    let folder = TempDir::new().unwrap();
    let options = SqliteOptions { max_bytes: Some(1 << 20), ..SqliteOptions::default() };
    let journal = Arc::new(SqliteJournal::open(folder.path(), options).unwrap());
    let bench = Bench::with(|builder| builder.journal(journal.clone()));
    let gate = bench.probe.close_gate();
    let flow = flow(json!([
        { "id": "each", "for_each": "range(40)", "steps": [step("a", "read", json!("{{ item }} {{ 'x' * 10000 }}"))] },
        { "id": "count", "set": "{{ steps.each.output | length }}" },
    ]));
    let mut runs = Vec::new();
    for _ in 0..4 {
        runs.push(bench.start(&flow, RunRequest::default()).await);
    }
    gate.add_permits(100_000);
    let refused = loop {
        match bench.engine.start(flow.clone(), RunRequest::default()).await {
            Ok(started) => runs.push(started.run.to_string()),
            Err(error) if error.message().contains("journal") => break error,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert_eq!(refused.kind(), ErrorKind::LimitExceeded, "{refused}");
    assert!(refused.fix().is_some());
    journal.set_max_bytes(None).await.unwrap();
    for run in &runs {
        let result = bench.engine.result(run).await.unwrap();
        assert_eq!((result.status, &*result.output), (Status::Succeeded, &json!(40)));
    }
}

#[tokio::test]
async fn a_run_is_told_no_more_than_it_keeps_and_more_once_it_has_taken_that() {
    let folder = TempDir::new().unwrap();
    for bench in [Bench::new(), Bench::durable(folder.path())] {
        let waits = flow(json!([
            { "id": "first", "wait": { "signal": "first" } },
            { "id": "each", "for_each": "range(250)", "steps": [{ "id": "w", "wait": { "signal": "go" } }] },
            { "id": "last", "wait": { "signal": "last" } },
        ]));
        let run = bench.start(&waits, RunRequest::default()).await;
        let tell =
            async |number: usize| bench.engine.signal(&run, signal(&number.to_string(), "go", json!(number))).await;
        for number in 0..limits::INBOX {
            assert!(tell(number).await.unwrap());
        }
        let refused = tell(limits::INBOX).await.unwrap_err();
        assert_eq!((refused.kind(), refused.fix().is_some()), (ErrorKind::LimitExceeded, true));
        assert_eq!(bench.engine.signal(&run, signal("f", "first", json!(1))).await.unwrap_err().kind(), refused.kind());
        bench.engine.cancel(&run).await.unwrap();
        assert_eq!(bench.engine.result(&run).await.unwrap().status, Status::Cancelled);

        let run = bench.start(&waits, RunRequest::default()).await;
        bench.engine.signal(&run, signal("f", "first", json!(1))).await.unwrap();
        for number in 0..250 {
            until(async || match bench.engine.signal(&run, signal(&number.to_string(), "go", json!(number))).await {
                Ok(is_new) => is_new,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
                    false
                }
            })
            .await;
        }
        until(async || bench.engine.signal(&run, signal("l", "last", json!("all"))).await.is_ok()).await;
        assert_eq!(*bench.engine.result(&run).await.unwrap().output, json!("all"), "none was lost");
    }
}

#[tokio::test]
async fn who_asks_with_the_key_of_a_run_that_nobody_goes_on_with_is_told() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let waits = flow(json!([{ "id": "a", "wait": { "signal": "go" } }]));
    bench.engine.start(waits.clone(), keyed("first")).await.unwrap();
    let other = Bench::durable(folder.path());
    let request = keyed("second");
    request.cancel.cancel();
    let cancelled = other.engine.run(waits.clone(), request).await.unwrap_err();
    assert_eq!((cancelled.kind(), cancelled.fix().is_some()), (ErrorKind::Cancelled, true));
    let request = RunRequest { timeout: Some(std::time::Duration::ZERO), ..keyed("second") };
    assert_eq!(other.engine.run(waits.clone(), request).await.unwrap_err().kind(), ErrorKind::Timeout);
    bench.kill().await;
    let left = other.engine.run(waits, keyed("third")).await.unwrap_err();
    assert!(left.message().ends_with("is not over, and nobody goes on with it"), "{left}");
    assert!(left.fix().is_some());
}
