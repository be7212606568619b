//! Tables of other rooms, in the file of the runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use runner_journal::{Error, Health, Journal as _, SqliteJournal, SqliteOptions, Store};

use crate::support::{assert_holds, create, entries, open, soon, until};

async fn with_notes(journal: &SqliteJournal) -> Store {
    let store = journal.store();
    store.write(0, |db| db.execute_batch("CREATE TABLE note (text TEXT NOT NULL) STRICT")).await.unwrap();
    store
}

async fn write(store: &Store, text: &str) -> Result<usize, Error> {
    let note = text.to_owned();
    store.write(text.len(), move |db| db.execute("INSERT INTO note VALUES (?1)", [&note])).await
}

async fn count(store: &Store) -> u64 {
    let count = |db: &rusqlite::Connection| db.query_row("SELECT count(*) FROM note", [], |row| row.get(0));
    let counted = store.read(count).await.unwrap();
    assert_eq!(store.read_now(count).unwrap(), counted);
    counted
}

#[tokio::test]
async fn what_is_written_is_there_beside_the_runs_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let store = with_notes(&journal).await;
    create(&journal, "run_a").await;
    write(&store, "one").await.unwrap();
    let other = store.clone();
    let now = move || other.write_now(0, |db| db.execute("INSERT INTO note VALUES ('two')", []));
    tokio::task::spawn_blocking(now).await.unwrap().unwrap();
    journal.append("run_a", 0, entries("run_a", 0, 3)).await.unwrap();
    assert_eq!((count(&store).await, store.health()), (2, Health::Ok));
    drop(journal);
    assert_eq!(write(&store, "three").await.unwrap_err(), Error::Closed);
    assert_eq!(store.read_now(|_| Ok(())).unwrap_err(), Error::Closed);
    let journal = open(folder.path());
    assert_eq!(count(&journal.store()).await, 2);
    assert_holds(&journal, "run_a", 3).await;
}

#[tokio::test]
async fn a_command_that_fails_leaves_nothing_and_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let store = with_notes(&journal).await;
    create(&journal, "run_a").await;
    let half = store.write(0, |db| {
        db.execute("INSERT INTO note VALUES ('half')", [])?;
        db.execute("INSERT INTO nowhere VALUES (1)", [])
    });
    let (half, run) = tokio::join!(half, journal.append("run_a", 0, entries("run_a", 0, 1)));
    assert!(matches!(half.unwrap_err(), Error::Unusable { .. }));
    run.unwrap();
    assert_eq!(count(&store).await, 0);
    let misread = store.read(|db| db.query_row("SELECT 'text'", [], |row| row.get::<_, u64>(0))).await;
    assert!(matches!(misread.unwrap_err(), Error::Damaged { run: None, .. }));
}

#[tokio::test]
async fn who_is_answered_has_back_what_the_command_held() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let times = Arc::new(AtomicU64::new(0));
    for _ in 0..200 {
        let held = times.clone();
        journal.store().write(0, move |_| Ok(held.fetch_add(1, Ordering::Relaxed))).await.unwrap();
        assert_eq!(Arc::strong_count(&times), 1);
    }
}

#[tokio::test]
async fn without_room_only_upkeep_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { max_bytes: Some(1 << 20), ..SqliteOptions::default() };
    let journal = SqliteJournal::open(folder.path(), options).unwrap();
    let store = with_notes(&journal).await;
    let note = "a note ".repeat(10_000);
    let mut notes = 0;
    let error = loop {
        match write(&store, &note).await {
            Ok(_) => notes += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error, Error::Full { file: store.file().to_owned() });
    assert_eq!((store.check().unwrap_err(), store.health()), (error, Health::Full));
    assert_eq!(count(&store).await, notes);
    store.upkeep(|db| db.execute("DELETE FROM note", [])).await.unwrap();
    soon(until(&journal, Health::Ok)).await;
    write(&store, &note).await.unwrap();
    assert_eq!(count(&store).await, 1);
}
