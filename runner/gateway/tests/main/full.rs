//! A journal that is shared with runs, and that has no room.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use runner_gateway::bounds;
use runner_gateway::control::{Actor, ControlError, Gateway, Purpose, Retention, StoreHealth};
use runner_journal::{Created, Error, Journal as _, NewRun, SqliteJournal, SqliteOptions};

use crate::support::{NOON, Place, begin, caller, file, limited, make, new_key, served};

fn open_in(place: &Place, max_bytes: Option<u64>) -> (Arc<SqliteJournal>, Gateway) {
    let options = SqliteOptions { max_bytes, ..SqliteOptions::default() };
    let journal = Arc::new(SqliteJournal::open(&place.data(), options).unwrap());
    let gateway = Gateway::open_in(journal.clone(), place.settings(Purpose::Serve), NOON).unwrap();
    (journal, gateway)
}

fn new_run(id: &str) -> NewRun {
    NewRun {
        id: id.to_owned(),
        tenant: "acme".to_owned(),
        flow: "triage".to_owned(),
        key: None,
        labels: BTreeMap::new(),
        created: 1_000,
        start: Bytes::new(),
        texts: Vec::new(),
        parent: None,
        taken_over: Vec::new(),
    }
}

fn count(place: &Place, table: &str) -> u64 {
    let db = rusqlite::Connection::open(place.database()).unwrap();
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// So many calls by this key, all of which are let through.
fn call(gateway: &Gateway, key: &str, times: usize) {
    for _ in 0..times {
        begin(gateway, &gateway.caller(key, NOON).unwrap(), NOON).finish(served(1, 1));
    }
}

/// Waits until everything is written: the journal looks for room by itself.
async fn written_soon(gateway: &Gateway) {
    let written = async {
        while gateway.flush().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), written).await.unwrap();
}

#[tokio::test]
async fn runs_and_calls_share_a_journal() {
    let place = Place::new(&file());
    let (journal, gateway) = open_in(&place, None);
    let ben = caller(&gateway, "ben").await;
    crate::support::call(&gateway, &ben, NOON, 1, 1);
    assert_eq!(journal.create(new_run("run_a")).await.unwrap(), Created::New);
    gateway.flush().await.unwrap();
    assert!(place.try_open(Purpose::Serve).is_err(), "its lock is in the journal's folder");
    drop((gateway, ben));
    // Whoever shares a journal goes on with it.
    assert_eq!(journal.create(new_run("run_b")).await.unwrap(), Created::New);
    assert_eq!((count(&place, "call"), count(&place, "run")), (1, 2));
    place.open();
}

#[tokio::test]
async fn without_room_calls_go_on_and_records_wait_for_room_up_to_a_bound() {
    const AT_ONCE: usize = 100;
    const OVER: usize = 7;
    let place = Place::new(&file());
    let (journal, gateway) = open_in(&place, Some(1 << 20));
    let key = make(&gateway, new_key("ben")).await.key;
    let mut written = 0;
    let full = loop {
        call(&gateway, &key, AT_ONCE);
        match gateway.flush().await {
            Ok(()) => written += AT_ONCE,
            Err(error) => break error,
        }
    };
    assert!(matches!(&full, Error::Full { .. }) && written > 0, "{full}");
    assert_eq!((gateway.health().store, gateway.health().lost), (StoreHealth::Full, 0));
    let refused = gateway.make_key(&Actor::Operator, new_key("ada"), NOON).await.err().unwrap();
    assert!(matches!(refused, ControlError::Store(Error::Full { .. })), "{refused}");

    call(&gateway, &key, bounds::WAITING_CALLS - AT_ONCE + OVER);
    assert_eq!(gateway.flush().await.unwrap_err(), full);
    assert_eq!((gateway.health().store, gateway.health().lost), (StoreHealth::Full, OVER as u64));
    assert_eq!(count(&place, "call"), written as u64);

    journal.set_max_bytes(None).await.unwrap();
    written_soon(&gateway).await;
    assert_eq!((gateway.health().store, gateway.health().lost), (StoreHealth::Ok, OVER as u64));
    assert_eq!(count(&place, "call"), (written + bounds::WAITING_CALLS) as u64);
    make(&gateway, new_key("ada")).await;
}

#[tokio::test]
async fn what_is_forgotten_makes_room() {
    let place = Place::new(&file());
    let (_journal, gateway) = open_in(&place, Some(1 << 20));
    let key = make(&gateway, new_key("ben")).await.key;
    while gateway.flush().await.is_ok() {
        call(&gateway, &key, 100);
    }
    let later = NOON + Duration::from_hours(24 * 365);
    gateway.prune(Retention::default(), later).await.unwrap();
    written_soon(&gateway).await;
    assert_eq!((gateway.health().store, gateway.health().lost), (StoreHealth::Ok, 0));
}

#[tokio::test]
async fn a_limit_counts_on_without_room() {
    let (place, gateway) = limited(serde_json::json!([{ "per": "day", "requests": 20_000 }]));
    drop(gateway);
    let (_journal, gateway) = open_in(&place, Some(400_000));
    let ben = caller(&gateway, "ben").await;
    (0..20_000).for_each(|_| crate::support::call(&gateway, &ben, NOON, 1, 1));
    assert!(matches!(gateway.flush().await, Err(Error::Full { .. })));
    crate::support::refusal(&gateway, &ben, NOON);
}
