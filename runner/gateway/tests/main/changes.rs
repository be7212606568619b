//! Changes through the API: the same shape as the file, and the same checks.

use std::fs;

use runner_gateway::control::{Actor, Change, ControlError, Gateway, Object, RefusalKind};
use serde_json::{Value, json};

use crate::support::{NOON, Place, SECRET, actor, file, usual_gateway};

fn change(object: Object, name: &str, value: Value) -> Change {
    let value = Some(value).filter(|value| !value.is_null());
    Change { workspace: "acme".to_owned(), object, name: name.to_owned(), value }
}

async fn put(gateway: &Gateway, actor: &Actor, change: Change) -> Result<String, ControlError> {
    gateway.change(actor, gateway.snapshot().version(), change, NOON).await
}

async fn refused(gateway: &Gateway, actor: &Actor, change: Change) -> (RefusalKind, String) {
    match put(gateway, actor, change).await.unwrap_err() {
        ControlError::Refused(refusal) => (refusal.kind, refusal.message.into_owned()),
        other => panic!("{other:?}"),
    }
}

fn model(extra: &Value) -> Value {
    let mut model = json!({ "connection": "main", "model": "grok-4.3" });
    extra.as_object().into_iter().flatten().for_each(|(name, value)| model[name] = value.clone());
    model
}

#[tokio::test]
async fn a_change_is_in_the_file_and_in_effect() {
    let (place, gateway) = usual_gateway();
    let ben = actor(&gateway, "ben").await;
    let version = put(&gateway, &ben, change(Object::Model, "mine", model(&json!({})))).await.unwrap();
    let expected = json!({ "connection": "main", "model": "grok-4.3", "owner": "ben" });
    assert_eq!(place.read()["workspaces"]["acme"]["models"]["mine"], expected);
    let snapshot = gateway.snapshot();
    assert_eq!(snapshot.version(), version);
    assert_eq!(snapshot.object("acme", Object::Model, "mine"), Some(&expected));
    assert_eq!(snapshot.objects("acme", Object::Model).count(), 4);
    let Actor::Caller(caller) = &ben else { panic!("a caller") };
    gateway.model(caller, None, "mine", NOON).unwrap();

    // All that was there stays in its order, and a second change of nothing changes nothing.
    let text = fs::read_to_string(place.path()).unwrap();
    assert_eq!(put(&gateway, &ben, change(Object::Model, "mine", expected)).await.unwrap(), version);
    assert_eq!(fs::read_to_string(place.path()).unwrap(), text);
    put(&gateway, &ben, change(Object::Model, "mine", Value::Null)).await.unwrap();
    assert_eq!(place.read(), file());
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 2, "the file and the data");
}

#[tokio::test]
async fn a_change_of_what_changed_meanwhile_is_refused() {
    let (place, gateway) = usual_gateway();
    let base = gateway.snapshot().version().to_owned();
    put(&gateway, &Actor::Operator, change(Object::Model, "first", model(&json!({})))).await.unwrap();
    let late = gateway.change(&Actor::Operator, &base, change(Object::Model, "second", model(&json!({}))), NOON).await;
    let Err(ControlError::Refused(late)) = late else { panic!("{late:?}") };
    assert_eq!(late.kind, RefusalKind::Conflict);

    // Nor is an edit by hand overwritten that nobody has looked at yet.
    let mut edited = place.read();
    edited["workspaces"]["acme"]["models"]["by-hand"] = model(&json!({}));
    place.write(&edited);
    let kind = refused(&gateway, &Actor::Operator, change(Object::Model, "third", model(&json!({})))).await.0;
    assert_eq!((kind, place.read()), (RefusalKind::Conflict, edited));
}

#[tokio::test]
async fn many_changes_at_once_are_made_one_after_another() {
    let (_place, gateway) = usual_gateway();
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let gateway = gateway.clone();
            tokio::spawn(async move {
                loop {
                    let change = change(Object::Model, &format!("model-{number}"), model(&json!({})));
                    match put(&gateway, &Actor::Operator, change).await {
                        Ok(_) => break,
                        Err(ControlError::Refused(no)) if no.kind == RefusalKind::Conflict => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(gateway.snapshot().objects("acme", Object::Model).count(), 11);
}

#[tokio::test]
async fn what_would_make_the_file_wrong_changes_nothing() {
    let (place, gateway) = usual_gateway();
    for (wrong, pointer) in [
        (change(Object::Model, "new", model(&json!({ "modle": "x" }))), "/models/new/modle"),
        (change(Object::Model, "new", model(&json!({ "connection": "mian" }))), "/models/new/connection"),
        (change(Object::Model, "new", json!("a model")), "/models/new"),
        (change(Object::Principal, "ben", Value::Null), "/models/mini/allow/0"),
        (
            change(Object::Connection, "new", json!({ "connector": "models", "fields": { "base_url": SECRET } })),
            "/connections/new/fields/api_key",
        ),
    ] {
        let ControlError::Invalid(found) = put(&gateway, &Actor::Operator, wrong).await.unwrap_err() else {
            panic!("another refusal");
        };
        assert!(found.iter().any(|one| one.pointer == format!("/workspaces/acme{pointer}")), "{pointer}: {found:?}");
        assert!(!format!("{found:?}").contains(SECRET));
    }
    assert_eq!(place.read(), file());
    for name in ["", "Upper", "a_b", "../x", "-a", &"a".repeat(50)] {
        let kind = refused(&gateway, &Actor::Operator, change(Object::Model, name, model(&json!({})))).await.0;
        assert_eq!(kind, RefusalKind::Invalid, "{name}");
    }
    let (kind, used) = refused(&gateway, &Actor::Operator, change(Object::Connection, "main", Value::Null)).await;
    assert!(kind == RefusalKind::Invalid && used.contains("grok, mini, shut"), "{used}");
    let missing = refused(&gateway, &Actor::Operator, change(Object::Model, "nothing", Value::Null)).await.0;
    assert_eq!(missing, RefusalKind::NotFound);
}

#[tokio::test]
async fn members_make_models_and_change_their_own() {
    let (_place, gateway) = usual_gateway();
    let (ada, ben, bot) = (actor(&gateway, "ada").await, actor(&gateway, "ben").await, actor(&gateway, "bot").await);
    put(&gateway, &ben, change(Object::Model, "mine", model(&json!({ "allow": ["ben"] })))).await.unwrap();
    let opened = || change(Object::Model, "mine", model(&json!({ "owner": "ben" })));
    assert_eq!(refused(&gateway, &bot, opened()).await.0, RefusalKind::Forbidden);
    assert_eq!(refused(&gateway, &bot, change(Object::Model, "mine", Value::Null)).await.0, RefusalKind::Forbidden);
    assert_eq!(
        refused(&gateway, &ben, change(Object::Model, "grok", model(&json!({})))).await.0,
        RefusalKind::Forbidden
    );
    put(&gateway, &ben, opened()).await.unwrap();
    let given = change(Object::Model, "mine", model(&json!({ "owner": "bot" })));
    assert_eq!(refused(&gateway, &ben, given.clone()).await.0, RefusalKind::Forbidden);
    put(&gateway, &ada, given).await.unwrap();
    put(&gateway, &ada, change(Object::Model, "grok", model(&json!({})))).await.unwrap();
}

#[tokio::test]
async fn of_a_connection_that_is_closed_only_admins_make_models() {
    let (_place, gateway) = usual_gateway();
    let (ada, ben) = (actor(&gateway, "ada").await, actor(&gateway, "ben").await);
    put(&gateway, &ben, change(Object::Model, "mine", model(&json!({})))).await.unwrap();
    let mut main = gateway.snapshot().object("acme", Object::Connection, "main").unwrap().clone();
    main["admins_only"] = json!(true);
    put(&gateway, &ada, change(Object::Connection, "main", main)).await.unwrap();
    for (name, value) in [("second", model(&json!({}))), ("mine", model(&json!({ "owner": "ben", "model": "x" })))] {
        assert_eq!(refused(&gateway, &ben, change(Object::Model, name, value)).await.0, RefusalKind::Forbidden);
    }
    put(&gateway, &ben, change(Object::Model, "mine", Value::Null)).await.unwrap();
    put(&gateway, &ada, change(Object::Model, "second", model(&json!({})))).await.unwrap();
}

#[tokio::test]
async fn policies_connections_and_members_are_the_admins() {
    let (_place, gateway) = usual_gateway();
    let (ada, ben) = (actor(&gateway, "ada").await, actor(&gateway, "ben").await);
    let limits = json!([{ "per": "day", "total": 10 }]);
    for policy in [
        json!({ "limits": limits }),
        json!({ "prices": { "input": 1.0, "output": 2.0 } }),
        json!({ "record_content": true }),
    ] {
        let (kind, message) = refused(&gateway, &ben, change(Object::Model, "mine", model(&policy))).await;
        assert!(kind == RefusalKind::Forbidden && message.contains("only an admin"), "{message}");
    }
    put(&gateway, &ada, change(Object::Model, "mine", model(&json!({ "owner": "ben", "limits": limits }))))
        .await
        .unwrap();
    let without = change(Object::Model, "mine", model(&json!({ "owner": "ben" })));
    assert_eq!(refused(&gateway, &ben, without).await.0, RefusalKind::Forbidden);
    let kept = json!({ "owner": "ben", "limits": limits, "record_content": false, "enabled": false });
    put(&gateway, &ben, change(Object::Model, "mine", model(&kept))).await.unwrap();

    let own = json!({ "connector": "models", "fields": { "api_key": SECRET } });
    assert_eq!(refused(&gateway, &ben, change(Object::Connection, "own", own)).await.0, RefusalKind::Forbidden);
    let promoted = json!({ "kind": "person", "role": "admin" });
    assert_eq!(
        refused(&gateway, &ben, change(Object::Principal, "ben", promoted.clone())).await.0,
        RefusalKind::Forbidden
    );
    put(&gateway, &ada, change(Object::Principal, "zoe", promoted)).await.unwrap();
    let elsewhere = Change { workspace: "other".to_owned(), ..change(Object::Model, "theirs", Value::Null) };
    assert_eq!(refused(&gateway, &ada, elsewhere).await.0, RefusalKind::NotFound);
}

#[tokio::test]
async fn an_admin_reads_no_secret_by_sending_it_elsewhere() {
    let (place, gateway) = usual_gateway();
    let ada = actor(&gateway, "ada").await;
    let connection =
        |fields: Value| change(Object::Connection, "main", json!({ "connector": "models", "fields": fields }));
    let elsewhere = "https://ada.example.net/v1";
    let from_environment = json!({ "env": "MODELS_API_KEY" });
    for fields in [
        json!({ "api_key": from_environment, "base_url": elsewhere }),
        json!({ "api_key": { "env": "MASTER" } }),
        json!({ "api_key": { "file": "master.key" } }),
        json!({ "api_key": { "vault": 1 } }),
        json!({ "api_key": SECRET, "base_url": { "env": "MASTER" } }),
    ] {
        assert_eq!(refused(&gateway, &ada, connection(fields.clone())).await.0, RefusalKind::Forbidden, "{fields}");
    }
    put(&gateway, &ada, connection(json!({ "api_key": SECRET }))).await.unwrap();
    let moved = connection(json!({ "api_key": { "vault": 1 }, "base_url": elsewhere }));
    assert_eq!(refused(&gateway, &ada, moved).await.0, RefusalKind::Forbidden);
    put(&gateway, &ada, connection(json!({ "api_key": "a-key-of-ada", "base_url": elsewhere }))).await.unwrap();
    put(&gateway, &ada, connection(json!({ "api_key": { "vault": 2 }, "base_url": elsewhere }))).await.unwrap();

    let private = json!({ "connector": "models", "fields": { "api_key": SECRET }, "allow_private": true });
    assert_eq!(
        refused(&gateway, &ada, change(Object::Connection, "inner", private.clone())).await.0,
        RefusalKind::Forbidden
    );
    put(&gateway, &Actor::Operator, change(Object::Connection, "inner", private.clone())).await.unwrap();
    let mut rotated = private;
    rotated["fields"]["api_key"] = json!("a-newer-key");
    put(&gateway, &ada, change(Object::Connection, "inner", rotated)).await.unwrap();
    assert_eq!(place.read()["workspaces"]["acme"]["connections"]["inner"]["fields"]["api_key"], json!({ "vault": 2 }));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_cannot_be_written_leaves_everything_as_it_was() {
    let (place, gateway): (Place, Gateway) = usual_gateway();
    // A folder in the place of what becomes the file.
    fs::create_dir(place.folder.path().join(".linkwork.json.new")).unwrap();
    let version = gateway.snapshot().version().to_owned();
    let secret = change(Object::Connection, "own", json!({ "connector": "models", "fields": { "api_key": SECRET } }));
    assert_eq!(refused(&gateway, &Actor::Operator, secret).await.0, RefusalKind::Unavailable);
    assert_eq!((place.read(), gateway.snapshot().version()), (file(), version.as_str()));
    let db = rusqlite::Connection::open(place.database()).unwrap();
    let left: u64 = db.query_row("SELECT count(*) FROM envelope", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "the secret is not kept either");
}
