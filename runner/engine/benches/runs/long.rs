//! Long flows: the time a turn of a loop must not grow with the turns, nor the memory.
//!
//! Time, a processor's, is taken of one loop. Memory is taken of loops of 1,000 turns within a loop, whose outputs are let go as they
//! end, so that what grows is not what the flow asked to keep. On disk nothing waits for the disk, as a sync a turn
//! would be all that is measured.

use std::sync::Arc;

use runner_engine::RunRequest;
use runner_flow::Flow;
use runner_journal::{Durability, Journal, MemoryJournal, SqliteJournal, SqliteOptions};

use crate::connector::{loop_of, loops_of};
use crate::figure::{Bound, Figure, median};
use crate::{Failure, engine, folder, process};

const SHORT: u64 = 10_000;
const LONG: u64 = 100_000;
const TURNS: u32 = 3;

pub(crate) async fn figures() -> Result<Vec<Figure>, Failure> {
    let mut figures = of(async || Ok((Arc::new(MemoryJournal::default()) as _, None)), "in memory").await?;
    let on_disk = async || {
        let folder = folder()?;
        let options = SqliteOptions { durability: Durability::Process, ..SqliteOptions::default() };
        Ok((Arc::new(SqliteJournal::open(folder.path(), options)?) as _, Some(folder)))
    };
    figures.extend(of(on_disk, "on disk").await?);
    Ok(figures)
}

type Opened = (Arc<dyn Journal>, Option<tempfile::TempDir>);

async fn of(journal: impl AsyncFn() -> Result<Opened, Failure>, kind: &str) -> Result<Vec<Figure>, Failure> {
    let run = async |flow: &Arc<Flow>| {
        let (journal, _folder) = journal().await?;
        run(journal, flow).await
    };
    let (short, long) = (run(&loops_of(SHORT / 1_000)?).await?, run(&loops_of(LONG / 1_000)?).await?);
    let memory = format!("{LONG} turns, {kind}: memory above that of {SHORT}");
    let memory = Figure::new(memory, "MB", Bound::AtMost(2.0), vec![long.megabytes - short.megabytes]);
    let (short, long) = (loop_of("read", SHORT, "hello")?, loop_of("read", LONG, "hello")?);
    let (mut times, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        // As many turns in all, so that both are measured for as long.
        let mut of_short = 0.0;
        for _ in 0..LONG / SHORT {
            of_short += run(&short).await?.micros;
        }
        let of_long = run(&long).await?.micros;
        times.push(of_long / LONG as f64);
        ratios.push(of_long / of_short);
    }
    let time =
        format!("{LONG} turns, {kind}, {:.1} µs each: the time of a turn to that of {SHORT} turns", median(&times));
    Ok(vec![Figure::new(time, "times", Bound::AtMost(1.5), ratios), memory])
}

struct Ran {
    micros: f64,
    megabytes: f64,
}

async fn run(journal: Arc<dyn Journal>, flow: &Arc<Flow>) -> Result<Ran, Failure> {
    let engine = engine(journal)?;
    let before = process::resident()?;
    process::forget_peak()?;
    let worked = process::worked()?;
    let report = engine.run(Arc::clone(flow), RunRequest::default()).await?;
    let micros = 1e6 * (process::worked()? - worked);
    assert!(report.error.is_none(), "{:?}", report.error);
    Ok(Ran { micros, megabytes: process::peak()? - before })
}
