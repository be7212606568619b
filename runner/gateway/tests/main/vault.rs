//! Secrets at rest.

use std::fs;

use runner_gateway::control::{Actor, Change, ControlError, Gateway, Object, OpenError, Purpose};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{MASTER, NOON, OTHER_MASTER, Place, SECRET, actor, caller, file, usual_gateway};

fn connection(value: Value) -> Change {
    Change { workspace: "acme".to_owned(), object: Object::Connection, name: "stored".to_owned(), value: Some(value) }
}

/// Stores a secret as an admin does, through the API.
async fn store(gateway: &Gateway, secret: &str) {
    let ada = actor(gateway, "ada").await;
    let value = json!({ "connector": "models", "fields": { "api_key": secret } });
    gateway.change(&ada, gateway.snapshot().version(), connection(value), NOON).await.unwrap();
}

async fn stored() -> Place {
    let (place, gateway) = usual_gateway();
    store(&gateway, SECRET).await;
    place
}

/// What is told when the server starts.
fn trouble(place: &Place) -> String {
    match place.try_open(Purpose::Serve) {
        Err(OpenError::Invalid(findings)) => {
            let told = findings.iter().map(|one| format!("{} {} {:?}\n", one.pointer, one.message, one.fix));
            told.collect()
        }
        Err(other) => other.to_string(),
        Ok(_) => String::new(),
    }
}

fn tamper(place: &Place, sql: &str) {
    Connection::open(place.database()).unwrap().execute_batch(sql).unwrap();
}

fn masters(place: &Place) -> Vec<String> {
    let db = Connection::open(place.database()).unwrap();
    let mut statement = db.prepare("SELECT master FROM envelope").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

#[tokio::test]
async fn a_secret_goes_into_the_vault_and_the_file_refers_to_it() {
    let place = stored().await;
    let fields = &place.read()["workspaces"]["acme"]["connections"]["stored"]["fields"];
    assert_eq!(*fields, json!({ "api_key": { "vault": 1 } }));
    let gateway = place.open();
    assert!(gateway.snapshot().connection("acme", "stored").is_some());
    store(&gateway, "another-secret-of-the-same-field").await;
    let fields = &place.read()["workspaces"]["acme"]["connections"]["stored"]["fields"];
    assert_eq!(*fields, json!({ "api_key": { "vault": 2 } }));
    assert_eq!(masters(&place).len(), 1, "the version before is forgotten");
    let gone = Change { value: None, ..connection(json!({})) };
    gateway.change(&Actor::Operator, gateway.snapshot().version(), gone, NOON).await.unwrap();
    assert_eq!(masters(&place).len(), 0);
}

#[tokio::test]
async fn theft_of_the_folder_gives_nothing() {
    let place = stored().await;
    let gateway = place.open();
    let dump = format!("{:?}{:?}", gateway.snapshot(), caller(&gateway, "ada").await);
    assert!(!dump.contains(SECRET) && !dump.contains(MASTER));
    let files = place.files();
    for path in &files {
        let bytes = fs::read(path).unwrap();
        let has = |part: &[u8]| bytes.windows(part.len()).any(|found| found == part);
        assert!(!has(SECRET.as_bytes()) && !has(&SECRET.as_bytes()[4..20]), "{}", path.display());
        assert!(!has(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) && !has(&MASTER.as_bytes()[..24]), "{}", path.display());
    }
    assert!(files.len() >= 4, "the file, the store, its log and its index");
}

#[tokio::test]
async fn another_key_opens_nothing_and_says_so() {
    let place = stored().await;
    place.set("MASTER", OTHER_MASTER);
    let told = trouble(&place);
    assert!(told.contains("/workspaces/acme/connections/stored/fields/api_key"), "{told}");
    assert!(told.contains("which is not known") && told.contains("old_master_keys"), "{told}");
}

#[tokio::test]
async fn an_envelope_opens_only_where_it_was_sealed_for() {
    for change in [
        "UPDATE envelope SET workspace = 'other', connection = 'main'",
        "UPDATE envelope SET connection = 'main'",
        "UPDATE envelope SET field = 'base_url'",
        "UPDATE envelope SET version = 7",
        "UPDATE envelope SET sealed = substr(sealed, 1, length(sealed) - 1)",
        "UPDATE envelope SET sealed = x''",
        "UPDATE envelope SET sealed = zeroblob(length(sealed))",
        "UPDATE envelope SET nonce = substr(nonce, 1, 12)",
        "UPDATE envelope SET nonce = zeroblob(24)",
        "DELETE FROM envelope",
    ] {
        let place = stored().await;
        tamper(&place, change);
        let mut file = place.read();
        let fields = |file: &mut Value, workspace: &str, connection: &str, fields: Value| {
            file["workspaces"][workspace]["connections"][connection]["fields"] = fields;
        };
        match change {
            _ if change.contains("'other'") => fields(&mut file, "other", "main", json!({ "api_key": { "vault": 1 } })),
            _ if change.contains("connection") => {
                fields(&mut file, "acme", "main", json!({ "api_key": { "vault": 1 } }))
            }
            _ if change.contains("field") => {
                let both = json!({ "api_key": { "env": "MODELS_API_KEY" }, "base_url": { "vault": 1 } });
                fields(&mut file, "acme", "stored", both);
            }
            _ if change.contains("version") => {
                fields(&mut file, "acme", "stored", json!({ "api_key": { "vault": 7 } }))
            }
            _ => {}
        }
        place.write(&file);
        let told = trouble(&place);
        let expected = if change.starts_with("DELETE") { "holds no version 1" } else { "was changed, cut or moved" };
        assert!(told.contains(expected) && told.contains("put it in anew"), "{change}: {told}");
        assert!(!told.contains(SECRET));
    }
}

#[tokio::test]
async fn secrets_are_sealed_anew_while_calls_go_on() {
    let place = stored().await;
    let old = masters(&place);
    let gateway = place.open();
    let streaming = caller(&gateway, "ada").await;
    place.set("NEW_MASTER", OTHER_MASTER);
    let mut file = place.read();
    file["master_key"] = json!({ "env": "NEW_MASTER" });
    file["old_master_keys"] = json!([{ "env": "MASTER" }]);
    place.write(&file);
    gateway.tick(NOON).await.unwrap();
    let new = masters(&place);
    assert!(new.len() == 1 && new != old);
    assert!(!streaming.revoked.is_cancelled());
    // The old key may go now.
    file.as_object_mut().unwrap().remove("old_master_keys");
    place.write(&file);
    gateway.tick(NOON).await.unwrap();
    assert_eq!(gateway.health().trouble, None);
    drop((gateway, streaming));
    assert_eq!(trouble(&place), "");
}

#[tokio::test]
async fn rotation_goes_on_after_a_restart() {
    let place = stored().await;
    let old = masters(&place);
    place.set("NEW_MASTER", OTHER_MASTER);
    let mut file = place.read();
    file["master_key"] = json!({ "env": "NEW_MASTER" });
    file["old_master_keys"] = json!([{ "env": "MASTER" }]);
    place.write(&file);
    let gateway = place.open();
    gateway.tick(NOON).await.unwrap();
    assert_ne!(masters(&place), old);
}

#[tokio::test]
async fn without_a_master_key_nothing_is_stored() {
    let mut without = file();
    without.as_object_mut().unwrap().remove("master_key");
    let place = Place::new(&without);
    let gateway = place.open();
    let ada = actor(&gateway, "ada").await;
    let change = connection(json!({ "connector": "models", "fields": { "api_key": SECRET } }));
    let refused = gateway.change(&ada, gateway.snapshot().version(), change, NOON).await.unwrap_err();
    assert!(matches!(&refused, ControlError::Refused(no) if no.message.contains("no master key")), "{refused}");
    assert_eq!(place.read(), without);
}

#[test]
fn what_is_no_master_key_is_told_without_showing_it() {
    for wrong in [
        "",
        "abc",
        &MASTER[..62],
        &format!("{MASTER}00"),
        "zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    ] {
        let place = Place::new(&file());
        place.set("MASTER", wrong);
        let told = trouble(&place);
        assert!(told.contains("/master_key") && told.contains("32 bytes"), "{told}");
        assert!(wrong.len() < 10 || !told.contains(wrong));
    }
}

#[cfg(unix)]
#[test]
fn a_master_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut from_file = file();
    from_file["master_key"] = json!({ "file": "master.key" });
    let place = Place::new(&from_file);
    let key = place.folder.path().join("master.key");
    fs::write(&key, format!("{MASTER}\n")).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o660] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let told = trouble(&place);
        assert!(told.contains("may be read by others") && told.contains("chmod 600"), "{mode:o}: {told}");
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(trouble(&place), "");
    fs::remove_file(&key).unwrap();
    assert!(trouble(&place).contains("cannot be read"));
}
