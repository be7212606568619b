//! What is read of runs, and checked.

use std::collections::BTreeMap;

use bytes::Bytes;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::chain::Chain;
use super::failure::Failure;
use super::runs::number;
use crate::content::content_hash;
use crate::error::{Error, Result};
use crate::run::{Entry, NewRun, Query, RunRow, StoredRun, listed};

const COLUMNS: &str = "number, id, tenant, flow, key, parent, created, status, finished, entries";

/// The run of the same tenant with the same key or the same id.
pub(super) fn existing(db: &Connection, run: &NewRun) -> Result<Option<RunRow>, Failure> {
    let mut by_id = db.prepare_cached("SELECT tenant = ?2 FROM run WHERE id = ?1")?;
    match by_id.query_row([&run.id, &run.tenant], |row| row.get(0)).optional()? {
        Some(true) => return row(db, &run.id),
        Some(false) => return Err(Error::Taken { run: run.id.clone() }.into()),
        None => {}
    }
    let Some(key) = &run.key else { return Ok(None) };
    let mut by_key = db.prepare_cached("SELECT id FROM run WHERE tenant = ?1 AND key = ?2")?;
    let id: Option<String> = by_key.query_row([&run.tenant, key], |row| row.get(0)).optional()?;
    id.map_or(Ok(None), |id| row(db, &id))
}

/// A run with its outcome.
pub(super) fn row(db: &Connection, run: &str) -> Result<Option<RunRow>, Failure> {
    Ok(checked_row(db, run)?.map(|found| found.row))
}

struct Checked {
    number: i64,
    row: RunRow,
    start_sum: i64,
    sum: i64,
}

fn checked_row(db: &Connection, run: &str) -> Result<Option<Checked>, Failure> {
    let mut query =
        db.prepare_cached(&format!("SELECT {COLUMNS}, start_sum, sum, end_sum, outcome FROM run WHERE id = ?1"))?;
    let mut rows = query.query([run])?;
    let Some(found) = rows.next()? else { return Ok(None) };
    let (number, mut row) = read_row(db, found)?;
    let (start_sum, sum, end_sum): (_, i64, Option<i64>) = (found.get(10)?, found.get(11)?, found.get(12)?);
    row.end = found.get::<_, Option<Vec<u8>>>(13)?.map(Bytes::from);
    let proved = match (row.finished, &row.end) {
        (Some(at), Some(outcome)) => Some(Chain::of_stored(sum).end(&row.status, at, outcome).stored()),
        _ => None,
    };
    if proved != end_sum {
        return Err(Failure::damaged(run, None, "its end is not what was stored"));
    }
    Ok(Some(Checked { number, row, start_sum, sum }))
}

fn read_row(db: &Connection, row: &Row<'_>) -> Result<(i64, RunRow), Failure> {
    let number = row.get(0)?;
    let read = RunRow {
        id: row.get(1)?,
        tenant: row.get(2)?,
        flow: row.get(3)?,
        key: row.get(4)?,
        labels: labels(db, number)?,
        parent: row.get(5)?,
        created: row.get(6)?,
        status: row.get(7)?,
        finished: row.get(8)?,
        entries: row.get(9)?,
        end: None,
    };
    Ok((number, read))
}

fn labels(db: &Connection, number: i64) -> Result<BTreeMap<String, String>, Failure> {
    let mut query = db.prepare_cached("SELECT name, value FROM label WHERE run = ?1")?;
    let found = query.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// All of a run, proved to be what was stored.
pub(super) fn load(db: &Connection, run: &str) -> Result<Option<StoredRun>, Failure> {
    let Some(Checked { number, row, start_sum, sum }) = checked_row(db, run)? else { return Ok(None) };
    let (first, start, texts) = beginning(db, number, &row)?;
    if first.stored() != start_sum {
        return Err(Failure::damaged(run, None, "what it starts from is not what was stored"));
    }
    let (last, entries) = entries(db, number, run, first)?;
    if entries.len() as u64 != row.entries || last.stored() != sum {
        return Err(Failure::damaged(run, Some(entries.len() as u64), "entries are missing"));
    }
    Ok(Some(StoredRun { row, start, texts, entries }))
}

type Texts = Vec<(String, String)>;

fn beginning(db: &Connection, number: i64, row: &RunRow) -> Result<(Chain, Bytes, Texts), Failure> {
    let mut start = db.prepare_cached("SELECT body FROM start WHERE run = ?1")?;
    let start: Option<Vec<u8>> = start.query_row([number], |row| row.get(0)).optional()?;
    let (texts, hashes) = texts(db, number, &row.id)?;
    let run = NewRun {
        id: row.id.clone(),
        tenant: row.tenant.clone(),
        flow: row.flow.clone(),
        key: row.key.clone(),
        labels: row.labels.clone(),
        created: row.created,
        start: start.unwrap_or_default().into(),
        texts,
        parent: row.parent.clone(),
        taken_over: Vec::new(),
    };
    Ok((Chain::start(&run, &hashes), run.start, run.texts))
}

fn texts(db: &Connection, number: i64, run: &str) -> Result<(Texts, Vec<String>), Failure> {
    let mut query = db.prepare_cached(
        "SELECT name, hash, body FROM run_text JOIN content ON content.number = run_text.content
         WHERE run = ?1 ORDER BY place",
    )?;
    let (mut texts, mut hashes) = (Vec::new(), Vec::new());
    let mut rows = query.query([number])?;
    while let Some(row) = rows.next()? {
        let (hash, body): (String, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let text = String::from_utf8(body).ok().filter(|text| content_hash(text.as_bytes()) == hash);
        let text =
            text.ok_or_else(|| Failure::damaged(run, None, "a text of its definition is not what was stored"))?;
        texts.push((row.get(0)?, text));
        hashes.push(hash);
    }
    Ok((texts, hashes))
}

fn entries(db: &Connection, number: i64, run: &str, mut chain: Chain) -> Result<(Chain, Vec<Entry>), Failure> {
    let mut query =
        db.prepare_cached("SELECT place, kind, step, attempt, at, sum, body FROM entry WHERE run = ?1 ORDER BY place")?;
    let mut entries = Vec::new();
    let mut rows = query.query([number])?;
    while let Some(row) = rows.next()? {
        let expected = entries.len() as u64;
        let entry = read_entry(row).map_err(|_| Failure::damaged(run, Some(expected), "it cannot be read"))?;
        chain = chain.entry(expected, &entry);
        if row.get::<_, u64>(0)? != expected || row.get::<_, i64>(5)? != chain.stored() {
            return Err(Failure::damaged(run, Some(expected), "it is not what was stored"));
        }
        entries.push(entry);
    }
    Ok((chain, entries))
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        kind: row.get(1)?,
        step: row.get(2)?,
        attempt: row.get(3)?,
        at: row.get(4)?,
        body: row.get::<_, Vec<u8>>(6)?.into(),
    })
}

/// The runs that fit, newest first.
pub(super) fn list(db: &Connection, query: &Query) -> Result<Vec<RunRow>, Failure> {
    let mut filter = Filter::default();
    filter.equal("tenant", query.tenant.as_ref());
    filter.equal("flow", query.flow.as_ref());
    filter.equal("key", query.key.as_ref());
    filter.equal("status", query.status.as_ref());
    if let Some((name, value)) = &query.label {
        filter.add("number IN (SELECT run FROM label WHERE name = ? AND value = ?)", [name.clone(), value.clone()]);
    }
    if let Some(before) = &query.before {
        let number = number(db, before)?.ok_or_else(|| Error::NoSuchRun { run: before.clone() })?;
        filter.add("number < ?", [number]);
    }
    let sql = format!("SELECT {COLUMNS} FROM run {} ORDER BY number DESC LIMIT {}", filter.sql, listed(query.limit));
    rows(db, &sql, filter.values)
}

/// Unfinished runs by their ids.
pub(super) fn unfinished(db: &Connection, after: Option<&str>, limit: u32) -> Result<Vec<RunRow>, Failure> {
    let limit = listed(limit);
    let sql = format!("SELECT {COLUMNS} FROM run WHERE finished IS NULL AND id > ? ORDER BY id LIMIT {limit}");
    rows(db, &sql, vec![Value::from(after.unwrap_or_default().to_owned())])
}

fn rows(db: &Connection, sql: &str, values: Vec<Value>) -> Result<Vec<RunRow>, Failure> {
    let mut query = db.prepare_cached(sql)?;
    let mut rows = query.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_row(db, row)?.1);
    }
    Ok(found)
}

#[derive(Default)]
struct Filter {
    sql: String,
    values: Vec<Value>,
}

impl Filter {
    fn equal(&mut self, column: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.add(&format!("{column} = ?"), [value.clone()]);
        }
    }

    fn add<V: Into<Value>, const N: usize>(&mut self, condition: &str, values: [V; N]) {
        self.sql.push_str(if self.sql.is_empty() { "WHERE " } else { " AND " });
        self.sql.push_str(condition);
        self.values.extend(values.map(Into::into));
    }
}
