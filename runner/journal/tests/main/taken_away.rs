//! A journal whose file is taken away while it is in use.

use std::fs;
use std::path::Path;

use runner_journal::{Error, Health, Journal as _};

use crate::support::{create, entries, open};

async fn assert_stops(take_away: impl Fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    create(&journal, "run_a").await;
    take_away(&folder.path().join("journal.db"));
    let error = journal.append("run_a", 0, entries("run_a", 0, 1)).await.unwrap_err();
    assert!(matches!(&error, Error::Poisoned { reason, .. } if reason.contains("deleted")), "{error}");
    assert_eq!(journal.health(), Health::Poisoned);
    assert!(matches!(journal.append("run_a", 0, entries("run_a", 0, 1)).await, Err(Error::Poisoned { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_acknowledged_that_goes_into_a_file_that_nobody_finds_again() {
    assert_stops(|file| fs::remove_file(file).unwrap()).await;
    assert_stops(|file| fs::rename(file, file.with_extension("old")).unwrap()).await;
    assert_stops(|file| {
        fs::copy(file, file.with_extension("new")).unwrap();
        fs::rename(file.with_extension("new"), file).unwrap();
    })
    .await;
}
