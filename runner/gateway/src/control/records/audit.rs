//! Who did what, and who was refused what. Lines are added, and forgotten only by age.

use std::collections::BTreeMap;

use runner_flow::Timestamp;
use rusqlite::{Connection, Row, params};
use schemars::JsonSchema;
use serde::Serialize;

use crate::bounds;

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
    /// How often, where the same was refused several times within a moment.
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

    /// Adds one. Beyond [`bounds::REFUSALS`] kinds it is no longer told what the object was.
    pub(crate) fn add(&mut self, line: AuditLine) {
        let AuditLine { at, workspace, actor, key, action, object, outcome, times } = line;
        let mut alike = Alike { workspace, actor, key, action, object, outcome };
        if self.alike.len() >= bounds::REFUSALS && !self.alike.contains_key(&alike) {
            let action = std::mem::take(&mut alike.action);
            alike = Alike {
                action,
                workspace: String::new(),
                actor: String::new(),
                key: String::new(),
                object: "more than could be told apart".to_owned(),
                outcome: alike.outcome,
            };
        }
        self.alike.entry(alike).or_insert((at, 0)).1 += times;
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = AuditLine> {
        self.alike.iter().map(|(alike, (at, times))| {
            let Alike { workspace, actor, key, action, object, outcome } = alike.clone();
            AuditLine { at: *at, workspace, actor, key, action, object, outcome, times: *times }
        })
    }
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
