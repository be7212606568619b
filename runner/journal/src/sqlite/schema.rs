//! The tables, and how a file of an earlier release becomes one of this release.
//!
//! One list for all rooms that keep something in the file: whoever needs a table adds a migration at the end.
//! A migration that was released is never changed.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::failure::Failure;
use crate::error::{Error, Result};

/// What tells our files from other people's: "LWRJ".
const APPLICATION: i64 = 0x4C57_524A;

/// A file's version is how many of these it has seen.
const MIGRATIONS: &[&str] = &[RUNS, SETTLED];

const RUNS: &str = "
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    flow TEXT NOT NULL,
    key TEXT,
    parent TEXT,
    created INTEGER NOT NULL,
    owner TEXT NOT NULL,
    status TEXT NOT NULL,
    finished INTEGER,
    entries INTEGER NOT NULL,
    start_sum INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    end_sum INTEGER,
    outcome BLOB
) STRICT;
CREATE UNIQUE INDEX run_key ON run (tenant, key) WHERE key IS NOT NULL;
CREATE INDEX run_tenant ON run (tenant, number);
CREATE INDEX run_flow ON run (flow, number);
CREATE INDEX run_unfinished ON run (id) WHERE finished IS NULL;
CREATE INDEX run_finished ON run (finished, number) WHERE finished IS NOT NULL;

-- Apart from the row, which every append rewrites.
CREATE TABLE start (run INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

CREATE TABLE label (run INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX label_run ON label (run, name);
CREATE INDEX label_value ON label (name, value, run);

CREATE TABLE entry (
    run INTEGER NOT NULL,
    place INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    step TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_place ON entry (run, place);

-- Numbers are never used again, so a higher one is always news.
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX message_id ON message (run, id);

CREATE TABLE content (number INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT;

CREATE TABLE run_text (run INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, content INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX run_text_place ON run_text (run, place);
CREATE INDEX run_text_content ON run_text (content);

CREATE TABLE run_blob (run INTEGER NOT NULL, content INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX run_blob_content ON run_blob (run, content);
CREATE INDEX run_blob_run ON run_blob (content);

-- Holds nothing but what finds out whether there is room again.
CREATE TABLE room (filler BLOB NOT NULL) STRICT;
";

const SETTLED: &str = "
-- What is settled takes no room, and is kept for its id.
ALTER TABLE message ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_open ON message (run, number) WHERE settled = 0;
";

/// Makes the file one of this release, or says why it cannot be.
pub(super) fn migrate(db: &mut Connection, file: &Path) -> Result<()> {
    migrate_within(db, file).map_err(|failure| failure.tell(file))
}

fn migrate_within(db: &mut Connection, file: &Path) -> Result<(), Failure> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&transaction, file)?;
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    if version < MIGRATIONS.len() {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", MIGRATIONS.len() as u64)?;
    }
    Ok(transaction.commit()?)
}

fn version(db: &Connection, file: &Path) -> Result<usize, Failure> {
    let application: i64 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let empty = !db.prepare("SELECT 1 FROM sqlite_schema")?.exists([])?;
    if application != APPLICATION && !(application == 0 && found == 0 && empty) {
        return Err(Error::Foreign { file: file.to_owned() }.into());
    }
    match usize::try_from(found) {
        Ok(version) if version <= MIGRATIONS.len() => Ok(version),
        _ => Err(Error::Newer { file: file.to_owned(), found, known: MIGRATIONS.len() as i64 }.into()),
    }
}
