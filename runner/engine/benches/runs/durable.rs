//! Runs on disk, every commit synced, beside bare SQLite in the same run.
//!
//! A record is an entry of the journal: for each step the intent to send, and the output of 1 KiB that came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use runner_engine::RunRequest;

use crate::connector::loop_of;
use crate::counting::{Counting, Written};
use crate::figure::{Bound, Figure, median};
use crate::{Failure, TURNS, bare, engine, folder, on_disk, start_all};

const TURN: Duration = Duration::from_secs(2);
const IN_FLIGHT: u64 = 64;
const OUTPUT: usize = 1_024;
/// One run and the bare take short turns, often: what the machine does beside shows in both.
const SHORT_TURN: Duration = Duration::from_millis(300);
const SHORT_TURNS: u32 = 21;
const STEPS: u64 = 300;

/// Records a second of 64 runs at once.
pub(crate) async fn figures_of_many() -> Result<Vec<Figure>, Failure> {
    let (mut ratios, mut engines, mut bares) = (Vec::new(), Vec::new(), Vec::new());
    let mut batch = None;
    for _ in 0..TURNS {
        let written = many().await?;
        let records = written.entries as f64 / TURN.as_secs_f64();
        let bare = bare::turn(folder()?.path(), IN_FLIGHT, TURN, written.batch()).await?;
        ratios.push(records / bare);
        engines.push(records);
        bares.push(bare);
        batch = Some(written.batch());
    }
    let (engine, bare) = (median(&engines), median(&bares));
    let what = format!(
        "durable, {IN_FLIGHT} runs at once: {engine:.0} records a second to bare SQLite's {bare:.0}, both as {batch:?}"
    );
    Ok(vec![Figure::new(what, "of the bare", Bound::AtLeast(0.5), ratios)])
}

async fn many() -> Result<Written, Failure> {
    let folder = folder()?;
    let journal = Arc::new(Counting::new(on_disk(&folder)?));
    let engine = engine(Arc::clone(&journal) as _)?;
    let flow = loop_of("generate", 1_000_000, &"x".repeat(OUTPUT))?;
    start_all(&engine, &flow, IN_FLIGHT).await?;
    let before = journal.written();
    tokio::time::sleep(TURN).await;
    let written = journal.written().since(before);
    engine.shutdown(Duration::ZERO).await;
    Ok(written)
}

/// What a step of one run pays alone.
pub(crate) async fn figures_of_one() -> Result<Vec<Figure>, Failure> {
    let (mut syncs, mut above, mut bares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SHORT_TURNS {
        let (written, took) = one().await?;
        let writes = written.writes as f64 / STEPS as f64;
        let bare = bare::turn(folder()?.path(), 1, SHORT_TURN, written.batch()).await?;
        let bare = 1e3 * written.entries as f64 / STEPS as f64 / bare;
        syncs.push(writes);
        above.push(1e3 * took.as_secs_f64() / STEPS as f64 - bare);
        bares.push(bare);
    }
    let what =
        format!("durable, one run: a step above what bare SQLite pays for its records, {:.3} ms", median(&bares));
    Ok(vec![
        Figure::new("durable, one run", "syncs a step", Bound::AtMost(1.01), syncs),
        Figure::new(what, "ms", Bound::AtMost(0.3), above),
    ])
}

async fn one() -> Result<(Written, Duration), Failure> {
    let folder = folder()?;
    let journal = Arc::new(Counting::new(on_disk(&folder)?));
    let engine = engine(Arc::clone(&journal) as _)?;
    let flow = loop_of("generate", STEPS, &"x".repeat(OUTPUT))?;
    let began = Instant::now();
    engine.run(flow, RunRequest::default()).await?;
    Ok((journal.written(), began.elapsed()))
}
