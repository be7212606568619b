//! Step runs a second in memory, records a second against bare SQLite in the same run, what one run pays alone, and
//! what waiting runs weigh.

mod bare;
mod connector;
mod counting;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use runner_engine::{Engine, Limits, RunRequest, RunStatus};
use runner_flow::Flow;
use runner_journal::{Journal, MemoryJournal, SqliteJournal, SqliteOptions};
use serde_json::json;

use crate::connector::{Host, flow, loop_of, registry};
use crate::counting::Counting;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const TURN: Duration = Duration::from_secs(2);
const TURNS: u32 = 3;
const IN_FLIGHT: u64 = 64;
const RECORD: usize = 1_024;
const WAITING: usize = 10_000;

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() -> Result<(), Failure> {
    let only = std::env::args().nth(1).filter(|word| !word.starts_with('-'));
    let wants = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if wants("memory") {
        println!("in memory, 2 threads: {:.0} step runs/s", runtime.block_on(in_memory(64, 4_000))?);
        println!("in memory, one run:   {:.0} step runs/s", runtime.block_on(in_memory(1, 100_000))?);
    }
    if wants("durable") {
        let (bare, records) = runtime.block_on(durable())?;
        println!("durable, {IN_FLIGHT} runs: {records:.0} records/s, bare SQLite {bare:.0}, {:.2}", records / bare);
    }
    if wants("alone") {
        let alone = runtime.block_on(alone())?;
        let (step, record) = (alone.step.as_secs_f64() * 1e3, alone.record.as_secs_f64() * 1e3);
        println!("durable, one run: {:.2} syncs a step, {step:.3} ms a step, bare {record:.3} ms", alone.syncs);
    }
    if wants("waiting") {
        println!("{WAITING} waiting runs, in memory: {:.1} MB", runtime.block_on(waiting(None))?);
        let folder = folder()?;
        println!("{WAITING} waiting runs, durable:   {:.1} MB", runtime.block_on(waiting(Some(folder.path())))?);
    }
    Ok(())
}

/// A folder on the disk that the build is on: temporary folders are often in memory.
fn folder() -> Result<tempfile::TempDir, Failure> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

fn engine(journal: Arc<dyn Journal>) -> Result<Engine, Failure> {
    let all = WAITING * 2;
    let limits = Limits { running: 256, tenant_running: 256, queued: all, tenant_queued: all, held: all };
    Ok(Engine::builder(registry(), Host::new()?).journal(journal).limits(limits).build())
}

async fn start_all(engine: &Engine, flow: &Arc<Flow>, runs: u64) -> Result<Vec<Arc<str>>, Failure> {
    let mut started = Vec::new();
    for _ in 0..runs {
        started.push(engine.start(Arc::clone(flow), RunRequest::default()).await?.run);
    }
    Ok(started)
}

async fn in_memory(runs: u64, steps: u64) -> Result<f64, Failure> {
    let engine = engine(Arc::new(MemoryJournal::default()))?;
    let flow = loop_of("read", steps, "hello")?;
    let began = Instant::now();
    for run in start_all(&engine, &flow, runs).await? {
        let result = engine.result(&run).await?;
        assert!(result.error.is_none(), "{result:?}");
    }
    Ok((runs * steps) as f64 / began.elapsed().as_secs_f64())
}

/// Records a second: of bare SQLite and of the engine, in turns.
async fn durable() -> Result<(f64, f64), Failure> {
    let (mut bare, mut records) = (0, 0);
    let mut took = Duration::ZERO;
    for _ in 0..TURNS {
        bare += bare::turn(folder()?.path(), IN_FLIGHT, TURN, RECORD).await?;
        let folder = folder()?;
        let journal = SqliteJournal::open(folder.path(), SqliteOptions::default())?;
        let journal = Arc::new(Counting::new(journal));
        let engine = engine(Arc::clone(&journal) as _)?;
        let flow = loop_of("generate", 1_000_000, &"x".repeat(RECORD))?;
        start_all(&engine, &flow, IN_FLIGHT).await?;
        let (began, before) = (Instant::now(), journal.entries.load(Ordering::Relaxed));
        tokio::time::sleep(TURN).await;
        records += journal.entries.load(Ordering::Relaxed) - before;
        took += began.elapsed();
        engine.shutdown(Duration::ZERO).await;
    }
    Ok((bare as f64 / (TURN * TURNS).as_secs_f64(), records as f64 / took.as_secs_f64()))
}

struct Alone {
    syncs: f64,
    step: Duration,
    record: Duration,
}

async fn alone() -> Result<Alone, Failure> {
    const STEPS: u64 = 1_000;
    let (mut records, mut step, mut writes) = (0, Duration::ZERO, 0);
    for _ in 0..TURNS {
        records += bare::turn(folder()?.path(), 1, TURN, RECORD).await?;
        let folder = folder()?;
        let journal = Arc::new(Counting::new(SqliteJournal::open(folder.path(), SqliteOptions::default())?));
        let engine = engine(Arc::clone(&journal) as _)?;
        let flow = loop_of("generate", STEPS, &"x".repeat(RECORD))?;
        let began = Instant::now();
        engine.run(flow, RunRequest::default()).await?;
        step += began.elapsed();
        writes += journal.writes.load(Ordering::Relaxed);
    }
    let all = STEPS * u64::from(TURNS);
    let record = (TURN * TURNS).div_f64(records as f64);
    Ok(Alone { syncs: writes as f64 / all as f64, step: step.div_f64(all as f64), record })
}

/// Megabytes that waiting runs take.
async fn waiting(folder: Option<&Path>) -> Result<f64, Failure> {
    let journal: Arc<dyn Journal> = match folder {
        Some(folder) => Arc::new(SqliteJournal::open(folder, SqliteOptions::default())?),
        None => Arc::new(MemoryJournal::default()),
    };
    let engine = engine(journal)?;
    let waits = flow(&json!([
        { "id": "a", "action": "test/read", "with": { "text": "hello" } },
        { "id": "b", "wait": { "signal": "go" } },
    ]))?;
    // What the first runs set up is not theirs.
    start_all(&engine, &waits, 10).await?;
    let before = resident()?;
    let mut last = None;
    for _ in 0..WAITING {
        last = Some(engine.start(Arc::clone(&waits), RunRequest::default()).await?.run);
    }
    let last = last.ok_or("nothing was started")?;
    while engine.status(&last).await?.status != RunStatus::Waiting {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let taken = resident()?.saturating_sub(before) as f64 / 1e6;
    engine.shutdown(Duration::ZERO).await;
    Ok(taken)
}

/// Bytes that this process has in memory.
fn resident() -> Result<u64, Failure> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = pages.split(' ').nth(1).ok_or("statm says nothing")?.parse()?;
    Ok(pages * 4_096)
}
