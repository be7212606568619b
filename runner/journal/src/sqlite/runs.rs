//! What is written of runs. Each function checks, then writes, so a refusal leaves nothing behind.

use rusqlite::{Connection, OptionalExtension, params};

use super::blob;
use super::chain::Chain;
use super::failure::Failure;
use super::owner::Owner;
use super::stored;
use crate::content::content_hash;
use crate::error::{Error, Result};
use crate::run::{Claim, Created, End, Entry, NewRun, RUNNING};

/// A run that is to be known, with what it takes to prove it later.
pub(super) struct Prepared {
    run: NewRun,
    hashes: Vec<String>,
    sum: Chain,
}

impl Prepared {
    pub(super) fn new(run: NewRun) -> Self {
        let hashes: Vec<_> = run.texts.iter().map(|(_, text)| content_hash(text.as_bytes())).collect();
        let sum = Chain::start(&run, &hashes);
        Self { run, hashes, sum }
    }
}

pub(super) fn create(db: &Connection, owner: &Owner, prepared: &Prepared) -> Result<Created, Failure> {
    let Prepared { run, hashes, sum } = prepared;
    if let Some(row) = stored::existing(db, run)? {
        return Ok(Created::Existing(Box::new(row)));
    }
    db.prepare_cached(
        "INSERT INTO run (id, tenant, flow, key, parent, created, owner, status, entries, start_sum, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?9)",
    )?
    .execute(params![
        run.id,
        run.tenant,
        run.flow,
        run.key,
        run.parent,
        run.created,
        owner.name(),
        RUNNING,
        sum.stored()
    ])?;
    let number = db.last_insert_rowid();
    db.prepare_cached("INSERT INTO start (run, body) VALUES (?1, ?2)")?.execute(params![number, &run.start[..]])?;
    for (name, value) in &run.labels {
        db.prepare_cached("INSERT INTO label (run, name, value) VALUES (?1, ?2, ?3)")?
            .execute(params![number, name, value])?;
    }
    for (place, ((name, text), hash)) in run.texts.iter().zip(hashes).enumerate() {
        let content = blob::store(db, hash, text.as_bytes())?;
        db.prepare_cached("INSERT INTO run_text (run, place, name, content) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![number, place as u64, name, content])?;
    }
    let parent = run.parent.as_deref().unwrap_or_default();
    run.taken_over.iter().try_for_each(|hash| blob::share(db, parent, number, hash))?;
    Ok(Created::New)
}

/// Where a run that this process holds goes on.
struct Head {
    number: i64,
    sum: Chain,
}

pub(super) fn append(db: &Connection, owner: &Owner, run: &str, after: u64, entries: &[Entry]) -> Result<(), Failure> {
    let head = head(db, owner, run, after)?;
    add(db, head, after, entries)?;
    Ok(())
}

pub(super) fn finish(
    db: &Connection,
    owner: &Owner,
    run: &str,
    after: u64,
    entries: &[Entry],
    end: &End,
) -> Result<(), Failure> {
    let head = head(db, owner, run, after)?;
    let head = add(db, head, after, entries)?;
    let sum = head.sum.end(&end.status, end.at, &end.outcome);
    db.prepare_cached("UPDATE run SET status = ?2, finished = ?3, outcome = ?4, end_sum = ?5 WHERE number = ?1")?
        .execute(params![head.number, end.status, end.at, &end.outcome[..], sum.stored()])?;
    Ok(())
}

fn head(db: &Connection, owner: &Owner, run: &str, after: u64) -> Result<Head, Failure> {
    let mut query = db.prepare_cached("SELECT number, owner, entries, finished IS NULL, sum FROM run WHERE id = ?1")?;
    let mut rows = query.query([run])?;
    let Some(row) = rows.next()? else {
        return Err(Error::NoSuchRun { run: run.to_owned() }.into());
    };
    let mine = row.get_ref(1)?.as_str().is_ok_and(|name| name == owner.name());
    if !mine || row.get::<_, u64>(2)? != after || !row.get::<_, bool>(3)? {
        return Err(Error::Fenced { run: run.to_owned() }.into());
    }
    Ok(Head { number: row.get(0)?, sum: Chain::of_stored(row.get(4)?) })
}

fn add(db: &Connection, mut head: Head, after: u64, entries: &[Entry]) -> Result<Head, Failure> {
    let mut insert = db.prepare_cached(
        "INSERT INTO entry (run, place, kind, step, attempt, at, sum, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (place, entry) in (after..).zip(entries) {
        head.sum = head.sum.entry(place, entry);
        insert.execute(params![
            head.number,
            place,
            entry.kind,
            entry.step,
            entry.attempt,
            entry.at,
            head.sum.stored(),
            &entry.body[..]
        ])?;
    }
    db.prepare_cached("UPDATE run SET entries = ?2, sum = ?3 WHERE number = ?1")?.execute(params![
        head.number,
        after + entries.len() as u64,
        head.sum.stored()
    ])?;
    Ok(head)
}

pub(super) fn claim(db: &Connection, owner: &Owner, run: &str) -> Result<Claim, Failure> {
    let mut query = db.prepare_cached("SELECT number, owner, finished IS NULL FROM run WHERE id = ?1")?;
    let found = query.query_row([run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((number, holder, unfinished)): Option<(i64, String, bool)> = found else {
        return Err(Error::NoSuchRun { run: run.to_owned() }.into());
    };
    if !unfinished {
        return Ok(Claim::Finished);
    }
    if holder == owner.name() {
        return Ok(Claim::Mine);
    }
    if let Some(process) = owner.living(&holder)? {
        return Ok(Claim::HeldBy { process });
    }
    db.prepare_cached("UPDATE run SET owner = ?2 WHERE number = ?1")?.execute(params![number, owner.name()])?;
    Ok(Claim::Mine)
}

/// A run that nobody holds has this owner, which no process is.
const NOBODY: &str = "";

pub(super) fn release(db: &Connection, owner: &Owner, run: &str) -> Result<(), Failure> {
    db.prepare_cached("UPDATE run SET owner = ?3 WHERE id = ?1 AND owner = ?2 AND finished IS NULL")?.execute([
        run,
        owner.name(),
        NOBODY,
    ])?;
    Ok(())
}

pub(super) fn is_held_elsewhere(db: &Connection, owner: &Owner, run: &str) -> Result<bool, Failure> {
    let mut query = db.prepare_cached("SELECT owner FROM run WHERE id = ?1")?;
    let holder: Option<String> = query.query_row([run], |row| row.get(0)).optional()?;
    let other = holder.filter(|holder| holder != owner.name());
    Ok(other.map_or(Ok(None), |other| owner.living(&other))?.is_some())
}

/// The number of a run, if there is one.
pub(super) fn number(db: &Connection, run: &str) -> Result<Option<i64>, Failure> {
    Ok(db.prepare_cached("SELECT number FROM run WHERE id = ?1")?.query_row([run], |row| row.get(0)).optional()?)
}
