//! Many at once, committed together.

use std::sync::Arc;

use futures_util::future::join_all;
use runner_journal::{Error, Journal};
use tokio::task::JoinSet;

use crate::support::{assert_holds, create, entries, open};

#[tokio::test]
async fn what_is_committed_together_keeps_the_order_of_each_run() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(open(folder.path()));
    let runs: Vec<_> = (0..16).map(|run| format!("run_{run}")).collect();
    for run in &runs {
        create(&*journal, run).await;
    }
    // Nobody waits for an answer before asking again. One thread takes up tasks in their order.
    let mut appends = JoinSet::new();
    for (after, run) in (0..50).flat_map(|after| runs.iter().map(move |run| (after, run.clone()))) {
        let journal = journal.clone();
        appends.spawn(async move { journal.append(&run, after, entries(&run, after, 1)).await.unwrap() });
    }
    appends.join_all().await;
    for run in &runs {
        assert_eq!(assert_holds(&*journal, run, 50).await.entries.len(), 50);
    }
}

#[tokio::test]
async fn who_fails_in_a_group_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for run in ["run_a", "run_b", "run_c", "run_d"] {
        create(&journal, run).await;
    }
    // The database has no such number, which shows only when it is written.
    let mut unwritable = entries("run_d", 0, 2);
    unwritable[1].at = u64::MAX;
    let mut answers = join_all([
        journal.append("run_a", 0, entries("run_a", 0, 1)),
        journal.append("run_b", 7, entries("run_b", 7, 1)),
        journal.append("run_none", 0, entries("run_none", 0, 1)),
        journal.append("run_d", 0, unwritable),
        journal.append("run_c", 0, entries("run_c", 0, 1)),
        journal.append("run_a", 1, entries("run_a", 1, 1)),
    ])
    .await
    .into_iter();
    answers.next().unwrap().unwrap();
    assert_eq!(answers.next().unwrap().unwrap_err(), Error::Fenced { run: "run_b".to_owned() });
    assert_eq!(answers.next().unwrap().unwrap_err(), Error::NoSuchRun { run: "run_none".to_owned() });
    assert!(matches!(answers.next().unwrap().unwrap_err(), Error::Unusable { .. }));
    answers.next().unwrap().unwrap();
    answers.next().unwrap().unwrap();
    for (run, count) in [("run_a", 2), ("run_b", 0), ("run_c", 1), ("run_d", 0)] {
        assert_eq!(assert_holds(&journal, run, count).await.entries.len() as u64, count);
    }
}

#[tokio::test]
async fn what_was_asked_is_written_before_the_journal_closes() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    create(&journal, "run_a").await;
    tokio::select! {
        biased;
        _ = journal.append("run_a", 0, entries("run_a", 0, 3)) => panic!("it is asked for, and not waited for"),
        () = std::future::ready(()) => {}
    }
    drop(journal);
    assert_holds(&open(folder.path()), "run_a", 3).await;
    assert!(!folder.path().join("journal.db-wal").exists(), "the log is in the file");
}
