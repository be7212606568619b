//! The file is edited by hand while calls go on.

use std::fs;

use runner_gateway::control::{Actor, Purpose, Refusal, Reload, Trouble};
use serde_json::json;

use crate::support::{
    MASTER, NOON, Place, SECRET, begin, caller, file, make, new_key, served, times_made, usual_gateway,
};

#[tokio::test]
async fn an_edit_takes_effect_as_a_whole_and_calls_under_way_go_on() {
    let (place, gateway) = usual_gateway();
    let ben = caller(&gateway, "ben").await;
    let before = gateway.snapshot();
    let going_on = begin(&gateway, &ben, NOON);
    let mut edited = file();
    edited["workspaces"]["acme"]["models"] = json!({ "fresh": { "connection": "main", "model": "grok-5" } });
    place.write(&edited);
    assert_eq!(gateway.tick(NOON).await.unwrap(), Reload::Applied);
    assert_eq!(gateway.tick(NOON).await.unwrap(), Reload::Unchanged);
    assert_eq!(&*gateway.model(&ben, None, "fresh", NOON).unwrap().provider_model, "grok-5");
    assert_eq!(gateway.model(&ben, None, "grok", NOON).unwrap_err(), Refusal::no_model("grok"));
    assert_ne!(before.version(), gateway.snapshot().version());
    going_on.finish(served(1, 2));
    gateway.flush().await.unwrap();
    let calls = gateway.calls(&Actor::Operator, crate::calls::query(), NOON).await.unwrap();
    assert_eq!((calls.len(), calls[0].model.as_str()), (1, "grok"));
}

#[tokio::test]
async fn a_bad_edit_changes_nothing_and_is_shown_until_it_is_mended() {
    let (place, gateway) = usual_gateway();
    let ben = caller(&gateway, "ben").await;
    let version = gateway.snapshot().version().to_owned();
    let mut bad = file();
    bad["workspaces"]["acme"]["models"]["grok"]["connection"] = json!("gone");
    place.write(&bad);
    let Reload::Refused(Trouble::Invalid(found)) = gateway.tick(NOON).await.unwrap() else { panic!("it was taken") };
    assert_eq!(found[0].pointer, "/workspaces/acme/models/grok/connection");
    let health = gateway.health();
    assert_eq!((health.trouble, health.version), (Some(Trouble::Invalid(found)), version.clone()));
    gateway.model(&ben, None, "grok", NOON).unwrap();

    fs::write(place.path(), "{ half a fi").unwrap();
    assert!(matches!(gateway.tick(NOON).await.unwrap(), Reload::Refused(Trouble::Invalid(_))));
    fs::remove_file(place.path()).unwrap();
    assert!(matches!(gateway.tick(NOON).await.unwrap(), Reload::Refused(Trouble::Unreadable(_))));
    gateway.model(&ben, None, "grok", NOON).unwrap();
    place.write(&file());
    assert_eq!(gateway.tick(NOON).await.unwrap(), Reload::Applied);
    assert_eq!((gateway.health().trouble, gateway.snapshot().version()), (None, version.as_str()));
}

#[tokio::test]
async fn a_connection_stays_open_unless_something_of_it_changed() {
    let (one, other) = ("https://stays.example.com/v1", "https://moves.example.com/v1");
    let mut edited = file();
    edited["workspaces"]["acme"]["connections"]["main"]["fields"]["base_url"] = json!(one);
    edited["workspaces"]["other"]["connections"]["main"]["fields"]["base_url"] = json!(other);
    let place = Place::new(&edited);
    let gateway = place.open();
    edited["workspaces"]["acme"]["models"]["grok"]["enabled"] = json!(false);
    edited["workspaces"]["other"]["connections"]["main"]["allow_private"] = json!(true);
    place.write(&edited);
    assert_eq!(gateway.tick(NOON).await.unwrap(), Reload::Applied);
    assert_eq!((times_made(one), times_made(other)), (1, 2));

    // The text is the same, and what it refers to is not.
    place.set("MODELS_API_KEY", "another-secret");
    assert_eq!(gateway.tick(NOON).await.unwrap(), Reload::Unchanged);
    assert_eq!(gateway.reload(NOON).await.unwrap(), Reload::Applied);
    assert_eq!((times_made(one), times_made(other)), (2, 3));
}

#[tokio::test]
async fn a_secret_that_is_missing_is_told_by_its_place() {
    let (place, gateway) = usual_gateway();
    place.variables.lock().unwrap().remove("MODELS_API_KEY");
    let Reload::Refused(Trouble::Invalid(found)) = gateway.reload(NOON).await.unwrap() else { panic!("it was taken") };
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].pointer, "/workspaces/acme/connections/main/fields/api_key");
    assert!(found[0].message.contains("MODELS_API_KEY"), "{found:?}");
    assert_eq!(gateway.tick(NOON).await.unwrap(), Reload::Refused(Trouble::Invalid(found)), "it stays told");
    fs::write(place.folder.path().join("key.txt"), format!("{SECRET}\n")).unwrap();
    let mut edited = file();
    for workspace in ["acme", "other"] {
        edited["workspaces"][workspace]["connections"]["main"]["fields"]["api_key"] = json!({ "file": "key.txt" });
    }
    place.write(&edited);
    assert_eq!(gateway.tick(NOON).await.unwrap(), Reload::Applied);
}

#[tokio::test]
async fn who_leaves_is_cut_off_and_comes_back_with_the_same_key() {
    let (place, gateway) = usual_gateway();
    let made = make(&gateway, new_key("ben")).await;
    let streaming = gateway.caller(&made.key, NOON).unwrap();
    let mut edited = file();
    edited["workspaces"]["acme"]["principals"].as_object_mut().unwrap().remove("ben");
    edited["workspaces"]["acme"]["models"]["mini"].as_object_mut().unwrap().remove("allow");
    place.write(&edited);
    gateway.tick(NOON).await.unwrap();
    assert!(streaming.revoked.is_cancelled());
    assert_eq!(gateway.caller(&made.key, NOON).unwrap_err(), Refusal::unauthenticated());
    assert_eq!(gateway.model(&streaming, None, "grok", NOON).unwrap_err(), Refusal::no_model("grok"));
    assert!(gateway.models(&streaming).is_empty());
    place.write(&file());
    gateway.tick(NOON).await.unwrap();
    assert!(!gateway.caller(&made.key, NOON).unwrap().revoked.is_cancelled());
}

#[tokio::test]
async fn a_model_that_is_missing_closed_elsewhere_or_not_allowed_gets_one_answer() {
    let (_place, gateway) = usual_gateway();
    let (ada, ben) = (caller(&gateway, "ada").await, caller(&gateway, "ben").await);
    let name = |refusal: Refusal, name: &str| refusal.message.replace(name, "NAME");
    let missing = name(gateway.model(&ada, None, "nothing", NOON).unwrap_err(), "nothing");
    for (workspace, model) in [
        (None, "shut"),
        (None, "mini"),
        (None, "theirs"),
        (Some("other"), "theirs"),
        (Some("other"), "grok"),
        (Some("nowhere"), "grok"),
        (None, "gro\nk"),
    ] {
        let refused = gateway.model(&ada, workspace, model, NOON).unwrap_err();
        let shown = model.escape_debug().to_string();
        assert_eq!(name(refused, &shown), missing, "{workspace:?} {model}");
    }
    gateway.model(&ben, Some("acme"), "mini", NOON).unwrap();
}

#[tokio::test]
async fn who_only_visits_needs_no_secret() {
    let (place, _gateway) = usual_gateway();
    place.variables.lock().unwrap().clear();
    let visitor = place.try_open(Purpose::Visit).unwrap();
    make(&visitor, new_key("ben")).await;
    place.set("MASTER", MASTER);
}
