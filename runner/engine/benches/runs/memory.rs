//! Step runs a second in memory. A step run is an action that is checked, called and done; the loop around it and the
//! `set` beside it are not counted.

use std::sync::Arc;
use std::time::Instant;

use runner_journal::MemoryJournal;

use crate::connector::loop_of;
use crate::figure::{Bound, Figure};
use crate::{Failure, TURNS, engine, process, start_all};

const RUNS: u64 = 64;
const STEPS: u64 = 6_000;

pub(crate) async fn figures() -> Result<Vec<Figure>, Failure> {
    let (mut rates, mut work) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let before = process::worked()?;
        rates.push(turn().await?);
        work.push(1e6 * (process::worked()? - before) / (RUNS * STEPS) as f64);
    }
    Ok(vec![
        Figure::new("in memory, 64 runs at once on 2 threads", "step runs a second", Bound::AtLeast(100_000.0), rates),
        Figure::new("a step run in memory, of a processor's time", "µs", Bound::AtMost(20.0), work),
    ])
}

async fn turn() -> Result<f64, Failure> {
    let engine = engine(Arc::new(MemoryJournal::default()))?;
    let flow = loop_of("read", STEPS, "hello")?;
    let began = Instant::now();
    for run in start_all(&engine, &flow, RUNS).await? {
        let result = engine.result(&run).await?;
        assert!(result.error.is_none(), "{result:?}");
    }
    Ok((RUNS * STEPS) as f64 / began.elapsed().as_secs_f64())
}
