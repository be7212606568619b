//! What is written, when: an intent before its request, a result after it, as few commits as that allows.

use std::sync::Arc;

use connector_sdk::ErrorKind;
use runner_engine::{RunEvent, RunRequest, Status};
use runner_journal::Journal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::faulty::{Commit, Fault, Faulty};
use crate::support::{Bench, Kept, flow, journal, step};

const STARTED: u8 = 1;
const INTENT: u8 = 2;
const SUCCEEDED: u8 = 3;

/// What a run of these steps commits.
async fn commits(steps: Value) -> Vec<Commit> {
    let folder = TempDir::new().unwrap();
    let noted = Arc::new(Faulty::new(journal(folder.path())));
    let bench = Bench::with(|builder| builder.journal(noted.clone()));
    let report = bench.run(flow(steps), RunRequest::default()).await;
    assert_eq!(report.status, Status::Succeeded);
    noted.commits()
}

fn commit(kinds: &[u8]) -> Commit {
    Commit { kinds: kinds.to_vec(), is_end: false }
}

fn end(kinds: &[u8]) -> Commit {
    Commit { kinds: kinds.to_vec(), is_end: true }
}

#[tokio::test]
async fn what_a_step_gave_is_written_together_with_what_the_next_one_is_about_to_send() {
    let steps =
        json!([step("a", "write", json!(1)), step("b", "generate", json!(2)), step("c", "idempotent", json!(3))]);
    let expected =
        [commit(&[STARTED, INTENT]), commit(&[SUCCEEDED, INTENT]), commit(&[SUCCEEDED, INTENT]), end(&[SUCCEEDED])];
    assert_eq!(commits(steps).await, expected);
}

#[tokio::test]
async fn what_reads_needs_no_intent_and_pure_steps_add_nothing() {
    let pure = |id: &str| json!({ "id": id, "set": 1 });
    assert_eq!(commits(json!([pure("a"), pure("b"), pure("c")])).await, [end(&[STARTED])]);
    let steps = json!([pure("a"), step("b", "read", json!(1)), pure("c"), step("d", "read", json!(2)), pure("e")]);
    assert_eq!(commits(steps).await, [commit(&[STARTED]), commit(&[SUCCEEDED]), end(&[SUCCEEDED])]);
}

#[tokio::test]
async fn turns_that_go_together_are_written_together() {
    let turn = json!([step("a", "write", json!("{{ item }}"))]);
    let written = commits(json!([{ "id": "each", "for_each": [1, 2, 3, 4], "at_once": 4, "steps": turn }])).await;
    assert_eq!(written[0], commit(&[STARTED, INTENT, INTENT, INTENT, INTENT]));
    assert_eq!(*written.last().unwrap(), end(&[SUCCEEDED; 4]));
    assert_eq!(written.len(), 2, "{written:?}");
}

/// A flow with every effect, where each step waits for the one before.
fn of_every_effect() -> Arc<runner_flow::Flow> {
    flow(json!([
        step("look", "read", json!("look")),
        step("send", "write", json!("send")),
        { "id": "each", "for_each": ["x", "y"], "at_once": 2, "steps": [
            step("think", "generate", json!("think {{ item }}")),
            step("put", "idempotent", json!("put {{ item }}")),
            step("post", "write", json!("post {{ item }}")) ] },
        { "id": "pause", "wait": "1ms" },
        step("last", "write", json!("last")),
    ]))
}

/// Runs the flow until its nth commit fails, and goes on with it elsewhere. None if it has no nth commit.
async fn fails_at(nth: usize, fault: Fault) -> Option<()> {
    let folder = TempDir::new().unwrap();
    let faulty = Arc::new(Faulty::failing(journal(folder.path()), nth, fault));
    let events = Arc::new(Kept::default());
    let first = Bench::with(|builder| builder.journal(faulty.clone()).events(events.clone()));
    let run = first.start(&of_every_effect(), RunRequest::default()).await;
    let stopped = match first.engine.result(&run).await {
        Ok(result) => {
            assert_eq!(result.status, Status::Succeeded);
            return None;
        }
        Err(error) => error,
    };
    assert!(stopped.message().contains("takes nothing more: this is meant"), "{stopped}");
    let refused = first.engine.start(of_every_effect(), RunRequest::default()).await.unwrap_err();
    assert_eq!(refused.message(), "a write to the journal failed, so it takes nothing more");
    assert!(refused.fix().unwrap().starts_with("check the disk"));
    let is_told =
        |event: &RunEvent| matches!(event, RunEvent::Log { message, .. } if message.contains("takes nothing more"));
    assert!(events.events().iter().any(is_told), "whoever listens is told that the run stops");
    let before = first.probe.calls.lock().unwrap().clone();
    first.kill().await;
    drop(faulty);

    let kept = journal(folder.path()).load(&run).await.unwrap().unwrap();
    let bench = Bench::durable(folder.path());
    let resumed = bench.engine.resume().await.unwrap();
    assert_eq!(resumed.runs.is_empty(), kept.row.finished.is_some());
    let result = bench.engine.result(&run).await.unwrap();
    let after = bench.probe.calls.lock().unwrap().clone();
    for call in &after {
        let text = call.value.to_string();
        let is_over = kept.entries.iter().any(|entry| entry.kind == SUCCEEDED && *entry.body == *text.as_bytes());
        assert!(!is_over, "{text} is over and runs again, after {nth} {fault:?}");
        let earlier = before.iter().find(|earlier| earlier.value == call.value);
        assert!(earlier.is_none_or(|earlier| earlier.key == call.key), "{text} goes out under another key");
        let is_write = call.effect == connector_sdk::Effect::Write;
        assert!(!(is_write && earlier.is_some()), "{text} is written twice, after {nth} {fault:?}");
    }
    let is_in_doubt = kept.row.finished.is_none() && is_in_doubt(&kept.entries);
    let expected = if is_in_doubt { Status::OutcomeUnknown } else { Status::Succeeded };
    assert_eq!(result.status, expected, "after {nth} {fault:?}");
    Some(())
}

/// Whether a write was begun, and its end is not written.
fn is_in_doubt(entries: &[runner_journal::Entry]) -> bool {
    let ended = |intent: &runner_journal::Entry| {
        entries.iter().any(|entry| entry.kind == SUCCEEDED && entry.step == intent.step)
    };
    let writes =
        |intent: &runner_journal::Entry| serde_json::from_slice::<Value>(&intent.body).unwrap()["effect"] == "write";
    entries.iter().any(|entry| entry.kind == INTENT && writes(entry) && !ended(entry))
}

#[tokio::test]
async fn whichever_commit_fails_nothing_is_lost_and_nothing_that_is_over_is_done_again() {
    for fault in [Fault::Lost, Fault::Unheard] {
        let mut commits = 0;
        while fails_at(commits, fault).await.is_some() {
            commits += 1;
        }
        assert!(commits >= 8, "only {commits}");
    }
}

#[tokio::test]
async fn a_run_that_is_resumed_twice_at_once_goes_on_once() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    bench.probe.close_gate();
    let run = bench.start(&flow(json!([step("a", "read", json!(1))])), RunRequest::default()).await;
    bench.probe.waits.notified().await;
    bench.kill().await;

    let slow = Arc::new(Faulty::new(journal(folder.path())));
    let bench = Bench::with(|builder| builder.journal(slow.clone()));
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    *slow.gate.lock().unwrap() = Some(gate.clone());
    let late = bench.engine.resume_run(&run);
    let meanwhile = async {
        slow.loaded.notified().await;
        let other = bench.engine.resume_run(&run).await.unwrap();
        if other == runner_engine::Resumption::Resumed {
            bench.engine.result(&run).await.unwrap();
        }
        gate.add_permits(1);
    };
    let (late, ()) = tokio::join!(late, meanwhile);
    late.unwrap();
    assert_eq!(bench.engine.result(&run).await.unwrap().status, Status::Succeeded);
    assert_eq!(bench.probe.count(&json!(1)), 1);
}

#[tokio::test]
async fn a_run_that_is_over_is_not_resumed() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let report = bench.run(flow(json!([step("a", "write", json!(1))])), RunRequest::default()).await;
    assert_eq!(bench.engine.resume_run(&report.run).await.unwrap(), runner_engine::Resumption::Finished);
    assert_eq!(bench.engine.resume_run("run_0").await.unwrap_err().kind(), ErrorKind::NotFound);
    bench.engine.shutdown(std::time::Duration::ZERO).await;
    assert_eq!(bench.engine.resume_run(&report.run).await.unwrap_err().kind(), ErrorKind::Unavailable);
}
