//! Bare SQLite with group commit: what a disk gives at most to whoever wants every record synced.
//!
//! It writes what the engine writes: as many records, of the same size, as many of them asked for together; with the
//! same write-ahead log, the same full sync, on the same disk.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::Failure;

/// What one caller asks for at once, and waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    pub(crate) records: u64,
    pub(crate) bytes: usize,
}

struct Ask {
    run: u64,
    place: u64,
    bodies: Vec<Vec<u8>>,
    written: oneshot::Sender<()>,
}

/// Records a second that so many callers get written.
pub(crate) async fn turn(folder: &Path, callers: u64, time: Duration, batch: Batch) -> Result<f64, Failure> {
    let db = open(&folder.join("bare.db"))?;
    let (asks, waiting) = sync_channel(1_024);
    let writer = std::thread::spawn(move || write(db, &waiting));
    let began = Instant::now();
    let mut all = JoinSet::new();
    for run in 0..callers {
        all.spawn(ask(asks.clone(), run, began + time, batch));
    }
    drop(asks);
    let mut records = 0;
    while let Some(done) = all.join_next().await {
        records += done??;
    }
    let took = began.elapsed();
    writer.join().map_err(|_| "the writer panicked")??;
    Ok(records as f64 / took.as_secs_f64())
}

async fn ask(asks: SyncSender<Ask>, run: u64, deadline: Instant, batch: Batch) -> Result<u64, Failure> {
    let mut place = 0;
    while Instant::now() < deadline {
        let (written, answer) = oneshot::channel();
        let bodies = (0..batch.records).map(|_| vec![7; batch.bytes]).collect();
        asks.send(Ask { run, place, bodies, written }).map_err(|_| "the writer is gone")?;
        answer.await?;
        place += batch.records;
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

fn write(mut db: Connection, waiting: &Receiver<Ask>) -> Result<(), Failure> {
    while let Ok(first) = waiting.recv() {
        let group: Vec<_> = std::iter::once(first).chain(waiting.try_iter().take(255)).collect();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut insert = transaction.prepare_cached("INSERT INTO record VALUES (?1, ?2, ?3)")?;
        for Ask { run, place, bodies, .. } in &group {
            for (place, body) in (*place..).zip(bodies) {
                insert.execute(params![run, place, body])?;
            }
        }
        drop(insert);
        transaction.commit()?;
        for ask in group {
            let _ = ask.written.send(());
        }
    }
    Ok(())
}
