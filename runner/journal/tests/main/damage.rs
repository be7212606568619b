//! Files that are not what was stored, or not ours.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use bytes::Bytes;
use runner_journal::{Error, Journal, Query};
use rusqlite::Connection;

use crate::support::{assert_holds, create, entries, open, refusal};

/// A folder with a run of ten entries and a finished one.
async fn stored() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    create(&journal, "run_a").await;
    journal.append("run_a", 0, entries("run_a", 0, 10)).await.unwrap();
    create(&journal, "run_b").await;
    journal.put_blob("run_b", Bytes::from_static(b"a picture")).await.unwrap();
    journal.finish("run_b", 0, entries("run_b", 0, 10), crate::support::end(1)).await.unwrap();
    folder
}

fn tamper(folder: &Path, sql: &str) {
    Connection::open(folder.join("journal.db")).unwrap().execute_batch(sql).unwrap();
}

async fn damage(folder: &Path, run: &str) -> (Option<u64>, String) {
    let error = open(folder).load(run).await.err().unwrap();
    let fix = error.fix();
    let Error::Damaged { file, run: Some(found), entry, reason } = error else { panic!("{error}") };
    assert_eq!((file, found.as_str()), (folder.join("journal.db"), run));
    assert!(fix.contains("backup"));
    (entry, reason)
}

#[tokio::test]
async fn each_part_of_a_run_is_proved() {
    for (sql, entry) in [
        ("UPDATE entry SET body = zeroblob(10) WHERE run = 1 AND place = 4", Some(4)),
        ("UPDATE entry SET step = 'steps/else' WHERE run = 1 AND place = 9", Some(9)),
        ("UPDATE entry SET kind = 4 WHERE run = 1 AND place = 0", Some(0)),
        ("UPDATE entry SET at = 1 WHERE run = 1 AND place = 3", Some(3)),
        ("UPDATE entry SET attempt = 2 WHERE run = 1 AND place = 3", Some(3)),
        ("DELETE FROM entry WHERE run = 1 AND place = 5", Some(5)),
        ("DELETE FROM entry WHERE run = 1 AND place = 9", Some(9)),
        ("UPDATE start SET body = x'00' WHERE run = 1", None),
        ("DELETE FROM start WHERE run = 1", None),
        ("DELETE FROM run_text WHERE run = 1", None),
        ("UPDATE content SET body = CAST('another text' AS BLOB) WHERE number = 1", None),
        ("UPDATE run SET tenant = 'other' WHERE number = 1", None),
    ] {
        let folder = stored().await;
        tamper(folder.path(), sql);
        assert_eq!(damage(folder.path(), "run_a").await.0, entry, "{sql}");
    }
}

#[tokio::test]
async fn an_end_and_a_blob_are_proved_and_other_runs_go_on() {
    let folder = stored().await;
    tamper(folder.path(), "UPDATE run SET outcome = x'00' WHERE number = 2");
    let journal = open(folder.path());
    assert!(matches!(journal.row("run_b").await.unwrap_err(), Error::Damaged { .. }));
    journal.append("run_a", 10, Vec::new()).await.unwrap_err();
    journal.claim("run_a").await.unwrap();
    journal.append("run_a", 10, entries("run_a", 10, 1)).await.unwrap();
    assert_holds(&journal, "run_a", 11).await;

    let hash = journal.put_blob("run_a", Bytes::from_static(b"a picture")).await.unwrap();
    tamper(folder.path(), "UPDATE content SET body = x'00' WHERE number = 2");
    assert!(matches!(journal.get_blob("run_a", &hash).await.unwrap_err(), Error::Damaged { .. }));
}

#[tokio::test]
async fn a_flipped_byte_in_the_file_is_found() {
    let folder = stored().await;
    let file = folder.path().join("journal.db");
    let mut bytes = fs::read(&file).unwrap();
    let wanted = b"run_a did 6 ";
    // A page that was split keeps a stale copy of what went to the other one.
    let copies: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(wanted)).collect();
    for at in copies {
        bytes[at + 4] ^= 1;
    }
    fs::write(&file, bytes).unwrap();
    assert_eq!(damage(folder.path(), "run_a").await.0, Some(6));
    assert_holds(&open(folder.path()), "run_b", 10).await;
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_refused() {
    let folder = stored().await;
    let file = folder.path().join("journal.db");
    let length = fs::metadata(&file).unwrap().len();
    for left in [length / 2, 5_000] {
        fs::File::options().write(true).open(&file).unwrap().set_len(left).unwrap();
        let error = refusal(folder.path());
        assert!(matches!(&error, Error::Damaged { run: None, .. }), "{error}");
        assert!(error.to_string().contains("journal.db") && error.fix().contains("copy"), "{error}");
    }
}

#[tokio::test]
async fn a_page_that_was_overwritten_is_found() {
    let folder = stored().await;
    let file = folder.path().join("journal.db");
    let root: u64 = Connection::open(&file)
        .unwrap()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'run'", [], |row| row.get(0))
        .unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let page = 4096 * (root as usize - 1);
    bytes[page..page + 4096].fill(0xA5);
    fs::write(&file, bytes).unwrap();
    let error = open(folder.path()).list(Query::default()).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { run: None, .. }), "{error}");
    let error = open(folder.path()).append("run_a", 10, entries("run_a", 10, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { run: None, .. }), "{error}");
}

#[tokio::test]
async fn what_is_newer_or_not_ours_is_refused_and_left_alone() {
    let folder = stored().await;
    tamper(folder.path(), "PRAGMA user_version = 999");
    let error = refusal(folder.path());
    assert!(matches!(error, Error::Newer { found: 999, .. }), "{error}");
    assert!(error.fix().contains("release"));

    let folder = tempfile::tempdir().unwrap();
    tamper(folder.path(), "CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('soup')");
    assert!(matches!(refusal(folder.path()), Error::Foreign { .. }));
    tamper(folder.path(), "DELETE FROM recipe");

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("journal.db"), "a diary, dear reader, and not a database at all").unwrap();
    assert!(matches!(refusal(folder.path()), Error::Damaged { .. } | Error::Foreign { .. }));
}

#[tokio::test]
async fn a_folder_is_made_for_this_user_alone() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("deep").join("runs");
    let journal = open(&folder);
    create(&journal, "run_a").await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("owners"))), (0o700, 0o700));
    for file in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
    fs::write(root.path().join("file"), "").unwrap();
    let error = refusal(&root.path().join("file"));
    assert!(matches!(&error, Error::Unusable { .. }), "{error}");
}
