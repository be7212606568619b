//! Step runs a second in memory. A step run is an action that is checked, called and done; the loop around it and the
//! `set` beside it are not counted.

use std::sync::Arc;
use std::time::Instant;

use runner_journal::MemoryJournal;

use crate::connector::loop_of;
use crate::figure::{Bound, Figure};
use crate::{Failure, TURNS, engine, start_all};

pub(crate) async fn figures() -> Result<Vec<Figure>, Failure> {
    let (mut many, mut one) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        many.push(turn(64, 4_000).await?);
        one.push(turn(1, 100_000).await?);
    }
    let unit = "step runs a second";
    Ok(vec![
        Figure::new("in memory, 64 runs at once on 2 threads", unit, Bound::AtLeast(100_000.0), many),
        Figure::new("in memory, one run", unit, Bound::AtLeast(50_000.0), one),
    ])
}

async fn turn(runs: u64, steps: u64) -> Result<f64, Failure> {
    let engine = engine(Arc::new(MemoryJournal::default()))?;
    let flow = loop_of("read", steps, "hello")?;
    let began = Instant::now();
    for run in start_all(&engine, &flow, runs).await? {
        let result = engine.result(&run).await?;
        assert!(result.error.is_none(), "{result:?}");
    }
    Ok((runs * steps) as f64 / began.elapsed().as_secs_f64())
}
