//! How counters are kept over a restart.

use std::sync::Arc;

use runner_flow::Timestamp;
use rusqlite::{Connection, Row, params};

use super::amounts::Amounts;
use super::counter::{Counter, Place};
use super::window::Window;

const WRITE: &str = "
    INSERT INTO counter (workspace, model, key, per, start, input, output, total, requests)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT DO UPDATE SET start = excluded.start, input = excluded.input, output = excluded.output,
        total = excluded.total, requests = excluded.requests";

/// Writes counters as they are now.
pub(crate) fn write(db: &Connection, counters: &[Arc<Counter>]) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(WRITE)?;
    for counter in counters {
        let (place, tally) = (&counter.place, counter.write());
        let used = tally.used.at_most(i64::MAX as u64);
        statement.execute(params![
            &*place.workspace,
            &*place.model,
            &*place.key,
            place.window.word(),
            tally.start.as_millis(),
            used.input,
            used.output,
            used.total,
            used.requests
        ])?;
    }
    Ok(())
}

/// The counters that were written.
pub(crate) fn read(db: &Connection) -> rusqlite::Result<Vec<Counter>> {
    let mut statement =
        db.prepare("SELECT workspace, model, key, per, start, input, output, total, requests FROM counter")?;
    statement.query_map([], counter)?.collect()
}

fn counter(row: &Row<'_>) -> rusqlite::Result<Counter> {
    let per: String = row.get(3)?;
    let window = [Window::Minute, Window::Hour, Window::Day, Window::Month].into_iter().find(|one| one.word() == per);
    let window = window.ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, format!("no window {per:?}").into())
    })?;
    let text = |column| row.get::<_, String>(column).map(Arc::from);
    let place = Place { workspace: text(0)?, model: text(1)?, key: text(2)?, window };
    let used = Amounts { input: row.get(5)?, output: row.get(6)?, total: row.get(7)?, requests: row.get(8)? };
    Ok(Counter::new(place, Timestamp::from_millis(row.get(4)?), used))
}

/// Forgets counters whose windows ended so long ago that no month can go on.
pub(crate) fn prune(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    db.execute("DELETE FROM counter WHERE start < ?1", [before.as_millis()])
}
