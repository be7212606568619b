//! How keys are stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use runner_flow::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use tokio_util::sync::CancellationToken;

use super::{Key, KeyRow};
use crate::bounds;

const COLUMNS: &str = "id, workspace, principal, label, models, created, created_by, expires, revoked, used";

/// Stores a key, and tells which state of the table this is.
pub(crate) fn insert(db: &Connection, row: &KeyRow, hash: &[u8]) -> rusqlite::Result<u64> {
    let models = row.models.as_ref().map(|models| serde_json::json!(models).to_string());
    db.execute(
        "INSERT INTO key (id, workspace, principal, label, hash, models, created, created_by, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            row.id,
            row.workspace,
            row.principal,
            row.label,
            hash,
            models,
            row.created.as_millis(),
            row.created_by,
            row.expires.map(Timestamp::as_millis)
        ],
    )?;
    changed(db)
}

/// Revokes a key.
pub(crate) fn revoke(db: &Connection, id: &str, now: Timestamp) -> rusqlite::Result<u64> {
    db.execute("UPDATE key SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL", params![id, now.as_millis()])?;
    changed(db)
}

fn changed(db: &Connection) -> rusqlite::Result<u64> {
    db.query_row("UPDATE gateway SET value = value + 1 WHERE name = 'keys' RETURNING value", [], |row| row.get(0))
}

/// Which state of the table this is.
pub(crate) fn version(db: &Connection) -> rusqlite::Result<u64> {
    db.query_row("SELECT value FROM gateway WHERE name = 'keys'", [], |row| row.get(0))
}

/// Writes when keys were last used.
pub(crate) fn write_uses(db: &Connection, keys: &[Arc<Key>]) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("UPDATE key SET used = max(coalesce(used, 0), ?2) WHERE id = ?1")?;
    for key in keys {
        statement.execute(params![&*key.id, key.write()])?;
    }
    Ok(())
}

/// What is told of the key with this id.
pub(crate) fn row(db: &Connection, id: &str) -> rusqlite::Result<Option<KeyRow>> {
    db.query_row(&format!("SELECT {COLUMNS} FROM key WHERE id = ?1"), [id], read_row).optional()
}

/// What is told of the keys of a workspace, or of one principal in it, by their ids, from after one on.
pub(crate) fn list(
    db: &Connection,
    workspace: &str,
    principal: Option<&str>,
    after: Option<&str>,
) -> rusqlite::Result<Vec<KeyRow>> {
    let mut statement = db.prepare(&format!(
        "SELECT {COLUMNS} FROM key
         WHERE workspace = ?1 AND (?2 IS NULL OR principal = ?2) AND id > coalesce(?3, '') ORDER BY id LIMIT ?4"
    ))?;
    statement.query_map(params![workspace, principal, after, bounds::LISTED], read_row)?.collect()
}

/// The keys that open something.
pub(crate) fn live(db: &Connection, now: Timestamp) -> rusqlite::Result<(Vec<Key>, u64)> {
    let mut statement = db.prepare(
        "SELECT id, workspace, principal, hash, models, expires, used FROM key
         WHERE revoked IS NULL AND (expires IS NULL OR expires > ?1)",
    )?;
    let keys = statement.query_map([now.as_millis()], read_key)?.collect::<rusqlite::Result<_>>()?;
    Ok((keys, version(db)?))
}

fn read_key(row: &Row<'_>) -> rusqlite::Result<Key> {
    let text = |column| row.get::<_, String>(column).map(Arc::from);
    Ok(Key {
        id: text(0)?,
        workspace: text(1)?,
        principal: text(2)?,
        hash: row.get(3)?,
        models: models(row, 4)?.map(|models| models.into_iter().map(String::into_boxed_str).collect()),
        expires: moment(row, 5)?,
        revoked: CancellationToken::new(),
        used: AtomicU64::new(row.get::<_, Option<u64>>(6)?.unwrap_or(0)),
        is_used: AtomicBool::new(false),
    })
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        id: row.get(0)?,
        workspace: row.get(1)?,
        principal: row.get(2)?,
        label: row.get(3)?,
        models: models(row, 4)?,
        created: Timestamp::from_millis(row.get(5)?),
        created_by: row.get(6)?,
        expires: moment(row, 7)?,
        revoked: moment(row, 8)?,
        used: moment(row, 9)?,
    })
}

fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<u64>>(column)?.map(Timestamp::from_millis))
}

fn models(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Vec<String>>> {
    let text: Option<String> = row.get(column)?;
    let read = |text: String| {
        serde_json::from_str(&text)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into()))
    };
    text.map(read).transpose()
}
