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
const MIGRATIONS: &[&str] =
    &[include_str!("tables/runs.sql"), include_str!("tables/settled.sql"), include_str!("tables/gateway.sql")];

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
