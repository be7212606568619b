//! Forgets finished runs, a few at a time, so that nobody waits long for the writer.

use rusqlite::{Connection, params};

use super::failure::Failure;
use crate::error::Result;
use crate::{Pruned, Retention};

/// Runs that go in one transaction.
const AT_ONCE: u32 = 50;

/// Forgets some runs. None are left to forget once it forgets none.
pub(super) fn prune_some(db: &Connection, keep: Retention, now: u64) -> Result<Pruned, Failure> {
    let runs = match expired(db, keep, now)? {
        runs if runs.is_empty() => surplus(db, keep)?,
        runs => runs,
    };
    let mut pruned = Pruned::default();
    for run in runs {
        pruned.blobs += forget(db, run)?;
        pruned.runs += 1;
    }
    Ok(pruned)
}

fn expired(db: &Connection, keep: Retention, now: u64) -> Result<Vec<i64>, Failure> {
    let Some(age) = keep.age else { return Ok(Vec::new()) };
    let mut query = db.prepare_cached("SELECT number FROM run WHERE finished < ?1 ORDER BY finished LIMIT ?2")?;
    let found = query.query_map(params![now.saturating_sub(age), AT_ONCE], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn surplus(db: &Connection, keep: Retention) -> Result<Vec<i64>, Failure> {
    let Some(count) = keep.count else { return Ok(Vec::new()) };
    let mut query = db.prepare_cached(
        "SELECT number FROM run WHERE finished IS NOT NULL ORDER BY finished DESC, number DESC LIMIT ?1 OFFSET ?2",
    )?;
    let found = query.query_map(params![AT_ONCE, count], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Forgets a run, and tells how much content nobody refers to any more.
fn forget(db: &Connection, run: i64) -> Result<u64, Failure> {
    let mut contents = Vec::new();
    for sql in [
        "DELETE FROM run_text WHERE run = ?1 RETURNING content",
        "DELETE FROM run_blob WHERE run = ?1 RETURNING content",
    ] {
        let mut delete = db.prepare_cached(sql)?;
        for content in delete.query_map([run], |row| row.get::<_, i64>(0))? {
            contents.push(content?);
        }
    }
    for sql in [
        "DELETE FROM entry WHERE run = ?1",
        "DELETE FROM message WHERE run = ?1",
        "DELETE FROM label WHERE run = ?1",
        "DELETE FROM start WHERE run = ?1",
        "DELETE FROM run WHERE number = ?1",
    ] {
        db.prepare_cached(sql)?.execute([run])?;
    }
    contents.into_iter().try_fold(0, |gone, content| Ok(gone + forget_content(db, content)?))
}

fn forget_content(db: &Connection, content: i64) -> Result<u64, Failure> {
    let mut delete = db.prepare_cached(
        "DELETE FROM content WHERE number = ?1
         AND NOT EXISTS (SELECT 1 FROM run_text WHERE content = ?1)
         AND NOT EXISTS (SELECT 1 FROM run_blob WHERE content = ?1)",
    )?;
    Ok(delete.execute([content])? as u64)
}
