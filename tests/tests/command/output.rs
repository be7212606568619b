//! `docs/output.md` and the command agree: every event has the fields that the page shows, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use tests::command::{Outcome, Shell, root};
use tests::wire::{Reply, Wire};

use super::{MODEL, flow, read, shell_at};

/// The fields that the lines of each type have together.
type Shapes = BTreeMap<String, BTreeSet<String>>;

/// Fields whose content is somebody's data: it is not looked into.
const DATA: [&str; 4] = ["output", "labels", "part", "body"];
/// Fields of an error that come with some errors only.
const RARE: [&str; 8] = [
    "error.fix",
    "error.status",
    "error.request_id",
    "error.retry_after_ms",
    "error.violations",
    "error.response",
    "error.line",
    "error.column",
];

#[test]
fn the_page_shows_the_events_as_they_are() {
    let page = shapes(&examples());
    let real = shapes(&[failing(), waiting(), streaming()].concat());
    assert_eq!(page, real, "docs/output.md on the left, the command on the right");
}

#[test]
fn the_report_on_the_page_is_as_it_is() {
    let page = fs::read_to_string(root().join("docs/output.md")).unwrap();
    let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let example: Value = serde_json::from_str(example).unwrap();
    let flow = r#"{"linkwork":1,"name":"f","steps":[{"id":"a","set":1}]}"#;
    let report = Shell::default().file("f.linkwork.json", flow).run(["run", "f.linkwork.json", "--output", "json"]);
    let report = report.exits(0).json();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&example), names(&report));
    assert_eq!(names(&example["steps"][0]), names(&report["steps"][0]));
}

/// The lines of the page.
fn examples() -> Vec<Value> {
    let page = fs::read_to_string(root().join("docs/output.md")).unwrap();
    let blocks = page.split("```jsonl\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A run that is tried again, asked for its requests, and fails.
fn failing() -> Vec<Value> {
    let upstream = Wire::script([Reply::json(503, "{}"), Reply::json(200, MODEL), Reply::json(404, "{}")]);
    let mut ask = read("ask");
    ask["retry"] = json!({ "max_attempts": 2, "delay": "0s" });
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[ask, read("look-up")]));
    shell.run(["run", "f.linkwork.json", "--curl", "--label", "who=me", "--output", "jsonl"]).exits(1).lines()
}

/// A run that waits for a moment and for a signal, and goes on after its process was killed.
fn waiting() -> Vec<Value> {
    let steps =
        [json!({ "id": "pause", "wait": "10ms" }), json!({ "id": "approval", "wait": { "signal": "approved" } })];
    let shell = Shell::default().file("f.linkwork.json", flow("f", &steps));
    let mut running = shell.start(["run", "f.linkwork.json", "--output", "jsonl"]);
    let pause = running.event("waiting");
    let approval = running.event("waiting");
    running.kill();
    shell.run(["runs", "signal", "last", "approved"]).exits(0);
    let resumed = shell.run(["runs", "resume", "last", "--output", "jsonl"]).exits(0);
    [vec![pause, approval], resumed.lines()].concat()
}

/// A run whose answer arrives in pieces.
fn streaming() -> Vec<Value> {
    let flow = root().join("examples/ask-grok.linkwork.json").display().to_string();
    let outcome: Outcome = Shell::default().run(["run", &flow, "--sandbox", "--output", "jsonl"]);
    outcome.exits(0).lines()
}

fn shapes(events: &[Value]) -> Shapes {
    let mut shapes = Shapes::new();
    for event in events {
        let of_type = event["type"].as_str().unwrap().to_owned();
        names(event, "", shapes.entry(of_type).or_default());
    }
    shapes
}

fn names(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let whole = format!("{path}{name}");
        if !DATA.contains(&name.as_str()) {
            names(value, &format!("{whole}."), found);
        }
        if !RARE.contains(&whole.as_str()) {
            found.insert(whole);
        }
    }
}
