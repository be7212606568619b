//! How envelopes are stored.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::envelope::{Address, Envelope};

const COLUMNS: &str = "workspace, connection, field, version, master, nonce, sealed";

pub(crate) fn insert(db: &Connection, envelope: &Envelope) -> rusqlite::Result<()> {
    let Address { workspace, connection, field, version } = &envelope.address;
    db.execute(
        &format!("INSERT INTO envelope ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![workspace, connection, field, version, envelope.master, envelope.nonce, envelope.sealed],
    )?;
    Ok(())
}

pub(crate) fn find(db: &Connection, address: &Address) -> rusqlite::Result<Option<Envelope>> {
    let Address { workspace, connection, field, version } = address;
    let sql = format!(
        "SELECT {COLUMNS} FROM envelope WHERE workspace = ?1 AND connection = ?2 AND field = ?3 AND version = ?4"
    );
    db.query_row(&sql, params![workspace, connection, field, version], read).optional()
}

/// The last version of a field's secret; 0 if there is none.
pub(crate) fn last_version(db: &Connection, workspace: &str, connection: &str, field: &str) -> rusqlite::Result<u64> {
    db.query_row(
        "SELECT coalesce(max(version), 0) FROM envelope WHERE workspace = ?1 AND connection = ?2 AND field = ?3",
        [workspace, connection, field],
        |row| row.get(0),
    )
}

/// Envelopes that were sealed by another key than this.
pub(crate) fn sealed_by_others(db: &Connection, master: &str) -> rusqlite::Result<Vec<Envelope>> {
    let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM envelope WHERE master <> ?1"))?;
    statement.query_map([master], read)?.collect()
}

/// Puts an envelope into the place of the one that it was made from, if that is still there.
pub(crate) fn replace(db: &Connection, envelope: &Envelope, before: &str) -> rusqlite::Result<usize> {
    let Address { workspace, connection, field, version } = &envelope.address;
    db.execute(
        "UPDATE envelope SET master = ?5, nonce = ?6, sealed = ?7
         WHERE workspace = ?1 AND connection = ?2 AND field = ?3 AND version = ?4 AND master = ?8",
        params![workspace, connection, field, version, envelope.master, envelope.nonce, envelope.sealed, before],
    )
}

/// Forgets what a connection kept, but for these fields and versions.
pub(crate) fn forget(
    db: &Connection,
    workspace: &str,
    connection: &str,
    kept: &[(String, u64)],
) -> rusqlite::Result<()> {
    let mut statement = db.prepare("SELECT field, version FROM envelope WHERE workspace = ?1 AND connection = ?2")?;
    let found = statement.query_map([workspace, connection], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for one in found.collect::<rusqlite::Result<Vec<(String, u64)>>>()?.iter().filter(|one| !kept.contains(one)) {
        db.execute(
            "DELETE FROM envelope WHERE workspace = ?1 AND connection = ?2 AND field = ?3 AND version = ?4",
            params![workspace, connection, one.0, one.1],
        )?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Envelope> {
    let address = Address { workspace: row.get(0)?, connection: row.get(1)?, field: row.get(2)?, version: row.get(3)? };
    Ok(Envelope { address, master: row.get(4)?, nonce: row.get(5)?, sealed: row.get(6)? })
}
