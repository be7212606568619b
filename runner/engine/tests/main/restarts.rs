//! A run goes on where its journal ends, at whichever entry that is.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use connector_sdk::Effect;
use runner_engine::{Resumption, RunRequest, RunStatus, Status};
use runner_flow::Flow;
use runner_journal::{Journal as _, NewRun, StoredRun};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Bench, flow, journal, signal, step, until};

/// A flow with every effect, a loop, branches side by side and a wait for a signal.
fn of_everything() -> Arc<Flow> {
    flow(json!([
        step("look", "read", json!("look")),
        step("think", "generate", json!("think")),
        { "id": "each", "for_each": "input.items", "at_once": 2,
          "steps": [step("put", "idempotent", json!("put {{ item }}")), step("send", "write", json!("send {{ item }}"))] },
        { "id": "word", "wait": { "signal": "go" } },
        { "id": "both", "parallel": { "left": [step("left", "write", json!("left"))],
                                      "right": [step("right", "read", json!("right"))] } },
        step("last", "write", json!("{{ steps.word.output }}")),
    ]))
}

/// The same run with only its first entries, in a journal of its own that its process has left.
async fn cut_off(run: &StoredRun, entries: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let copy = journal(folder.path());
    let row = &run.row;
    let new = NewRun {
        id: row.id.clone(),
        tenant: row.tenant.clone(),
        flow: row.flow.clone(),
        key: row.key.clone(),
        labels: row.labels.clone(),
        created: row.created,
        start: run.start.clone(),
        texts: run.texts.clone(),
        parent: None,
        taken_over: Vec::new(),
    };
    copy.create(new).await.unwrap();
    if entries > 0 {
        copy.append(&row.id, 0, run.entries[..entries].to_vec()).await.unwrap();
    }
    folder
}

async fn stored(folder: &Path, run: &str) -> StoredRun {
    journal(folder).load(run).await.unwrap().unwrap()
}

/// The kinds of entries, as the engine numbers them.
const INTENT: u8 = 2;
const SUCCEEDED: u8 = 3;

#[tokio::test]
async fn at_every_entry_what_is_over_stays_over_and_what_was_under_way_ends_by_its_effect() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let request = RunRequest { input: json!({ "items": ["x", "y"] }), ..RunRequest::default() };
    let run = bench.start(&of_everything(), request).await;
    bench.engine.signal(&run, signal("1", "go", json!("gone"))).await.unwrap();
    assert_eq!(bench.engine.result(&run).await.unwrap().status, Status::Succeeded);
    let keys: BTreeMap<String, String> =
        bench.probe.calls.lock().unwrap().iter().map(|call| (call.value.to_string(), call.key.clone())).collect();
    bench.kill().await;
    let whole = stored(folder.path(), &run).await;
    assert_eq!(whole.entries.len(), 18);

    for entries in 0..=whole.entries.len() {
        let folder = cut_off(&whole, entries).await;
        let bench = Bench::durable(folder.path());
        assert_eq!(bench.engine.resume().await.unwrap().runs, [run.as_str()]);
        // A run that was told before may be over.
        drop(bench.engine.signal(&run, signal("1", "go", json!("gone"))).await);
        let result = bench.engine.result(&run).await.unwrap();

        let done = &whole.entries[..entries];
        let is_over = |entry: &&runner_journal::Entry| {
            entry.kind == INTENT
                && !done
                    .iter()
                    .any(|end| end.kind == SUCCEEDED && end.step == entry.step && end.attempt == entry.attempt)
        };
        let in_doubt: Vec<Value> = done
            .iter()
            .filter(is_over)
            .map(|entry| serde_json::from_slice::<Value>(&entry.body).unwrap())
            .filter(|intent| intent["effect"] == "write")
            .collect();
        let expected = if in_doubt.is_empty() { Status::Succeeded } else { Status::OutcomeUnknown };
        assert_eq!(result.status, expected, "after {entries} entries: {result:?}");
        let calls = bench.probe.calls.lock().unwrap().clone();
        for call in &calls {
            let succeeded =
                done.iter().any(|entry| entry.kind == SUCCEEDED && *entry.body == *call.value.to_string().as_bytes());
            assert!(!succeeded, "after {entries} entries, {} runs again", call.value);
            assert_eq!(keys[&call.value.to_string()], call.key, "the same request goes out under the same key");
            assert_eq!(bench.probe.count(&call.value), 1);
        }
        bench.kill().await;
    }
}

/// Starts a flow of one step with this effect, and kills the engine while it is under way.
async fn killed(folder: &Path, effect: Effect) -> String {
    let bench = Bench::durable(folder);
    bench.probe.close_gate();
    let run = bench.start(&flow(json!([step("a", effect.code(), json!(1))])), RunRequest::default()).await;
    bench.probe.waits.notified().await;
    bench.kill().await;
    run
}

#[tokio::test]
async fn an_attempt_that_was_under_way_is_repeated_unless_it_writes() {
    for effect in [Effect::Read, Effect::Generate, Effect::Idempotent] {
        let folder = TempDir::new().unwrap();
        let run = killed(folder.path(), effect).await;
        let bench = Bench::durable(folder.path());
        assert_eq!(bench.engine.resume_run(&run).await.unwrap(), Resumption::Resumed);
        let result = bench.engine.result(&run).await.unwrap();
        assert_eq!((result.status, &*result.output), (Status::Succeeded, &json!(1)));
        assert_eq!(bench.probe.count(&json!(1)), 1, "{effect:?}");
    }
    let folder = TempDir::new().unwrap();
    let run = killed(folder.path(), Effect::Write).await;
    let bench = Bench::durable(folder.path());
    bench.engine.resume().await.unwrap();
    let result = bench.engine.result(&run).await.unwrap();
    assert_eq!((result.status, bench.probe.count(&json!(1))), (Status::OutcomeUnknown, 0));
    assert!(result.error.as_ref().unwrap().message.starts_with("the process ended while the request was under way"));
}

#[tokio::test]
async fn a_signal_is_told_once_before_its_wait_and_over_restarts() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    bench.probe.close_gate();
    let waits = flow(json!([
        step("a", "read", json!("a")),
        { "id": "b", "wait": { "signal": "go" } },
        { "id": "c", "wait": { "signal": "go" } },
    ]));
    let run = bench.start(&waits, RunRequest::default()).await;
    bench.probe.waits.notified().await;
    assert!(bench.engine.signal(&run, signal("1", "go", json!(1))).await.unwrap());
    assert!(!bench.engine.signal(&run, signal("1", "go", json!(1))).await.unwrap(), "the same signal");
    bench.kill().await;

    let bench = Bench::durable(folder.path());
    bench.engine.resume().await.unwrap();
    until(async || bench.engine.status(&run).await.unwrap().status == RunStatus::Waiting).await;
    bench.kill().await;

    let bench = Bench::durable(folder.path());
    bench.engine.resume().await.unwrap();
    assert!(!bench.engine.signal(&run, signal("1", "go", json!(1))).await.unwrap());
    assert!(bench.engine.signal(&run, signal("2", "go", json!(2))).await.unwrap());
    let result = bench.engine.result(&run).await.unwrap();
    assert_eq!((result.status, &*result.output), (Status::Succeeded, &json!(2)));
    assert_eq!(bench.probe.count(&json!("a")), 0, "the step was over before");
}

#[tokio::test]
async fn a_timer_ends_when_it_was_to_end_also_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let waits = flow(json!([{ "id": "a", "wait": "1500ms" }, step("b", "read", json!("b"))]));
    let run = bench.start(&waits, RunRequest::default()).await;
    until(async || bench.engine.status(&run).await.unwrap().status == RunStatus::Waiting).await;
    bench.kill().await;
    let before = stored(folder.path(), &run).await.entries[0].at;

    let bench = Bench::durable(folder.path());
    bench.engine.resume().await.unwrap();
    assert_eq!(bench.engine.result(&run).await.unwrap().status, Status::Succeeded);
    let steps = bench.engine.history(&run).await.unwrap().steps;
    assert_eq!((&*steps[0].kind, steps[0].started.as_millis()), ("wait", before));
    assert!(steps[0].finished.as_millis() >= before + 1500);
}

#[tokio::test]
async fn what_another_version_of_the_machine_began_is_refused_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let run = bench.start(&flow(json!([{ "id": "a", "wait": { "signal": "go" } }])), RunRequest::default()).await;
    bench.kill().await;
    let mut other = stored(folder.path(), &run).await;
    let mut start: Value = serde_json::from_slice(&other.start).unwrap();
    start["machine"] = json!(999);
    other.start = start.to_string().into();
    let folder = cut_off(&other, 0).await;
    let bench = Bench::durable(folder.path());
    let resumed = bench.engine.resume().await.unwrap();
    assert!(resumed.runs.is_empty());
    let (refused, error) = &resumed.refused[0];
    assert_eq!(*refused, run);
    assert!(error.message().contains("version 999"), "{error}");
    assert!(error.fix().is_some());
    let other = Bench::durable(folder.path());
    assert_eq!(other.engine.resume_run(&run).await.unwrap_err().message(), error.message(), "it was let go");
}

#[tokio::test]
async fn a_flow_that_this_release_cannot_read_is_refused_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let run = bench.start(&flow(json!([step("a", "write", json!(1))])), RunRequest::default()).await;
    bench.engine.result(&run).await.unwrap();
    bench.kill().await;
    let mut later = stored(folder.path(), &run).await;
    later.texts[0].1 = later.texts[0].1.replace("\"linkwork\":1", "\"linkwork\":2");
    for entries in [0, 2] {
        let folder = cut_off(&later, entries).await;
        let bench = Bench::durable(folder.path());
        let resumed = bench.engine.resume().await.unwrap();
        let (refused, error) = &resumed.refused[0];
        assert_eq!((refused, resumed.runs.len()), (&run, 0));
        let message = format!("the flow of the run {run} cannot be read: this program reads version 1 of flow files");
        assert_eq!(error.message(), message);
        assert!(error.fix().is_some());
        assert_eq!(bench.probe.calls.lock().unwrap().len(), 0, "nothing is guessed");
    }
}

#[tokio::test]
async fn a_run_that_waits_at_shutdown_goes_on_and_what_is_under_way_ends_first() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let gate = bench.probe.close_gate();
    let waiting = bench.start(&flow(json!([{ "id": "a", "wait": { "signal": "go" } }])), RunRequest::default()).await;
    let two = flow(json!([step("a", "write", json!("a")), step("b", "write", json!("b"))]));
    let acting = bench.start(&two, RunRequest::default()).await;
    bench.probe.waits.notified().await;
    let shutdown = bench.engine.shutdown(std::time::Duration::from_secs(60));
    let meanwhile = async {
        let refused = bench.engine.start(two.clone(), RunRequest::default()).await;
        gate.add_permits(2);
        refused
    };
    let ((), refused) = tokio::join!(biased; shutdown, meanwhile);
    assert!(refused.unwrap_err().message().contains("shutting down"));
    assert_eq!((bench.probe.count(&json!("a")), bench.probe.count(&json!("b"))), (1, 0));
    drop(bench);

    let bench = Bench::durable(folder.path());
    let mut resumed = bench.engine.resume().await.unwrap().runs;
    resumed.sort_unstable();
    let mut both = [waiting.clone(), acting.clone()];
    both.sort_unstable();
    assert_eq!(resumed, both);
    assert_eq!(bench.engine.result(&acting).await.unwrap().status, Status::Succeeded);
    assert_eq!((bench.probe.count(&json!("a")), bench.probe.count(&json!("b"))), (0, 1));
}

#[tokio::test]
async fn a_run_that_there_is_no_room_for_is_left_to_others() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let waits = flow(json!([{ "id": "a", "wait": { "signal": "go" } }]));
    let run = bench.start(&waits, RunRequest::default()).await;
    bench.kill().await;
    let limits = runner_engine::Limits { held: 0, ..Default::default() };
    let full = Bench::with(|builder| builder.journal(journal(folder.path())).limits(limits));
    assert!(full.engine.resume().await.unwrap().is_full);
    let bench = Bench::durable(folder.path());
    assert_eq!(bench.engine.resume_run(&run).await.unwrap(), Resumption::Resumed);
}
