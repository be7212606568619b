//! One step of a flow, its earlier outputs pinned.

use serde_json::json;
use tests::command::Shell;
use tests::wire::{Reply, Wire};

const FLOW: &str = r#"{
  "linkwork": 1,
  "name": "two",
  "connections": { "grok": { "connector": "xai-grok" } },
  "steps": [
    { "id": "first", "action": "xai-grok/list-models" },
    { "id": "second", "action": "xai-grok/get-model", "with": { "model_id": "{{ steps.first.output.data[0].id }}" } }
  ]
}"#;

#[test]
fn only_the_step_runs() {
    let upstream = Wire::always(Reply::json(200, r#"{"id":"pinned","object":"model","created":1,"owned_by":"xai"}"#));
    let shell = Shell::default()
        .grok_at(&upstream.url("/v1"), "xai-test")
        .file("f.linkwork.json", FLOW)
        .file("pins.json", r#"{"first":{"data":[{"id":"pinned"}]}}"#);
    let outcome =
        shell.run(["run", "f.linkwork.json", "--step", "second", "--pins", "pins.json", "--output", "json"]).exits(0);
    assert_eq!(upstream.only_request().target(), "/v1/models/pinned");
    assert_eq!(outcome.json()["output"]["id"], "pinned");
}

#[test]
fn a_pin_that_is_missing_is_named() {
    let shell = Shell::default().file("f.linkwork.json", FLOW).file("pins.json", "{}");
    let outcome = shell.run(["run", "f.linkwork.json", "--step", "second", "--pins", "pins.json", "--sandbox"]);
    assert_ne!(outcome.code, 0);
    assert!(outcome.stderr.contains("first"), "{}", outcome.stderr);
    shell.run(["run", "f.linkwork.json", "--step", "first", "--sandbox"]).exits(0);
    let outcome = shell.run(["run", "f.linkwork.json", "--step", "thrid", "--pins", "pins.json", "--sandbox"]).exits(2);
    assert!(outcome.stderr.contains("thrid"), "{}", outcome.stderr);
}

#[test]
fn numbers_and_order_survive_from_the_answer_to_the_output() {
    let body = r#"{"z":18446744073709551615,"a":-9223372036854775808,"m":0.1,"e":1e300,"id":"é"}"#;
    let upstream = Wire::always(Reply::json(200, body));
    let flow = json!({
        "linkwork": 1, "name": "exact", "connections": { "grok": { "connector": "xai-grok" } },
        "steps": [
            { "id": "get", "action": "xai-grok/raw-request", "with": { "url": "/x", "method": "GET" } },
            { "id": "send", "action": "xai-grok/raw-request", "with": { "url": "/y", "method": "POST", "data": "{{ steps.get.output.body }}" } }
        ]
    });
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test").file("f.linkwork.json", flow.to_string());
    shell.run(["run", "f.linkwork.json"]).exits(0);
    assert_eq!(upstream.requests()[1].text(), body.replace("1e300", "1e+300"));
}

#[test]
fn what_a_step_needs_is_taken_from_the_last_run_or_asked_for() {
    let model = r#"{"id":"a","object":"model","created":1,"owned_by":"xai"}"#;
    let list = r#"{"object":"list","data":[{"id":"first","object":"model","created":1,"owned_by":"xai"}]}"#;
    let upstream = Wire::answering(move |request| match request.target() {
        "/v1/models" => Reply::json(200, list),
        _ => Reply::json(200, model),
    });
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test").file("f.linkwork.json", FLOW);
    let asked_for = shell.run(["run", "f.linkwork.json", "--step", "second"]).exits(2);
    assert_eq!(asked_for.json(), json!({ "first": null }), "it can be saved and filled in");
    assert!(asked_for.stderr.contains("--step second --pins pins.json"), "{asked_for:?}");
    let for_machines = shell.run(["run", "f.linkwork.json", "--step", "second", "--output", "json"]).exits(2).json();
    assert!(for_machines["error"]["fix"].as_str().unwrap().contains(r#"{"first":null}"#), "{for_machines}");
    assert!(upstream.requests().is_empty());

    shell.run(["run", "f.linkwork.json"]).exits(0);
    let taken = shell.run(["run", "f.linkwork.json", "--step", "second"]).exits(0);
    assert!(taken.stderr.contains("with the outputs of run_"), "{taken:?}");
    let targets: Vec<String> = upstream.requests().iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(targets, ["/v1/models", "/v1/models/first", "/v1/models/first"]);
}
