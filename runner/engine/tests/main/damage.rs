//! What cannot be gone on with is said, and nothing is guessed.

use std::path::Path;

use connector_sdk::Error;
use runner_engine::{RunRequest, RunStatus};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Bench, flow, signal, step, until};

/// A folder with two runs that wait after a first step.
async fn two_runs() -> (TempDir, [String; 2]) {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let mut runs = Vec::new();
    for name in ["one", "two"] {
        let waits = flow(json!([step(name, "write", json!(name)), { "id": "b", "wait": { "signal": "go" } }]));
        let run = bench.start(&waits, RunRequest::default()).await;
        until(async || bench.engine.status(&run).await.unwrap().status == RunStatus::Waiting).await;
        runs.push(run);
    }
    bench.kill().await;
    (folder, runs.try_into().unwrap())
}

fn tamper(folder: &Path, sql: &str) {
    Connection::open(folder.join("journal.db")).unwrap().execute_batch(sql).unwrap();
}

/// The first run is refused, and the second goes on.
async fn refused(folder: &Path, [first, second]: &[String; 2]) -> Error {
    let bench = Bench::durable(folder);
    let mut resumed = bench.engine.resume().await.unwrap();
    assert_eq!(resumed.runs, [second.as_str()]);
    bench.engine.signal(second, signal("", "go", json!("gone"))).await.unwrap();
    assert_eq!(*bench.engine.result(second).await.unwrap().output, json!("gone"));
    assert_eq!(bench.probe.calls.lock().unwrap().len(), 0);
    let (run, error) = resumed.refused.remove(0);
    assert_eq!(run, *first);
    assert!(error.fix().is_some_and(|fix| fix.contains("start the run again")), "{error}");
    error
}

#[tokio::test]
async fn an_entry_that_is_not_what_was_written() {
    let (folder, runs) = two_runs().await;
    tamper(folder.path(), "UPDATE entry SET body = CAST('\"else\"' AS BLOB) WHERE run = 1 AND kind = 3");
    let error = refused(folder.path(), &runs).await;
    assert!(error.message().contains("is damaged at entry") && error.message().contains(&runs[0]), "{error}");
    let bench = Bench::durable(folder.path());
    assert!(bench.engine.history(&runs[0]).await.unwrap_err().message().contains("is damaged"));
}

#[tokio::test]
async fn a_flow_that_is_not_there_any_more() {
    let (folder, runs) = two_runs().await;
    tamper(folder.path(), "DELETE FROM run_text WHERE run = 1");
    assert!(refused(folder.path(), &runs).await.message().contains("is damaged"));
}
