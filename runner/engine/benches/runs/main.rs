//! What the engine costs: `cargo bench -p runner-engine --bench runs`, or a part of it by its name after `--`.
//! What the figures came to stands in docs/benchmarks.md.

mod bare;
mod connector;
mod counting;
mod durable;
mod figure;
mod long;
mod memory;
mod process;
mod waiting;

use std::sync::Arc;

use runner_engine::{Engine, Limits, RunRequest};
use runner_flow::Flow;
use runner_journal::{Journal, SqliteJournal, SqliteOptions};

use crate::connector::{Host, registry};
use crate::figure::Figure;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How often each figure is taken.
const TURNS: u32 = 5;
/// More runs than any of the figures needs.
const ROOM: usize = 20_000;

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() -> Result<(), Failure> {
    let only = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let wants = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let print = |figures: Vec<Figure>| figures.iter().for_each(|figure| println!("{figure}"));
    // First, while no other figure has left memory that may be used again.
    if wants("waiting") {
        print(runtime.block_on(waiting::figures())?);
    }
    if wants("memory") {
        print(runtime.block_on(memory::figures())?);
    }
    if wants("durable") {
        print(runtime.block_on(durable::figures_of_many())?);
    }
    if wants("alone") {
        print(runtime.block_on(durable::figures_of_one())?);
    }
    if wants("long") {
        print(runtime.block_on(long::figures())?);
    }
    Ok(())
}

/// A folder on the disk that the build is on: temporary folders are often in memory.
fn folder() -> Result<tempfile::TempDir, Failure> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

fn on_disk(folder: &tempfile::TempDir) -> Result<SqliteJournal, Failure> {
    Ok(SqliteJournal::open(folder.path(), SqliteOptions::default())?)
}

fn engine(journal: Arc<dyn Journal>) -> Result<Engine, Failure> {
    let limits = Limits { running: 256, tenant_running: 256, queued: ROOM, tenant_queued: ROOM, held: ROOM };
    Ok(Engine::builder(registry(), Host::new()?).journal(journal).limits(limits).build())
}

async fn start_all(engine: &Engine, flow: &Arc<Flow>, runs: u64) -> Result<Vec<Arc<str>>, Failure> {
    let mut started = Vec::new();
    for _ in 0..runs {
        started.push(engine.start(Arc::clone(flow), RunRequest::default()).await?.run);
    }
    Ok(started)
}
