//! What runs weigh that wait for a signal.

use std::sync::Arc;
use std::time::Duration;

use runner_engine::{Engine, RunStatus};
use runner_journal::MemoryJournal;
use serde_json::json;

use crate::connector::flow;
use crate::figure::{Bound, Figure};
use crate::{Failure, engine, folder, on_disk, process, start_all};

const WAITING: u64 = 10_000;

pub(crate) async fn figures() -> Result<Vec<Figure>, Failure> {
    let figure = |journal, taken| {
        let what = format!("{WAITING} runs that wait for a signal, {journal}");
        Figure::new(what, "MB resident", Bound::AtMost(60.0), vec![taken])
    };
    let folder = folder()?;
    let (in_memory, on_disk) = (engine(Arc::new(MemoryJournal::default()))?, engine(Arc::new(on_disk(&folder)?))?);
    // The first goes on waiting, so that the second takes memory of its own.
    let figures =
        vec![figure("in memory", megabytes(&in_memory).await?), figure("durable", megabytes(&on_disk).await?)];
    in_memory.shutdown(Duration::ZERO).await;
    on_disk.shutdown(Duration::ZERO).await;
    Ok(figures)
}

async fn megabytes(engine: &Engine) -> Result<f64, Failure> {
    let waits = flow(&json!([
        { "id": "a", "action": "test/read", "with": { "text": "hello" } },
        { "id": "b", "wait": { "signal": "go" } },
    ]))?;
    // What the first runs set up is not theirs.
    start_all(engine, &waits, 10).await?;
    let before = process::resident()?;
    for run in start_all(engine, &waits, WAITING).await? {
        while engine.status(&run).await?.status != RunStatus::Waiting {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    Ok(process::resident()? - before)
}
