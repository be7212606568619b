//! What runs weigh that wait for a signal.

use std::sync::Arc;
use std::time::Duration;

use runner_engine::RunStatus;
use runner_journal::{Journal, MemoryJournal};
use serde_json::json;

use crate::connector::flow;
use crate::figure::{Bound, Figure};
use crate::{Failure, engine, folder, on_disk, resident, start_all};

const WAITING: u64 = 10_000;

pub(crate) async fn figures() -> Result<Vec<Figure>, Failure> {
    let figure = |journal, taken| {
        let what = format!("{WAITING} runs that wait for a signal, {journal}");
        Figure::new(what, "MB resident", Bound::AtMost(60.0), vec![taken])
    };
    let in_memory = megabytes(Arc::new(MemoryJournal::default())).await?;
    let folder = folder()?;
    let durable = megabytes(Arc::new(on_disk(&folder)?)).await?;
    Ok(vec![figure("in memory", in_memory), figure("durable", durable)])
}

async fn megabytes(journal: Arc<dyn Journal>) -> Result<f64, Failure> {
    let engine = engine(journal)?;
    let waits = flow(&json!([
        { "id": "a", "action": "test/read", "with": { "text": "hello" } },
        { "id": "b", "wait": { "signal": "go" } },
    ]))?;
    // What the first runs set up is not theirs.
    start_all(&engine, &waits, 10).await?;
    let before = resident::now()?;
    for run in start_all(&engine, &waits, WAITING).await? {
        while engine.status(&run).await?.status != RunStatus::Waiting {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let taken = resident::now()? - before;
    engine.shutdown(Duration::ZERO).await;
    Ok(taken)
}
