//! Forgetting runs.

use bytes::Bytes;
use runner_journal::{Journal, MemoryJournal, MemoryOptions, NewRun, Pruned, Query, Retention};

use crate::support::{create, each, finished, message, new_run};

#[tokio::test]
async fn finished_runs_go_by_age_and_by_count_and_unfinished_ones_never() {
    each(async |journal| {
        create(&*journal, "run_running").await;
        for number in 1..=200 {
            finished(&*journal, &format!("run_{number}"), number * 10).await;
        }
        let by_age = Retention { age: Some(1_000), count: None };
        assert_eq!(journal.prune(by_age, 2_000).await.unwrap().runs, 99, "those that ended before 1000");
        let by_count = Retention { age: None, count: Some(1) };
        assert_eq!(journal.prune(by_count, 2_000).await.unwrap().runs, 100);
        let left = journal.list(Query::default()).await.unwrap();
        assert_eq!(left.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["run_200", "run_running"]);
        assert_eq!(journal.prune(Retention::default(), u64::MAX >> 1).await.unwrap(), Pruned::default());
        journal.append("run_running", 0, Vec::new()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn content_goes_with_the_last_run_that_refers_to_it() {
    each(async |journal| {
        let key = Some("k".to_owned());
        journal.create(NewRun { key: key.clone(), ..new_run("run_a") }).await.unwrap();
        let shared = journal.put_blob("run_a", Bytes::from_static(b"shared")).await.unwrap();
        let own = journal.put_blob("run_a", Bytes::from_static(b"own")).await.unwrap();
        let (parent, taken_over) = (Some("run_a".to_owned()), vec![shared.clone()]);
        journal.create(NewRun { parent, taken_over, ..new_run("run_running") }).await.unwrap();
        journal.post("run_a", message("one")).await.unwrap();
        journal.finish("run_a", 0, Vec::new(), crate::support::end(1)).await.unwrap();
        let all = Retention { age: None, count: Some(0) };
        assert_eq!(journal.prune(all, 10).await.unwrap(), Pruned { runs: 1, blobs: 1 });
        assert_eq!(journal.row("run_a").await.unwrap(), None);
        assert_eq!(journal.get_blob("run_a", &own).await.unwrap(), None);
        assert!(journal.get_blob("run_running", &shared).await.unwrap().is_some());
        assert_eq!(journal.mail(0).await.unwrap(), []);
        journal.create(NewRun { key, ..new_run("run_b") }).await.unwrap();
        assert!(journal.row("run_b").await.unwrap().is_some(), "the key is free again");
    })
    .await;
}

#[tokio::test]
async fn memory_keeps_some_finished_runs() {
    let journal = MemoryJournal::new(MemoryOptions { finished: 2 });
    for number in 0..4 {
        finished(&journal, &format!("run_{number}"), number).await;
    }
    let left = journal.list(Query::default()).await.unwrap();
    assert_eq!(left.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["run_3", "run_2"]);
}
