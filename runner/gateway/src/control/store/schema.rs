//! The tables, and how a file of an earlier release becomes one of this release.
//!
//! One list for all that is kept in the file: whoever needs a table adds a migration at the end.
//! A migration that was released is never changed.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::error::StoreError;

/// What tells our files from other people's: "LWGW".
const APPLICATION: i64 = 0x4C57_4757;

/// A file's version is how many of these it has seen.
const MIGRATIONS: &[&str] = &[FIRST];

const FIRST: &str = "
-- `keys` counts changes of keys, so that one process sees another's; `document` is the hash of the last good file.
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('keys', 0), ('document', '');

CREATE TABLE key (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    principal TEXT NOT NULL,
    label TEXT NOT NULL,
    hash BLOB NOT NULL,
    -- A JSON list; nothing if the key is for all models of its principal.
    models TEXT,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    used INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE envelope (
    workspace TEXT NOT NULL,
    connection TEXT NOT NULL,
    field TEXT NOT NULL,
    version INTEGER NOT NULL,
    master TEXT NOT NULL,
    nonce BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (workspace, connection, field, version)
) STRICT, WITHOUT ROWID;

-- An empty `key` is all keys together.
CREATE TABLE counter (
    workspace TEXT NOT NULL,
    model TEXT NOT NULL,
    key TEXT NOT NULL,
    per TEXT NOT NULL,
    start INTEGER NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    total INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (workspace, model, key, per)
) STRICT, WITHOUT ROWID;

-- Numbers rise with the ends of calls, ids with their beginnings. Times are in microseconds, but for `started`.
CREATE TABLE call (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    started INTEGER NOT NULL,
    workspace TEXT NOT NULL,
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    connection TEXT NOT NULL,
    model TEXT NOT NULL,
    provider_model TEXT NOT NULL,
    operation TEXT NOT NULL,
    stream INTEGER NOT NULL,
    status INTEGER,
    error_type TEXT,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    input INTEGER,
    output INTEGER,
    cached INTEGER,
    cached_apart INTEGER,
    reasoning INTEGER,
    total INTEGER,
    cost INTEGER,
    first_byte INTEGER,
    duration INTEGER NOT NULL,
    overhead INTEGER NOT NULL,
    upstream_request_id TEXT
) STRICT;

CREATE TABLE content (id BLOB NOT NULL UNIQUE, request BLOB NOT NULL, answer BLOB NOT NULL) STRICT;

-- Sums of a day (counted from 1970, in UTC), which outlive the calls. A cost is in billionths.
CREATE TABLE usage (
    workspace TEXT NOT NULL,
    day INTEGER NOT NULL,
    model TEXT NOT NULL,
    key TEXT NOT NULL,
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    total INTEGER NOT NULL,
    cost INTEGER,
    PRIMARY KEY (workspace, day, model, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    outcome TEXT NOT NULL,
    times INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at);
-- Refusals by the hour, of which those that are alike make one line.
CREATE INDEX audit_refused ON audit (at / 3600000, workspace, action, object) WHERE outcome <> 'done';
";

/// Makes the file one of this release, or says why it cannot be.
pub(super) fn migrate(db: &mut Connection, file: &Path) -> Result<(), StoreError> {
    let database = |error: rusqlite::Error| StoreError::of_database(&error, file);
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    let version = version(&transaction, file)?;
    let bring_up = || {
        for migration in MIGRATIONS.iter().skip(version) {
            transaction.execute_batch(migration)?;
        }
        if version < MIGRATIONS.len() {
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", MIGRATIONS.len() as u64)?;
        }
        Ok(())
    };
    bring_up().map_err(database)?;
    transaction.commit().map_err(database)
}

fn version(db: &Connection, file: &Path) -> Result<usize, StoreError> {
    let look = || -> rusqlite::Result<(i64, i64, bool)> {
        let application = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let found = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok((application, found, !db.prepare("SELECT 1 FROM sqlite_schema")?.exists([])?))
    };
    let (application, found, empty) = look().map_err(|error| StoreError::of_database(&error, file))?;
    if application != APPLICATION && !(application == 0 && found == 0 && empty) {
        return Err(StoreError::Foreign { file: file.to_owned() });
    }
    match usize::try_from(found) {
        Ok(version) if version <= MIGRATIONS.len() => Ok(version),
        _ => Err(StoreError::Newer { file: file.to_owned(), found, known: MIGRATIONS.len() as i64 }),
    }
}
