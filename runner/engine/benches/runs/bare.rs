//! Bare SQLite with group commit: what a disk gives at most to whoever wants every record synced.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::Failure;

struct Record {
    run: u64,
    place: u64,
    body: Vec<u8>,
    written: oneshot::Sender<()>,
}

/// Records that were written by so many writers in this time.
pub(crate) async fn turn(folder: &Path, in_flight: u64, time: Duration, size: usize) -> Result<u64, Failure> {
    let db = open(&folder.join("bare.db"))?;
    let (records, waiting) = sync_channel(1_024);
    let writer = std::thread::spawn(move || write(db, &waiting));
    let deadline = Instant::now() + time;
    let mut writers = JoinSet::new();
    for run in 0..in_flight {
        writers.spawn(ask(records.clone(), run, deadline, size));
    }
    drop(records);
    let mut all = 0;
    while let Some(done) = writers.join_next().await {
        all += done??;
    }
    writer.join().map_err(|_| "the writer panicked")??;
    Ok(all)
}

async fn ask(records: SyncSender<Record>, run: u64, deadline: Instant, size: usize) -> Result<u64, Failure> {
    let mut place = 0;
    while Instant::now() < deadline {
        let (written, answer) = oneshot::channel();
        records.send(Record { run, place, body: vec![7; size], written }).map_err(|_| "the writer is gone")?;
        answer.await?;
        place += 1;
    }
    Ok(place)
}

fn open(file: &Path) -> Result<Connection, Failure> {
    let db = Connection::open(file)?;
    db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch(
        "CREATE TABLE record (run INTEGER, place INTEGER, body BLOB); CREATE UNIQUE INDEX place ON record (run, place)",
    )?;
    Ok(db)
}

fn write(mut db: Connection, waiting: &Receiver<Record>) -> Result<(), Failure> {
    while let Ok(first) = waiting.recv() {
        let group: Vec<_> = std::iter::once(first).chain(waiting.try_iter().take(255)).collect();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for Record { run, place, body, .. } in &group {
            let mut insert = transaction.prepare_cached("INSERT INTO record VALUES (?1, ?2, ?3)")?;
            insert.execute(params![run, place, body])?;
        }
        transaction.commit()?;
        for record in group {
            let _ = record.written.send(());
        }
    }
    Ok(())
}
