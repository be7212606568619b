//! Files that are damaged, newer, not ours, full, or somebody else's.

use std::fs;
use std::path::Path;

use runner_gateway::control::{Actor, ControlError, OpenError, Purpose, StoreError, StoreHealth};
use runner_journal::Error;
use rusqlite::Connection;

use crate::support::{NOON, Place, call, caller, file, make, new_key, usual_gateway};

fn tamper(place: &Place, sql: &str) {
    Connection::open(place.database()).unwrap().execute_batch(sql).unwrap();
}

fn refused(place: &Place) -> StoreError {
    match place.try_open(Purpose::Serve) {
        Err(OpenError::Store(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it opens"),
    }
}

/// A folder of a gateway that has seen some calls.
async fn used() -> Place {
    let (place, gateway) = usual_gateway();
    let ben = caller(&gateway, "ben").await;
    (0..500).for_each(|_| call(&gateway, &ben, NOON, 1, 1));
    place
}

#[tokio::test]
async fn one_process_serves_and_others_may_visit() {
    let (place, gateway) = usual_gateway();
    let error = refused(&place);
    assert!(matches!(&error, StoreError::Served { .. }) && error.fix().contains("stop that process"), "{error}");
    let visitor = place.try_open(Purpose::Visit).unwrap();
    make(&visitor, new_key("ben")).await;
    drop(gateway);
    place.open();
}

#[tokio::test]
async fn what_is_newer_or_not_ours_is_refused() {
    let place = used().await;
    tamper(&place, "PRAGMA user_version = 999");
    assert!(matches!(refused(&place), StoreError::Journal(Error::Newer { found: 999, .. })));

    let place = Place::new(&file());
    fs::create_dir(place.folder.path().join("data")).unwrap();
    tamper(&place, "CREATE TABLE recipe (name TEXT)");
    assert!(matches!(refused(&place), StoreError::Journal(Error::Foreign { .. })));

    let place = Place::new(&file());
    fs::create_dir(place.folder.path().join("data")).unwrap();
    fs::write(place.database(), "a diary, dear reader, and no database at all, for it has other words in it").unwrap();
    assert!(matches!(refused(&place), StoreError::Journal(Error::Foreign { .. } | Error::Damaged { .. })));
}

#[tokio::test]
async fn damage_is_told() {
    let place = used().await;
    let length = fs::metadata(place.database()).unwrap().len();
    fs::File::options().write(true).open(place.database()).unwrap().set_len(length / 2).unwrap();
    let gateway = place.try_open(Purpose::Serve);
    let error = match gateway {
        Err(OpenError::Store(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(gateway) => match gateway.calls(&Actor::Operator, crate::calls::query(), NOON).await {
            Err(ControlError::Store(error)) => error.into(),
            other => panic!("{other:?}"),
        },
    };
    assert!(matches!(&error, StoreError::Journal(Error::Damaged { .. })), "{error}");
    assert!(error.fix().contains("backup"), "{error}");

    let place = used().await;
    tamper(&place, "UPDATE key SET models = 'not a list'");
    let error = refused(&place);
    assert!(matches!(&error, StoreError::Journal(Error::Damaged { .. })), "{error}");
}

#[tokio::test]
async fn calls_go_on_when_nothing_can_be_written_and_what_is_lost_is_counted() {
    let (place, gateway) = usual_gateway();
    let ben = caller(&gateway, "ben").await;
    gateway.flush().await.unwrap();
    // Somebody else writes and does not let go, so the writer has to wait, and then to give up.
    let other = Connection::open(place.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..40_000 {
        call(&gateway, &ben, NOON, 1, 1);
    }
    let lost = gateway.health().lost;
    assert!((1..40_000).contains(&lost), "{lost}");
    other.execute_batch("ROLLBACK").unwrap();
    gateway.flush().await.unwrap();
    let kept: u64 = other.query_row("SELECT count(*) FROM call", [], |row| row.get(0)).unwrap();
    assert_eq!(kept + gateway.health().lost, 40_000);
    assert_eq!(gateway.health().store, StoreHealth::Ok);
}

#[cfg(unix)]
#[tokio::test]
async fn the_folder_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = used().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let _gateway = place.open();
    for folder in [place.data(), place.data().join("owners")] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
    for file in place.files().iter().filter(|file| file.starts_with(place.data())) {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
}
