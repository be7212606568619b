//! What the tests share.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use runner_journal::{
    Created, End, Entry, Error, Health, Journal, MemoryJournal, Message, NewRun, SqliteJournal, SqliteOptions,
    StoredRun,
};

pub(crate) fn open(folder: &Path) -> SqliteJournal {
    SqliteJournal::open(folder, SqliteOptions::default()).unwrap()
}

pub(crate) fn refusal(folder: &Path) -> Error {
    match SqliteJournal::open(folder, SqliteOptions::default()) {
        Ok(_) => panic!("the journal opens"),
        Err(error) => error,
    }
}

/// Runs a test against every kind of journal.
pub(crate) async fn each(test: impl AsyncFn(Arc<dyn Journal>)) {
    let folder = tempfile::tempdir().unwrap();
    test(Arc::new(open(folder.path()))).await;
    test(Arc::new(MemoryJournal::default())).await;
}

pub(crate) fn new_run(id: &str) -> NewRun {
    NewRun {
        id: id.to_owned(),
        tenant: "acme".to_owned(),
        flow: "triage".to_owned(),
        key: None,
        labels: BTreeMap::new(),
        created: 1_000,
        start: Bytes::from_static(b"start"),
        texts: vec![("triage".to_owned(), "the flow's text".to_owned())],
        parent: None,
        taken_over: Vec::new(),
    }
}

pub(crate) async fn create(journal: &dyn Journal, id: &str) {
    assert_eq!(journal.create(new_run(id)).await.unwrap(), Created::New);
}

/// An entry whose body can be foretold.
pub(crate) fn entry(run: &str, place: u64) -> Entry {
    let body = format!("{run} did {place} ").repeat(20);
    Entry { kind: 3, step: format!("steps/{place}"), attempt: 1, at: 2_000 + place, body: body.into() }
}

pub(crate) fn entries(run: &str, after: u64, count: u64) -> Vec<Entry> {
    (after..after + count).map(|place| entry(run, place)).collect()
}

pub(crate) fn end(at: u64) -> End {
    End { status: "succeeded".to_owned(), at, outcome: Bytes::from_static(b"done") }
}

/// Makes a run that is over.
pub(crate) async fn finished(journal: &dyn Journal, id: &str, at: u64) {
    create(journal, id).await;
    journal.finish(id, 0, entries(id, 0, 2), end(at)).await.unwrap();
}

pub(crate) fn message(id: &str) -> Message {
    Message { id: id.to_owned(), kind: 1, body: Bytes::from_static(b"go on") }
}

/// Loads a run, and asserts that it has at least so many entries, all of them as they were written.
pub(crate) async fn assert_holds(journal: &dyn Journal, run: &str, acknowledged: u64) -> StoredRun {
    let stored = journal.load(run).await.unwrap().unwrap();
    let count = stored.entries.len() as u64;
    assert!(count >= acknowledged, "{run}: {acknowledged} were acknowledged and {count} are there");
    assert!(stored.entries == entries(run, 0, count), "{run}: what is there is what was written");
    stored
}

/// Waits for what has to happen, and fails rather than hang.
pub(crate) async fn soon<T>(happens: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), happens).await.unwrap()
}

/// Waits until a journal says that it is so.
pub(crate) async fn until(journal: &dyn Journal, health: Health) {
    soon(async {
        while journal.health() != health {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
