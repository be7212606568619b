//! Large and binary values: kept once, whoever gave them, and whole.

use std::sync::Arc;

use runner_engine::{RunRequest, Status};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::faulty::Faulty;
use crate::support::{Bench, flow, journal, step};

/// The sizes of what the journal keeps apart, but for the texts of flows.
fn kept_apart(folder: &std::path::Path) -> Vec<usize> {
    let db = Connection::open(folder.join("journal.db")).unwrap();
    let sql = "SELECT length(body) FROM content WHERE number IN (SELECT content FROM run_blob) ORDER BY 1";
    let mut query = db.prepare(sql).unwrap();
    query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn the_same_large_value_is_kept_once_and_comes_back_whole() {
    let folder = TempDir::new().unwrap();
    let noted = Arc::new(Faulty::new(journal(folder.path())));
    let bench = Bench::with(|builder| builder.journal(noted.clone()));
    let large = "{{ 'x' * 300000 }}";
    let steps = json!([
        step("a", "write", json!(large)),
        step("b", "read", json!(large)),
        { "id": "c", "set": "{{ steps.a.output }}" },
    ]);
    let run = bench.run(flow(steps), RunRequest::default()).await.run;
    let put = noted.blobs.lock().unwrap().clone();
    assert_eq!((put.len(), put.iter().all(|hash| *hash == put[0])), (3, true), "two outputs and that of the run");
    drop(noted);
    bench.kill().await;
    assert_eq!(kept_apart(folder.path()), [300_002]);

    let bench = Bench::durable(folder.path());
    let whole = Value::from("x".repeat(300_000));
    assert_eq!(*bench.engine.result(&run).await.unwrap().output, whole);
    let steps = bench.engine.history(&run).await.unwrap().steps;
    assert!(steps.iter().all(|step| *step.output == whole));
}

#[tokio::test]
async fn the_same_file_is_kept_once_with_a_reference_of_its_own() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::durable(folder.path());
    let steps = json!([
        step("a", "file", json!("some text")),
        step("b", "file", json!("some text")),
        step("c", "file", json!("{{ steps.b.output }}")),
    ]);
    let report = bench.run(flow(steps), RunRequest::default()).await;
    assert_eq!((report.status, &*report.output), (Status::Succeeded, &json!("some text")));
    let file = serde_json::from_value(Value::clone(&report.steps[0].output)).unwrap();
    assert_eq!(bench.engine.files(&report.run).get(&file).await.unwrap(), "some text");
    let other = bench.run(flow(json!([step("a", "file", json!(report.steps[0].output))])), RunRequest::default()).await;
    let error = other.error.unwrap();
    assert!(error.message.starts_with("there is no file"), "a reference is good only in its run: {error:?}");
    bench.kill().await;
    let apart = kept_apart(folder.path());
    assert_eq!((apart.len(), apart[0]), (2, "some text".len()));
}
