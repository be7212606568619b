//! Content by its hash: texts that define runs, and blobs. It is stored once, and goes with the last run that refers to it.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::runs::number;
use crate::error::{Error, Result};

/// The hash of content, as everybody sees it.
pub(crate) fn hash(content: &[u8]) -> String {
    let digits = Sha256::digest(content);
    digits.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

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
        Some(body) if hash(&body) != wanted => Err(Failure::damaged(run, None, "a blob is not what was stored")),
        body => Ok(body.map(Bytes::from)),
    }
}

pub(super) fn share(db: &Connection, from: &str, to: &str, hash: &str) -> Result<bool, Failure> {
    let to = number(db, to)?.ok_or_else(|| Error::NoSuchRun { run: to.to_owned() })?;
    let mut query = db.prepare_cached(
        "SELECT content.number FROM content JOIN run_blob ON run_blob.content = content.number
         JOIN run ON run.number = run_blob.run WHERE run.id = ?1 AND hash = ?2",
    )?;
    let content: Option<i64> = query.query_row([from, hash], |row| row.get(0)).optional()?;
    content.map_or(Ok(()), |content| refer(db, to, content))?;
    Ok(content.is_some())
}

fn refer(db: &Connection, run: i64, content: i64) -> Result<(), Failure> {
    db.prepare_cached("INSERT OR IGNORE INTO run_blob (run, content) VALUES (?1, ?2)")?
        .execute(params![run, content])?;
    Ok(())
}
