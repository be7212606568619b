//! `concurrency`: how many runs of a flow are under way together, and who comes next.

use std::sync::Arc;

use connector_sdk::ErrorKind;
use runner_engine::{Query, RunEvent, RunRequest, RunStatus, Status};
use runner_flow::Flow;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Bench, Kept, signal, step, until};

/// A flow that calls an action with what its input says, and of which so many runs go together.
fn bounded(concurrency: Value) -> Arc<Flow> {
    let file = json!({
        "linkwork": 1, "name": "bounded",
        "connections": { "link": { "connector": "test" } },
        "concurrency": concurrency,
        "input": { "type": "object", "properties": { "customer": { "type": "string", "default": "c" } },
                   "required": ["customer"] },
        "steps": [step("a", "read", json!("{{ input.number }}"))],
    });
    Arc::new(Flow::parse(&file.to_string()).unwrap())
}

fn numbered(number: u32) -> RunRequest {
    RunRequest { input: json!({ "number": number }), ..RunRequest::default() }
}

fn called(bench: &Bench) -> Vec<Value> {
    bench.probe.calls.lock().unwrap().iter().map(|call| call.value.clone()).collect()
}

async fn status(bench: &Bench, run: &str) -> RunStatus {
    bench.engine.status(run).await.unwrap().status
}

#[tokio::test]
async fn runs_wait_for_each_other_in_the_order_in_which_they_were_started() {
    let folder = TempDir::new().unwrap();
    for bench in [Bench::new(), Bench::durable(folder.path())] {
        let gate = bench.probe.close_gate();
        let flow = bounded(json!(2));
        let mut runs = Vec::new();
        for number in 0..6 {
            runs.push(bench.start(&flow, numbered(number)).await);
        }
        until(async || called(&bench).len() == 2).await;
        for (number, run) in runs.iter().enumerate() {
            let expected = if number < 2 { RunStatus::Running } else { RunStatus::Queued };
            assert_eq!(status(&bench, run).await, expected, "{number}");
        }
        for more in 1..=4 {
            gate.add_permits(1);
            until(async || called(&bench).len() == 2 + more).await;
        }
        gate.add_permits(2);
        for run in &runs {
            assert_eq!(bench.engine.result(run).await.unwrap().status, Status::Succeeded);
        }
        let mut called = called(&bench);
        // The first two are under way together.
        called[..2].sort_by_key(Value::as_u64);
        assert_eq!(called, [0, 1, 2, 3, 4, 5]);
    }
}

#[tokio::test]
async fn runs_with_another_key_and_of_another_tenant_are_counted_apart() {
    let bench = Bench::new();
    let gate = bench.probe.close_gate();
    let flow = bounded(json!({ "limit": 1, "key": "{{ input.customer }}" }));
    let start = async |customer: &str, tenant: &str| {
        let input = json!({ "number": format!("{tenant} {customer}"), "customer": customer });
        bench.start(&flow, RunRequest { input, tenant: tenant.to_owned(), ..RunRequest::default() }).await
    };
    let others = [start("c", "one").await, start("d", "one").await, start("c", "two").await];
    // The default of the input is a value like any other.
    let same = bench.start(&flow, RunRequest { tenant: "one".to_owned(), ..numbered(1) }).await;
    until(async || called(&bench).len() == 3).await;
    assert_eq!(status(&bench, &same).await, RunStatus::Queued);
    gate.add_permits(4);
    for run in others.iter().chain([&same]) {
        assert_eq!(bench.engine.result(run).await.unwrap().status, Status::Succeeded);
    }
}

#[tokio::test]
async fn a_run_too_many_is_refused_where_the_flow_says_so_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let gate = bench.probe.close_gate();
    let flow = bounded(json!({ "limit": 1, "when_full": "refuse" }));
    let run = bench.start(&flow, numbered(0)).await;
    let error = bench.engine.start(flow.clone(), numbered(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert_eq!(error.message(), "1 runs of the flow \"bounded\" are under way, and it allows no more");
    assert!(error.retry_after().is_some());
    assert_eq!(bench.engine.list(Query::default()).await.unwrap().len(), 1);
    gate.add_permits(2);
    bench.engine.result(&run).await.unwrap();
    until(async || bench.engine.start(flow.clone(), numbered(2)).await.is_ok()).await;
}

#[tokio::test]
async fn whoever_starts_a_run_again_by_its_key_learns_of_it_where_another_is_refused() {
    let folder = TempDir::new().unwrap();
    for bench in [Bench::new(), Bench::durable(folder.path())] {
        let gate = bench.probe.close_gate();
        let flow = bounded(json!({ "limit": 1, "when_full": "refuse" }));
        let keyed = |key: &str| RunRequest { key: Some(key.to_owned()), ..numbered(0) };
        let run = bench.start(&flow, keyed("order-7")).await;
        let again = bench.engine.start(flow.clone(), keyed("order-7")).await.unwrap();
        assert_eq!((again.run, again.is_new), (run.as_str().into(), false));
        let other = bench.engine.start(flow.clone(), keyed("order-8")).await.unwrap_err();
        assert_eq!(other.kind(), ErrorKind::LimitExceeded);
        gate.add_permits(1);
        bench.engine.result(&run).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_come_at_once_as_many_are_taken_as_the_flow_allows() {
    let bench = Arc::new(Bench::new());
    let gate = bench.probe.close_gate();
    let flow = bounded(json!({ "limit": 3, "when_full": "refuse" }));
    let starts = (0..50).map(|number| {
        let (bench, flow) = (Arc::clone(&bench), Arc::clone(&flow));
        tokio::spawn(async move { bench.engine.start(flow, numbered(number)).await.map(|started| started.run) })
    });
    let started = futures_util::future::join_all(starts).await;
    let runs: Vec<_> = started.into_iter().filter_map(|start| start.unwrap().ok()).collect();
    assert_eq!(runs.len(), 3);
    gate.add_permits(3);
    for run in &runs {
        assert_eq!(bench.engine.result(run).await.unwrap().status, Status::Succeeded);
    }
}

#[tokio::test]
async fn a_key_that_has_no_value_is_refused_with_its_reason() {
    let bench = Bench::new();
    let flow = bounded(json!({ "limit": 1, "key": "{{ input.nunmber }}" }));
    let error = bench.engine.start(flow, numbered(0)).await.unwrap_err();
    assert_eq!((error.kind(), error.fix()), (ErrorKind::InvalidInput, Some("did you mean input.number?")));
}

#[tokio::test]
async fn whoever_waits_for_a_seat_is_cancelled_at_once_from_here_and_from_elsewhere() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let gate = bench.probe.close_gate();
    let flow = bounded(json!(1));
    let mut runs = Vec::new();
    for number in 0..4 {
        runs.push(bench.start(&flow, numbered(number)).await);
    }
    bench.engine.cancel(&runs[1]).await.unwrap();
    assert_eq!(bench.engine.result(&runs[1]).await.unwrap().status, Status::Cancelled);
    let elsewhere = Bench::durable(folder.path());
    elsewhere.engine.cancel(&runs[2]).await.unwrap();
    assert_eq!(bench.engine.result(&runs[2]).await.unwrap().status, Status::Cancelled);
    assert_eq!(called(&bench), [0], "the first has its seat still");
    gate.add_permits(2);
    assert_eq!(bench.engine.result(&runs[3]).await.unwrap().status, Status::Succeeded);
    assert_eq!(called(&bench), [0, 3]);
}

#[tokio::test]
async fn after_a_restart_who_had_a_seat_has_it_and_the_others_keep_their_order() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    bench.probe.close_gate();
    let flow = bounded(json!({ "limit": 1, "key": "{{ input.customer }}" }));
    let mut runs = Vec::new();
    for number in 0..4 {
        runs.push(bench.start(&flow, numbered(number)).await);
    }
    bench.probe.waits.notified().await;
    bench.kill().await;

    let events = Arc::new(Kept::default());
    let bench = Bench::with(|builder| builder.journal(crate::support::journal(folder.path())).events(events.clone()));
    let gate = bench.probe.close_gate();
    assert_eq!(bench.engine.resume().await.unwrap().runs, runs);
    let late = bench.start(&flow, numbered(4)).await;
    until(async || !called(&bench).is_empty()).await;
    bench.engine.cancel(&runs[2]).await.unwrap();
    gate.add_permits(10);
    for run in runs.iter().chain([&late]) {
        bench.engine.result(run).await.unwrap();
    }
    assert_eq!(called(&bench), [0, 1, 3, 4]);
    let begun = events.events().iter().filter(|event| matches!(event, RunEvent::RunStarted { .. })).count();
    assert_eq!(begun, 4, "the first had begun before, and is told as resumed");
}

#[tokio::test]
async fn a_seat_is_kept_while_the_run_waits_for_a_signal() {
    let bench = Bench::new();
    let file = json!({ "linkwork": 1, "name": "waits", "concurrency": 1,
                       "steps": [{ "id": "a", "wait": { "signal": "go" } }] });
    let flow = Arc::new(Flow::parse(&file.to_string()).unwrap());
    let (first, second) =
        (bench.start(&flow, RunRequest::default()).await, bench.start(&flow, RunRequest::default()).await);
    until(async || status(&bench, &first).await == RunStatus::Waiting).await;
    bench.engine.signal(&second, signal("", "go", json!(2))).await.unwrap();
    assert_eq!(status(&bench, &second).await, RunStatus::Queued);
    bench.engine.signal(&first, signal("", "go", json!(1))).await.unwrap();
    assert_eq!(*bench.engine.result(&first).await.unwrap().output, json!(1));
    assert_eq!(*bench.engine.result(&second).await.unwrap().output, json!(2), "what it was told before is not lost");
}
