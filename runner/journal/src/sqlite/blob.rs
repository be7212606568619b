//! Content by its hash: texts that define runs, and blobs. It is stored once, and goes with the last run that refers to it.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};

use super::failure::Failure;
use super::runs::number;
use crate::content::content_hash;
use crate::error::{Error, Result};

/// Stores content unless it is there, and tells its number.
pub(super) fn store(db: &Connection, hash: &str, content: &[u8]) -> Result<i64, Failure> {
    let mut query = db.prepare_cached("SELECT number FROM content WHERE hash = ?1")?;
    if let Some(number) = query.query_row([hash], |row| row.get(0)).optional()? {
        return Ok(number);
    }
    db.prepare_cached("INSERT INTO content (hash, body) VALUES (?1, ?2)")?.execute(params![hash, content])?;
    Ok(db.last_insert_rowid())
}

pub(super) fn put(db: &Connection, run: &str, hash: &str, content: &[u8]) -> Result<(), Failure> {
    let number = number(db, run)?.ok_or_else(|| Error::NoSuchRun { run: run.to_owned() })?;
    let content = store(db, hash, content)?;
    refer(db, number, content)
}

pub(super) fn get(db: &Connection, run: &str, wanted: &str) -> Result<Option<Bytes>, Failure> {
    let mut query = db.prepare_cached(
        "SELECT body FROM content JOIN run_blob ON run_blob.content = content.number
         JOIN run ON run.number = run_blob.run WHERE run.id = ?1 AND hash = ?2",
    )?;
    let body: Option<Vec<u8>> = query.query_row([run, wanted], |row| row.get(0)).optional()?;
    match body {
        Some(body) if content_hash(&body) != wanted => {
            Err(Failure::damaged(run, None, "a blob is not what was stored"))
        }
        body => Ok(body.map(Bytes::from)),
    }
}

/// Lets one run refer to content of another, if the other does.
pub(super) fn share(db: &Connection, from: &str, to: i64, hash: &str) -> Result<(), Failure> {
    let mut query = db.prepare_cached(
        "SELECT content.number FROM content JOIN run_blob ON run_blob.content = content.number
         JOIN run ON run.number = run_blob.run WHERE run.id = ?1 AND hash = ?2",
    )?;
    let content: Option<i64> = query.query_row([from, hash], |row| row.get(0)).optional()?;
    content.map_or(Ok(()), |content| refer(db, to, content))
}

fn refer(db: &Connection, run: i64, content: i64) -> Result<(), Failure> {
    db.prepare_cached("INSERT OR IGNORE INTO run_blob (run, content) VALUES (?1, ?2)")?
        .execute(params![run, content])?;
    Ok(())
}
