//! Which room may know which: read from the manifests as cargo understands them, so that a new dependency has to be meant.
//!
//! What counts is what a crate itself depends on, on any target, when it is used or built: not what its tests depend on.

#![expect(clippy::disallowed_types, reason = "cargo alone knows what a manifest inherits")]

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tests::command::root;

/// The crates, as ARCHITECTURE.md lists them: each uses only those before it.
const ROOMS: [&str; 13] = [
    "connector-sdk",
    "connector-openai-wire",
    "connector-openai",
    "connector-xai-grok",
    "connector-http",
    "runner-flow",
    "runner-journal",
    "runner-engine",
    "runner-rehearsal",
    "runner-gateway",
    "runner-server",
    "runner-sandbox",
    "runner-cli",
];

/// What reaches the world outside, in one way or another.
const IO: [&str; 5] = ["tokio", "reqwest", "rusqlite", "uuid", "rand"];

/// What each crate depends on, by its name: the names of the packages, whatever the manifests call them.
fn dependencies(of: &str) -> &'static [String] {
    static ALL: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
        let packages = metadata()["packages"].as_array().unwrap().clone();
        packages.iter().map(|package| (text(&package["name"]), used(package))).collect()
    });
    &ALL[of]
}

fn metadata() -> Value {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let told = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

fn used(package: &Value) -> Vec<String> {
    let all = package["dependencies"].as_array().unwrap();
    all.iter().filter(|one| one["kind"] != "dev").map(|one| text(&one["name"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn knows_none(of: &str, forbidden: &[&str]) {
    let known = dependencies(of);
    assert!(!known.is_empty(), "{of} has dependencies");
    for name in known {
        assert!(!forbidden.iter().any(|forbidden| name.starts_with(forbidden)), "{of} must not know {name}");
    }
}

#[test]
fn a_crate_knows_only_those_above_it() {
    for (index, room) in ROOMS.iter().enumerate() {
        let known = dependencies(room).iter().find(|name| ROOMS[index..].contains(&name.as_str()));
        assert_eq!(known, None, "{room} stands above it");
    }
}

#[test]
fn the_sdk_and_the_journal_know_no_flow_and_no_connector() {
    knows_none("connector-sdk", &["runner-", "connector-"]);
    knows_none("runner-journal", &["runner-", "connector-", "reqwest"]);
}

#[test]
fn a_connector_knows_only_the_sdk_and_its_dialect() {
    for (room, dialect) in [
        ("connector-http", None),
        ("connector-openai-wire", None),
        ("connector-openai", Some("connector-openai-wire")),
        ("connector-xai-grok", Some("connector-openai-wire")),
    ] {
        knows_none(room, &["runner-", "reqwest", "tokio", "backoff"]);
        let connectors = dependencies(room).iter().filter(|name| name.starts_with("connector-"));
        let others: Vec<_> =
            connectors.filter(|name| *name != "connector-sdk" && Some(name.as_str()) != dialect).collect();
        assert!(others.is_empty(), "{room} must not know {others:?}");
    }
}

#[test]
fn a_flow_and_a_rehearsal_do_no_io_of_their_own() {
    knows_none("runner-flow", &IO);
    knows_none("runner-rehearsal", &IO);
}

#[test]
fn only_the_command_knows_connectors_by_name() {
    for room in ["runner-flow", "runner-engine", "runner-rehearsal", "runner-gateway", "runner-server"] {
        knows_none(
            room,
            &["connector-xai", "connector-openai", "connector-http", "runner-cli", "runner-sandbox", "reqwest"],
        );
    }
}

#[test]
fn the_sandbox_shares_nothing_with_the_connectors() {
    knows_none("runner-sandbox", &["connector-", "runner-"]);
}
