//! Which room may know which: read from the manifests, so that a new dependency has to be meant.

use std::fs;

use tests::command::root;

/// What a crate depends on when it is used, not when it is tested.
fn dependencies(folder: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split(['.', ' ']).next()).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn knows_none(folder: &str, forbidden: &[&str]) {
    let known = dependencies(folder);
    assert!(!known.is_empty(), "{folder} has dependencies");
    for name in known {
        assert!(!forbidden.iter().any(|forbidden| name.starts_with(forbidden)), "{folder} must not know {name}");
    }
}

#[test]
fn the_sdk_knows_no_flow_and_no_connector() {
    knows_none("connector-sdk", &["runner-", "connector-"]);
}

#[test]
fn a_connector_knows_only_the_sdk() {
    knows_none("connectors/xai-grok", &["runner-", "connector-http", "reqwest", "tokio", "backoff"]);
    knows_none("connectors/http", &["runner-", "connector-xai", "reqwest", "tokio", "backoff"]);
}

#[test]
fn a_flow_does_no_io() {
    knows_none("runner/flow", &["tokio", "reqwest", "rusqlite", "uuid", "rand", "runner-"]);
}

#[test]
fn a_rehearsal_does_no_io() {
    knows_none(
        "runner/rehearsal",
        &["tokio", "reqwest", "runner-engine", "runner-cli", "connector-xai", "connector-http"],
    );
}

#[test]
fn the_engine_knows_no_connector_by_name() {
    knows_none("runner/engine", &["connector-xai", "connector-http", "runner-cli", "runner-sandbox", "reqwest"]);
}

#[test]
fn the_sandbox_shares_nothing_with_the_connectors() {
    knows_none("runner/sandbox", &["connector-", "runner-"]);
}
