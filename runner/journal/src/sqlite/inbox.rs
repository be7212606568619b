//! Messages to runs.

use rusqlite::{Connection, OptionalExtension, params};

use super::failure::Failure;
use super::owner::Owner;
use super::runs::number;
use crate::error::{Error, Result};
use crate::limits;
use crate::message::{Message, Posted};

pub(super) fn post(db: &Connection, run: &str, message: &Message) -> Result<Posted, Failure> {
    let mut query = db.prepare_cached("SELECT number, finished IS NULL FROM run WHERE id = ?1")?;
    let found = query.query_row([run], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((number, unfinished)): Option<(i64, bool)> = found else { return Ok(Posted::NoSuchRun) };
    if db.prepare_cached("SELECT 1 FROM message WHERE run = ?1 AND id = ?2")?.exists(params![number, message.id])? {
        return Ok(Posted::Known);
    }
    if !unfinished {
        return Ok(Posted::RunIsOver);
    }
    if !has_room(db, number, message)? {
        return Ok(Posted::TooMany);
    }
    db.prepare_cached("INSERT INTO message (run, id, kind, body) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        number,
        message.id,
        message.kind,
        &message.body[..]
    ])?;
    Ok(Posted::New)
}

fn has_room(db: &Connection, run: i64, message: &Message) -> Result<bool, Failure> {
    let mut query = db.prepare_cached(
        "SELECT count(*), coalesce(sum(length(body)), 0) FROM message WHERE run = ?1 AND settled = 0 AND kind = ?2",
    )?;
    let found = query.query_row(params![run, message.kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (count, held): (usize, usize) = found;
    Ok(count < limits::INBOX && held + message.body.len() <= limits::INBOX_BYTES)
}

pub(super) fn settle(db: &Connection, owner: &Owner, run: &str, through: u64, kept: &[String]) -> Result<(), Failure> {
    let mut query = db.prepare_cached("SELECT number FROM run WHERE id = ?1 AND owner = ?2")?;
    let held: Option<i64> = query.query_row([run, owner.name()], |row| row.get(0)).optional()?;
    let number = held.ok_or_else(|| Error::Fenced { run: run.to_owned() })?;
    let mut query =
        db.prepare_cached("SELECT number, id FROM message WHERE run = ?1 AND number <= ?2 AND settled = 0")?;
    let open = query.query_map(params![number, through], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (message, id) in open.collect::<rusqlite::Result<Vec<(i64, String)>>>()? {
        if !kept.contains(&id) {
            db.prepare_cached("UPDATE message SET settled = 1, body = x'' WHERE number = ?1")?.execute([message])?;
        }
    }
    Ok(())
}

pub(super) fn inbox(db: &Connection, run: &str, after: u64) -> Result<Vec<(u64, Message)>, Failure> {
    let Some(number) = number(db, run)? else { return Ok(Vec::new()) };
    let mut query = db.prepare_cached(
        "SELECT number, id, kind, body FROM message WHERE run = ?1 AND number > ?2 AND settled = 0 ORDER BY number",
    )?;
    let found = query.query_map(params![number, after], |row| {
        let message = Message { id: row.get(1)?, kind: row.get(2)?, body: row.get::<_, Vec<u8>>(3)?.into() };
        Ok((row.get(0)?, message))
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn mail(db: &Connection, after: u64) -> Result<Vec<(u64, String)>, Failure> {
    let mut query = db.prepare_cached(
        "SELECT message.number, run.id FROM message JOIN run ON run.number = message.run
         WHERE message.number > ?1 AND settled = 0 ORDER BY message.number LIMIT ?2",
    )?;
    let found = query.query_map(params![after, limits::LISTED], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
