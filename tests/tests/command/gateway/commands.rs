//! What an operator does with the server's file and its folder while no server need run.

use std::fs;

use serde_json::{Value, json};
use tests::command::{Shell, root};

use super::{House, MASTER_KEY, PROVIDER_KEY};

#[test]
fn a_connection_is_stored_and_tried_and_its_secret_is_nowhere_in_clear() {
    let house = House::empty();
    let added = house.connect("xai", "PROVIDER_KEY").exits(0);
    assert!(added.stdout.contains("xai: stored; the key \"Sandbox key\" works"), "{added:?}");
    let file: Value = serde_json::from_str(&house.file()).unwrap();
    assert_eq!(file["workspaces"]["acme"]["connections"]["xai"]["fields"]["api_key"], json!({ "vault": 1 }));
    for path in house.shell.files() {
        let bytes = fs::read(&path).unwrap();
        let found = bytes.windows(PROVIDER_KEY.len()).any(|window| window == PROVIDER_KEY.as_bytes());
        assert!(!found, "{} holds the key", path.display());
    }
    let listed = house.shell.run(["connections", "list", "--workspace", "acme"]).exits(0);
    assert!(listed.stdout.contains("xai-grok") && !listed.stdout.contains(PROVIDER_KEY), "{listed:?}");
    house.shell.run(["connections", "test", "xai", "--workspace", "acme"]).exits(0);
}

#[test]
fn a_key_that_does_not_work_is_told_of_at_once() {
    let mut house = House::empty();
    house.shell = house.shell.env("BLOCKED", "xai-sandbox-blocked");
    let added = house.connect("xai", "BLOCKED").exits(5);
    assert!(added.stderr.contains("xai is stored, but it does not work:"), "{added:?}");
    assert!(added.stderr.contains("this key is blocked"), "{added:?}");
}

#[test]
fn a_secret_is_no_argument_and_not_nothing() {
    let house = House::empty();
    let add = ["connections", "add", "xai", "--connector", "xai-grok", "--workspace", "acme"];
    let told = house.shell.run(add.iter().chain(&["--field", "api_key=xai-1"])).exits(2);
    assert!(told.stderr.contains("an argument is no place for it"), "{told:?}");
    let told = house.shell.run(add).exits(2);
    assert!(told.stderr.contains("there is no key in stdin"), "{told:?}");
    assert!(!house.file().contains("connections"), "nothing was written");
}

#[test]
fn a_rotated_secret_takes_the_place_of_the_one_before() {
    let house = House::furnished();
    let rotate = ["connections", "rotate", "xai", "--workspace", "acme", "--from-env", "PROVIDER_KEY"];
    house.shell.run(rotate).exits(0);
    let file: Value = serde_json::from_str(&house.file()).unwrap();
    assert_eq!(file["workspaces"]["acme"]["connections"]["xai"]["fields"]["api_key"], json!({ "vault": 2 }));
}

#[test]
fn a_connection_that_a_model_uses_stays() {
    let house = House::furnished();
    let remove = ["connections", "remove", "xai", "--workspace", "acme"];
    let told = house.shell.run(remove).exits(2);
    assert!(told.stderr.contains("models use this connection: grok"), "{told:?}");
    house.shell.run(["models", "remove", "grok", "--workspace", "acme"]).exits(0);
    house.shell.run(remove).exits(0);
}

#[test]
fn a_model_is_found_and_made_and_its_endpoint_is_told() {
    let house = House::empty();
    house.connect("xai", "PROVIDER_KEY").exits(0);
    let search = ["models", "search", "GROK-4.3", "--connection", "xai", "--workspace", "acme"];
    assert_eq!(house.shell.run(search).exits(0).stdout, "grok-4.3\n");
    let create = ["models", "create", "grok", "--connection", "xai", "--model", "grok-4.3", "--workspace", "acme"];
    let made = house.shell.run(create).exits(0);
    assert_eq!(made.stdout, "http://127.0.0.1:0/acme/models/grok/v1\n");
    for words in ["curl http://127.0.0.1:0/v1/chat/completions", "billed to the account of xai's key at xAI Grok"] {
        assert!(made.stderr.contains(words), "{words:?} is missing in {made:?}");
    }
    let again = house.shell.run(create).exits(2);
    assert!(again.stderr.contains("there is a model \"grok\" already"), "{again:?}");
    let listed = house.shell.run(["models", "list", "--workspace", "acme", "--output", "json"]).exits(0);
    assert_eq!(listed.json(), json!({ "grok": { "connection": "xai", "model": "grok-4.3" } }));
}

#[test]
fn a_key_is_shown_once_and_alone() {
    let house = House::furnished();
    let key = house.key("acme", "bob", &["--name", "night shift", "--models", "grok", "--expires", "30d"]);
    assert!(key.starts_with("lwk_") && key.lines().count() == 1, "{key}");
    let listed = house.shell.run(["keys", "list", "--workspace", "acme", "--output", "json"]).exits(0);
    assert!(!listed.stdout.contains(&key), "{listed:?}");
    let row = &listed.json()[0];
    assert_eq!(
        (&row["principal"], &row["label"], &row["models"]),
        (&json!("bob"), &json!("night shift"), &json!(["grok"]))
    );
    assert!(row["expires"].is_u64() && row["revoked"].is_null(), "{row}");
    let id = row["id"].as_str().unwrap();
    house.shell.run(["keys", "revoke", id, "--workspace", "other"]).exits(2);
    house.shell.run(["keys", "revoke", id, "--workspace", "acme"]).exits(0);
    let listed = house.shell.run(["keys", "list", "--workspace", "acme"]).exits(0);
    assert!(listed.stdout.contains("revoked"), "{listed:?}");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let house = House::empty();
    let told = house.shell.run(["keys", "list"]).exits(2);
    assert!(told.stderr.contains("there are 2 workspaces: acme, other"), "{told:?}");
    let told = house.shell.run(["keys", "list", "--workspace", "acm"]).exits(2);
    assert!(told.stderr.contains("did you mean \"acme\"?"), "{told:?}");
    let told = house.shell.run(["keys", "create", "--workspace", "acme", "--principal", "eve"]).exits(2);
    assert!(told.stderr.contains("there is no principal \"eve\""), "{told:?}");
    let told = house.shell.run(["calls", "show", "last", "--workspace", "acme"]).exits(2);
    assert!(told.stderr.contains("`linkwork calls list` tells the ids"), "{told:?}");
    Shell::default().run(["keys", "list"]).exits(3);
}

#[test]
fn check_tells_everything_that_is_wrong_with_its_place_and_a_fix() {
    let house = House::empty();
    house.shell.run(["check"]).exits(0);
    let file = r#"{
  "linkwork": 1,
  "master_key": { "env": "NOT_SET" },
  "workspaces": { "acme": {
    "connections": {
      "one": { "connector": "xai-grok", "fields": { "api_key": "xai-in-clear" } },
      "two": { "connector": "xai-grok", "fields": { "api_key": { "env": "PROVIDER_KEY" } }, "colour": 1 }
    },
    "models": { "grok": { "connection": "three", "model": "grok-4.3" } }
  } }
}"#;
    let shell = house.shell.file("wrong.json", file);
    let told = shell.run(["check", "wrong.json", "--output", "json"]).exits(3);
    let found = told.json()["diagnostics"].as_array().unwrap().clone();
    let found: Vec<_> = found.iter().map(|one| (one["code"].clone(), one["line"].clone())).collect();
    let expected = [("secret_in_clear", 6), ("unknown_field", 7), ("unknown_connection", 9)];
    assert_eq!(found, expected.map(|(code, line)| (json!(code), json!(line))));
    assert!(!told.stderr.contains("xai-in-clear"), "{told:?}");
    let told = shell.run(["serve", "--check", "wrong.json"]).exits(3);
    assert!(told.stderr.contains("--> wrong.json:6:"), "{told:?}");
}

/// What the page shows of the file is there to be copied.
#[test]
fn the_page_shows_files_that_are_valid() {
    let page = fs::read_to_string(root().join("docs/gateway.md")).unwrap();
    let blocks = page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let blocks: Vec<Value> = blocks.map(|block| serde_json::from_str(block).unwrap()).collect();
    assert_eq!(blocks.len(), 4, "a file, a master key, a model, traces");
    let mut file = blocks[0].clone();
    file["workspaces"]["acme"]["models"]["limited"] = blocks[2].clone();
    file["traces"] = blocks[3]["traces"].clone();
    let shell = Shell::default().env("XAI_API_KEY", "xai-1").file("linkwork.json", file.to_string());
    let told = shell.run(["check"]).exits(3);
    assert!(told.stderr.contains("COLLECTOR_KEY, which is not set"), "{told:?}");
    let shell = shell.env("COLLECTOR_KEY", "key");
    assert_eq!(shell.run(["check"]).exits(0).stderr, "");
    let told = shell.file("linkwork.json", blocks[1].to_string()).run(["check"]).exits(3);
    assert!(told.stderr.contains("error[master_key]") && told.stderr.contains("master.key"), "{told:?}");
}

#[test]
fn check_tries_what_the_file_refers_to() {
    let connection = |field: Value| json!({ "connector": "xai-grok", "fields": { "api_key": field } });
    let file = |master: &str, field: Value| {
        let workspaces = json!({ "acme": { "connections": { "xai": connection(field) } } });
        json!({ "linkwork": 1, "master_key": { "env": master }, "workspaces": workspaces }).to_string()
    };
    let shell = House::empty().shell.file("key.txt", "xai-1\n");
    for (name, text, words) in [
        ("a.json", file("NOT_SET", json!({ "env": "PROVIDER_KEY" })), "NOT_SET, which is not set"),
        ("b.json", file("MASTER_KEY", json!({ "env": "NOT_SET" })), "NOT_SET, which is not set"),
        ("c.json", file("MASTER_KEY", json!({ "file": "nowhere.txt" })), "cannot be read"),
        ("d.json", file("MASTER_KEY", json!({ "vault": 1 })), "the vault holds no version 1"),
    ] {
        fs::write(shell.path(name), text).unwrap();
        let told = shell.run(["check", name]).exits(3);
        assert!(told.stderr.contains(words) && told.stderr.contains("what to do:"), "{words:?} is missing in {told:?}");
    }
    assert!(!shell.path(".linkwork").exists(), "checking makes nothing");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_no_master_key_and_doubtful_for_a_connection() {
    use std::os::unix::fs::PermissionsExt as _;
    let connection = json!({ "connector": "xai-grok", "fields": { "api_key": { "file": "key.txt" } } });
    let file = json!({
        "linkwork": 1, "master_key": { "file": "master.txt" },
        "workspaces": { "acme": { "connections": { "xai": connection } } }
    });
    let shell = Shell::default()
        .file("key.txt", "xai-1\n")
        .file("master.txt", super::MASTER_KEY)
        .file("linkwork.json", file.to_string());
    let mode = |name: &str, mode: u32| fs::set_permissions(shell.path(name), fs::Permissions::from_mode(mode)).unwrap();
    mode("master.txt", 0o644);
    let told = shell.run(["check"]).exits(3);
    assert!(told.stderr.contains("error[master_key]") && told.stderr.contains("chmod 600"), "{told:?}");
    mode("master.txt", 0o600);
    mode("key.txt", 0o644);
    let told = shell.run(["check"]).exits(0);
    assert!(told.stderr.contains("warning[readable_by_others]"), "{told:?}");
    mode("key.txt", 0o600);
    assert_eq!(shell.run(["check"]).exits(0).stderr, "");
}

#[test]
fn the_master_key_is_rotated_and_the_old_one_is_not_needed_any_more() {
    let mut house = House::furnished();
    house.shell = house.shell.env("NEW_KEY", &super::MASTER_KEY.replace("00", "ff"));
    let rotated = house.shell.run(["vault", "rotate", "--env", "NEW_KEY"]).exits(0);
    assert_eq!(rotated.stdout, "1 secret sealed anew\n");
    let mut file: Value = serde_json::from_str(&house.file()).unwrap();
    assert_eq!(file["master_key"], json!({ "env": "NEW_KEY" }));
    assert_eq!(file["old_master_keys"], json!([{ "env": "MASTER_KEY" }]));
    file["old_master_keys"] = json!([]);
    fs::write(house.shell.path("linkwork.json"), file.to_string()).unwrap();
    house.shell.run(["connections", "test", "xai", "--workspace", "acme"]).exits(0);
    house.shell.run(["vault", "rotate", "--env", "NEW_KEY"]).exits(2);
    house.shell.run(["vault", "rotate", "--env", "NOT_SET"]).exits(3);
}

#[test]
fn what_cannot_be_a_connection_is_not_stored() {
    let house = House::empty();
    let before = house.file();
    let base_url = format!("base_url={}", house.base_url);
    let add = ["connections", "add", "xai", "--connector", "xai-grok", "--workspace", "acme", "--field", &base_url];
    let told = house.shell.run(add.iter().chain(&["--from-env", "PROVIDER_KEY"]));
    assert!(told.code != 0 && told.stderr.contains("--allow-private"), "{told:?}");
    assert_eq!(house.file(), before);
    house.connect("xai", "PROVIDER_KEY").exits(0);
    let told = house.shell.run(["check", "--sandbox"]).exits(2);
    assert!(told.stderr.contains("base_url"), "{told:?}");
}

#[test]
fn a_wrong_master_key_seals_nothing() {
    let mut house = House::furnished();
    house.shell = house.shell.env("MASTER_KEY", &MASTER_KEY.replace('0', "f"));
    let told = house.shell.run(["connections", "rotate", "xai", "--workspace", "acme", "--from-env", "PROVIDER_KEY"]);
    assert!(told.code != 0 && told.stderr.contains("another master key"), "{told:?}");
}
