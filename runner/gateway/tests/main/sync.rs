//! A sync that fails: this test binary again as a process of its own, with a fault between it and the disk.
#![expect(clippy::disallowed_types, reason = "a fault concerns a whole process")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use runner_gateway::control::{Actor, ControlError, Gateway, Purpose, Settings, StoreHealth};
use runner_journal::Error;

use crate::faults::faults;
use crate::support::{MASTER, NOON, Place, begin, call, file, make, new_key, registry, served};

/// Where the process serves from.
const FOLDER: &str = "LINKWORK_GATEWAY_FOLDER";

#[tokio::test]
async fn after_a_failed_sync_calls_go_on_and_a_restart_has_what_was_acknowledged() {
    let library = tempfile::tempdir().unwrap();
    let library = (faults(library.path(), "sync"), library);
    for nth in [15, 16, 40] {
        let place = Place::new(&file());
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args(["--exact", "sync::process", "--nocapture", "--test-threads=1"]).env(FOLDER, place.folder.path());
        process.env("LD_PRELOAD", &library.0).env("LINKWORK_SYNC_FAULT", format!("fail:{nth}"));
        let told = process.output().unwrap();
        let (said, errors) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
        assert!(told.status.success() && !errors.contains("synced after the fault"), "{said}\n{errors}");
        let line = |start: &str| said.lines().find_map(|line| line.split_once(start)).unwrap().1.to_owned();

        let gateway = place.open();
        let ben = gateway.caller(&line("| key "), NOON).unwrap();
        let kept = gateway.calls(&Actor::Operator, crate::calls::query(), NOON).await.unwrap().len();
        let acknowledged: usize = line("| written ").parse().unwrap();
        assert!(kept >= acknowledged && acknowledged > 0, "{kept} of {acknowledged}");
        call(&gateway, &ben, NOON, 1, 1);
        gateway.flush().await.unwrap();
    }
}

/// Calls until nothing can be written any more, and then goes on calling.
#[tokio::test]
async fn process() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let settings = Settings {
        file: Path::new(&folder).join("linkwork.json"),
        registry: registry(),
        environment: Arc::new(|name: &str| matches!(name, "MASTER" | "MODELS_API_KEY").then(|| MASTER.to_owned())),
        purpose: Purpose::Serve,
    };
    let gateway = Gateway::open(settings, NOON).unwrap();
    let key = make(&gateway, new_key("ben")).await.key;
    println!("| key {}", *key);
    let call = || begin(&gateway, &gateway.caller(&key, NOON).unwrap(), NOON).finish(served(1, 1));
    let mut written = 0;
    let failed = loop {
        call();
        match gateway.flush().await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
    };
    println!("| written {written}");
    assert!(matches!(&failed, Error::Poisoned { .. }) && failed.fix().contains("restart"), "{failed}");
    assert_eq!((gateway.health().store, gateway.health().lost), (StoreHealth::Poisoned, 1));
    (0..10).for_each(|_| call());
    assert_eq!(gateway.flush().await.unwrap_err(), failed);
    assert_eq!(gateway.health().lost, 11);
    let refused = gateway.make_key(&Actor::Operator, new_key("ada"), NOON).await.err().unwrap();
    assert!(matches!(&refused, ControlError::Store(Error::Poisoned { .. })), "{refused}");
    let id = gateway.caller(&key, NOON).unwrap().key;
    gateway.revoke_key(&Actor::Operator, "acme", &id, NOON).await.unwrap_err();
    gateway.caller(&key, NOON).err().unwrap();
}
