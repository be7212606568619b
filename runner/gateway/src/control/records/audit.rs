//! Who did what, and who was refused what. Lines are added, and forgotten only by age.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use runner_flow::Timestamp;
use rusqlite::{Connection, Row, params};
use schemars::JsonSchema;
use serde::Serialize;

use crate::bounds;

/// The milliseconds in which refusals that are alike make one line.
const HOUR: u64 = 3_600_000;

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditLine {
    /// When.
    #[schemars(with = "u64")]
    pub at: Timestamp,
    /// Where; empty if nobody knows.
    pub workspace: String,
    /// Who: a principal, `the operator`, or `the file`; empty if nobody knows.
    pub actor: String,
    /// By which key; empty if by none.
    pub key: String,
    /// What was done, or would have been, such as `model.put`.
    pub action: String,
    /// To what, such as `model/grok`.
    pub object: String,
    /// `done`, or why not.
    pub outcome: String,
    /// How often, where the same was refused several times within an hour.
    pub times: u64,
}

/// What refusals that are told together have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    workspace: String,
    actor: String,
    key: String,
    action: String,
    object: String,
    outcome: String,
}

/// Refusals that wait to be written. Whoever tries a hundred thousand keys makes one line of it.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    alike: BTreeMap<Alike, (Timestamp, u64)>,
}

impl Refusals {
    pub(crate) fn is_empty(&self) -> bool {
        self.alike.is_empty()
    }

    /// Adds one. Beyond [`bounds::REFUSALS`] kinds it is no longer told whose it was, and what the object was.
    pub(crate) fn add(&mut self, line: AuditLine) {
        let AuditLine { at, workspace, actor, key, action, object, outcome, times } = line;
        let mut alike = Alike { workspace, actor, key, action, object, outcome };
        if self.alike.len() >= bounds::REFUSALS && !self.alike.contains_key(&alike) {
            alike = alike.summed_up();
        }
        self.alike.entry(alike).or_insert((at, 0)).1 += times;
    }

    /// Adds them to what was refused in the same hour, so that a flood that goes on for days is no flood of lines.
    pub(crate) fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        let mut room = HashMap::new();
        for (alike, (at, times)) in &self.alike {
            if add_to_line(db, alike, *at, *times)? {
                continue;
            }
            let hour = at.as_millis() / HOUR;
            let room = match room.entry((&alike.workspace, hour)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(room_in(db, &alike.workspace, *at)?),
            };
            match room.checked_sub(1) {
                Some(left) => {
                    *room = left;
                    write(db, std::iter::once(alike.clone().line(*at, *times)))?;
                }
                None => {
                    let summed_up = alike.clone().summed_up();
                    if !add_to_line(db, &summed_up, *at, *times)? {
                        write(db, std::iter::once(summed_up.line(*at, *times)))?;
                    }
                }
            }
        }
        Ok(())
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = AuditLine> {
        self.alike.iter().map(|(alike, (at, times))| alike.clone().line(*at, *times))
    }
}

impl Alike {
    /// The same without what there may be many of.
    fn summed_up(self) -> Self {
        let object = "more than could be told apart".to_owned();
        Self { actor: String::new(), key: String::new(), object, ..self }
    }

    fn line(self, at: Timestamp, times: u64) -> AuditLine {
        let Self { workspace, actor, key, action, object, outcome } = self;
        AuditLine { at, workspace, actor, key, action, object, outcome, times }
    }
}

/// Counts a refusal with those like it of the same hour. False if there is none yet.
fn add_to_line(db: &Connection, alike: &Alike, at: Timestamp, times: u64) -> rusqlite::Result<bool> {
    let mut statement = db.prepare_cached(
        "UPDATE audit SET times = times + ?8 WHERE outcome <> 'done' AND at / 3600000 = ?1 / 3600000
         AND workspace = ?2 AND actor = ?3 AND key = ?4 AND action = ?5 AND object = ?6 AND outcome = ?7",
    )?;
    let Alike { workspace, actor, key, action, object, outcome } = alike;
    Ok(statement.execute(params![at.as_millis(), workspace, actor, key, action, object, outcome, times])? > 0)
}

/// How many kinds of refusals more are told apart in this hour.
fn room_in(db: &Connection, workspace: &str, at: Timestamp) -> rusqlite::Result<u64> {
    let mut statement = db.prepare_cached(
        "SELECT count(*) FROM audit WHERE outcome <> 'done' AND at / 3600000 = ?1 / 3600000 AND workspace = ?2",
    )?;
    let told: u64 = statement.query_row(params![at.as_millis(), workspace], |row| row.get(0))?;
    Ok((bounds::REFUSALS as u64).saturating_sub(told))
}

/// Writes lines.
pub(crate) fn write(db: &Connection, lines: impl Iterator<Item = AuditLine>) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO audit (at, workspace, actor, key, action, object, outcome, times)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for line in lines {
        let AuditLine { at, workspace, actor, key, action, object, outcome, times } = line;
        statement.execute(params![at.as_millis(), workspace, actor, key, action, object, outcome, times])?;
    }
    Ok(())
}

/// Writes the version of the file that counts.
pub(crate) fn write_file_version(db: &Connection, version: &str) -> rusqlite::Result<()> {
    db.execute("UPDATE gateway SET value = ?1 WHERE name = 'document'", [version]).map(drop)
}

/// The version of the file that was last written so.
pub(crate) fn file_version(db: &Connection) -> rusqlite::Result<String> {
    db.query_row("SELECT value FROM gateway WHERE name = 'document'", [], |row| row.get(0))
}

/// The lines of a workspace, or all of them, newest first, each with its number; only those before a number, to go on.
pub(crate) fn list(
    db: &Connection,
    workspace: Option<&str>,
    before: Option<u64>,
    limit: u32,
) -> rusqlite::Result<Vec<(u64, AuditLine)>> {
    let mut statement = db.prepare(
        "SELECT number, at, workspace, actor, key, action, object, outcome, times FROM audit
         WHERE (?1 IS NULL OR workspace = ?1) AND (?2 IS NULL OR number < ?2) ORDER BY number DESC LIMIT ?3",
    )?;
    statement.query_map(params![workspace, before, limit.clamp(1, bounds::LISTED)], read)?.collect()
}

/// Forgets lines from before a moment.
pub(crate) fn prune(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    let some = "SELECT number FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2";
    db.execute(&format!("DELETE FROM audit WHERE number IN ({some})"), params![before.as_millis(), bounds::PRUNED])
}

fn read(row: &Row<'_>) -> rusqlite::Result<(u64, AuditLine)> {
    let line = AuditLine {
        at: Timestamp::from_millis(row.get(1)?),
        workspace: row.get(2)?,
        actor: row.get(3)?,
        key: row.get(4)?,
        action: row.get(5)?,
        object: row.get(6)?,
        outcome: row.get(7)?,
        times: row.get(8)?,
    };
    Ok((row.get(0)?, line))
}
