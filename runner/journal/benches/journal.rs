//! Records a second of this journal, and of bare SQLite with group commit, in the same run.
//!
//! Records of 1 KiB, real syncs. Both take turns, so that a disk that gets slower slows both.
//! Then what the journal in memory takes in one turn.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use bytes::Bytes;
use runner_journal::{Entry, Journal, MemoryJournal, NewRun, SqliteJournal, SqliteOptions};
use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const TURN: Duration = Duration::from_secs(2);
const TURNS: u32 = 3;
const RECORD: usize = 1024;

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("{:>9} {:>14} {:>14} {:>6}", "in flight", "bare records/s", "journal", "ratio");
    for in_flight in [1, 16, 64] {
        let (mut bare, mut journal) = (0, 0);
        for _ in 0..TURNS {
            bare += runtime.block_on(turn_of_bare(in_flight))?;
            journal += runtime.block_on(turn_of_sqlite(in_flight))?;
        }
        let seconds = u64::from(TURNS) * TURN.as_secs();
        let ratio = journal as f64 / bare as f64;
        println!("{in_flight:>9} {:>14} {:>14} {ratio:>6.2}", bare / seconds, journal / seconds);
    }
    let memory = runtime.block_on(turn_of(Arc::new(MemoryJournal::default()), 64))?;
    println!("in memory, 64 in flight: {} records/s", memory / TURN.as_secs());
    Ok(())
}

/// A folder on the disk that the build is on: temporary folders are often in memory.
fn folder() -> Result<tempfile::TempDir, Failure> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

async fn turn_of_sqlite(in_flight: u64) -> Result<u64, Failure> {
    let folder = folder()?;
    turn_of(Arc::new(SqliteJournal::open(folder.path(), SqliteOptions::default())?), in_flight).await
}

async fn turn_of(journal: Arc<dyn Journal>, in_flight: u64) -> Result<u64, Failure> {
    let body = Bytes::from(vec![7; RECORD]);
    for run in 0..in_flight {
        journal.create(new_run(run)).await?;
    }
    let deadline = Instant::now() + TURN;
    let mut writers = JoinSet::new();
    for run in 0..in_flight {
        let (journal, body) = (journal.clone(), body.clone());
        writers.spawn(async move {
            let (run, mut done) = (format!("run_{run}"), 0);
            while Instant::now() < deadline {
                let entry = Entry { kind: 1, step: "steps/ask".to_owned(), attempt: 1, at: done, body: body.clone() };
                journal.append(&run, done, vec![entry]).await?;
                done += 1;
                if done % 1_024 == 0 {
                    // What never waits would keep the others from their turn.
                    tokio::task::yield_now().await;
                }
            }
            Ok(done)
        });
    }
    total(writers).await
}

fn new_run(run: u64) -> NewRun {
    NewRun {
        id: format!("run_{run}"),
        tenant: "tenant".to_owned(),
        flow: "flow".to_owned(),
        key: None,
        labels: std::collections::BTreeMap::new(),
        created: 0,
        start: Bytes::new(),
        texts: Vec::new(),
        parent: None,
        taken_over: Vec::new(),
    }
}

async fn total(mut writers: JoinSet<Result<u64, Failure>>) -> Result<u64, Failure> {
    let mut all = 0;
    while let Some(done) = writers.join_next().await {
        all += done??;
    }
    Ok(all)
}

struct Record {
    run: u64,
    place: u64,
    body: Bytes,
    written: oneshot::Sender<()>,
}

async fn turn_of_bare(in_flight: u64) -> Result<u64, Failure> {
    let folder = folder()?;
    let db = open_bare(&folder.path().join("bare.db"))?;
    let (records, waiting) = sync_channel(1024);
    let writer = std::thread::spawn(move || write_bare(db, &waiting));
    let deadline = Instant::now() + TURN;
    let mut writers = JoinSet::new();
    for run in 0..in_flight {
        writers.spawn(ask_bare(records.clone(), run, deadline));
    }
    drop(records);
    let all = total(writers).await?;
    writer.join().map_err(|_| "the writer panicked")??;
    Ok(all)
}

async fn ask_bare(records: SyncSender<Record>, run: u64, deadline: Instant) -> Result<u64, Failure> {
    let (body, mut done) = (Bytes::from(vec![7; RECORD]), 0);
    while Instant::now() < deadline {
        let (written, answer) = oneshot::channel();
        records.send(Record { run, place: done, body: body.clone(), written }).map_err(|_| "the writer is gone")?;
        answer.await?;
        done += 1;
    }
    Ok(done)
}

fn open_bare(file: &Path) -> Result<Connection, Failure> {
    let db = Connection::open(file)?;
    db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch(
        "CREATE TABLE record (run INTEGER, place INTEGER, body BLOB); CREATE UNIQUE INDEX place ON record (run, place)",
    )?;
    Ok(db)
}

fn write_bare(mut db: Connection, waiting: &Receiver<Record>) -> Result<(), Failure> {
    while let Ok(first) = waiting.recv() {
        let group: Vec<_> = std::iter::once(first).chain(waiting.try_iter().take(255)).collect();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for record in &group {
            transaction.prepare_cached("INSERT INTO record VALUES (?1, ?2, ?3)")?.execute(params![
                record.run,
                record.place,
                &record.body[..]
            ])?;
        }
        transaction.commit()?;
        for record in group {
            let _ = record.written.send(());
        }
    }
    Ok(())
}
