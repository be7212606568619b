//! No room.

use std::sync::Arc;

use bytes::Bytes;
use runner_journal::{Error, Health, Journal, Retention, SqliteJournal, SqliteOptions};
use tokio::task::JoinHandle;

use crate::support::{assert_holds, create, entries, finished, message, new_run, soon, until};

const ROOM: u64 = 1 << 20;

fn open(folder: &std::path::Path) -> Arc<SqliteJournal> {
    let options = SqliteOptions { max_bytes: Some(ROOM), ..SqliteOptions::default() };
    Arc::new(SqliteJournal::open(folder, options).unwrap())
}

/// Writes to a run, ten entries at a time.
fn write(journal: &Arc<SqliteJournal>, run: &'static str, times: u64) -> JoinHandle<()> {
    let journal = journal.clone();
    tokio::spawn(async move {
        for after in (0..times * 10).step_by(10) {
            journal.append(run, after, entries(run, after, 10)).await.unwrap();
        }
    })
}

async fn assert_refuses_what_is_new(journal: &SqliteJournal) {
    assert!(matches!(journal.create(new_run("run_new")).await.unwrap_err(), Error::Full { .. }));
    assert!(matches!(journal.post("run_a", message("one")).await.unwrap_err(), Error::Full { .. }));
}

#[tokio::test]
async fn without_room_runs_wait_and_new_ones_are_refused_until_pruning_makes_room() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for run in ["run_old_1", "run_old_2"] {
        create(&*journal, run).await;
        journal.put_blob(run, Bytes::from(run.repeat(40_000))).await.unwrap();
        journal.finish(run, 0, Vec::new(), crate::support::end(1)).await.unwrap();
    }
    create(&*journal, "run_a").await;
    create(&*journal, "run_b").await;
    let writers = [write(&journal, "run_a", 80), write(&journal, "run_b", 80)];
    until(&*journal, Health::Full).await;
    assert_refuses_what_is_new(&journal).await;
    assert!(!writers.iter().all(JoinHandle::is_finished), "somebody waits");
    let pruned = journal.prune(Retention { age: None, count: Some(0) }, 10).await.unwrap();
    assert_eq!((pruned.runs, pruned.blobs), (2, 2));
    for writer in writers {
        soon(writer).await.unwrap();
    }
    for run in ["run_a", "run_b"] {
        assert_eq!(assert_holds(&*journal, run, 800).await.entries.len(), 800);
    }
}

#[tokio::test]
async fn a_raised_limit_lets_what_waits_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    create(&*journal, "run_a").await;
    let writer = write(&journal, "run_a", 400);
    until(&*journal, Health::Full).await;
    assert_refuses_what_is_new(&journal).await;
    journal.set_max_bytes(None).await.unwrap();
    soon(writer).await.unwrap();
    assert_eq!(assert_holds(&*journal, "run_a", 4_000).await.entries.len(), 4_000);
    assert_eq!(journal.health(), Health::Ok);
    finished(&*journal, "run_new", 1).await;
}

#[tokio::test]
async fn content_that_does_not_fit_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    create(&*journal, "run_a").await;
    let large = Bytes::from(vec![7; 2 * ROOM as usize]);
    let putting = tokio::spawn({
        let (journal, large) = (journal.clone(), large.clone());
        async move { journal.put_blob("run_a", large).await.unwrap() }
    });
    until(&*journal, Health::Full).await;
    soon(write(&journal, "run_a", 5)).await.unwrap();
    // Nothing is parked, and still somebody looks whether there is room for more.
    until(&*journal, Health::Ok).await;
    journal.set_max_bytes(None).await.unwrap();
    let hash = soon(putting).await.unwrap();
    assert_eq!(journal.get_blob("run_a", &hash).await.unwrap(), Some(large));
}
