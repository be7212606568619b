//! The JSON of the pages is there to be copied: every flow, step and test in it is valid.

use std::fs;

use runner_flow::{Word, expression_filters, expression_tests};
use serde_json::{Map, Value, json};
use tests::command::{Shell, root};

/// The pages that show flows.
const PAGES: [&str; 6] =
    ["README.md", "docs/flows.md", "docs/sandbox.md", "docs/testing.md", "docs/from-prismatic.md", "docs/from-n8n.md"];
/// The flow that steps of the pages run.
const SUB_FLOW: &str = "summarise.linkwork.json";

#[test]
fn every_flow_and_every_step_is_valid() {
    let mut shell = shell();
    let mut files = Vec::new();
    for block in blocks() {
        let flow = match &block.value {
            Value::Object(object) if object.contains_key("workspaces") => {
                let told = Shell::default().file("linkwork.json", block.value.to_string()).run(["check"]).exits(3);
                assert_eq!(told.stderr.matches("error[").count(), 1, "only the master key is missing: {told:?}");
                continue;
            }
            flow if is_flow(flow) => flow.clone(),
            Value::Object(object) if object.contains_key("id") => flow_around(std::slice::from_ref(&block.value)),
            Value::Array(steps) => flow_around(steps),
            other => {
                assert!(is_test(other) || is_connections(other), "{}: this is nothing that is known", block.name);
                continue;
            }
        };
        let file = format!("{}.linkwork.json", block.name);
        shell = shell.file(&file, flow.to_string());
        files.push(file);
    }
    assert!(files.len() > 20, "the pages show flows");
    let words = std::iter::once("validate").chain(files.iter().map(String::as_str));
    let outcome = shell.run(words).exits(0);
    assert_eq!(outcome.stderr, "", "there is not even a warning");
}

/// A test stands on the page of its flow, or is about one of the examples.
#[test]
fn every_test_holds() {
    let mut shell = shell();
    for block in blocks().iter().filter(|block| is_flow(&block.value)) {
        let name = block.value["name"].as_str().expect("a flow has a name");
        shell = shell.file(&format!("{name}.linkwork.json"), block.value.to_string());
    }
    let tests: Vec<Block> = blocks().into_iter().filter(|block| is_test(&block.value)).collect();
    assert!(tests.len() > 2, "the pages show tests");
    for block in tests {
        let file = format!("{}.test.json", block.name);
        shell = shell.file(&file, block.value.to_string());
        shell.run(["test", &file]).exits(0);
    }
}

#[test]
fn every_filter_and_every_test_of_expressions_is_explained() {
    let text = fs::read_to_string(root().join("docs/flows.md")).expect("the page can be read");
    for words in [rows(expression_filters()), rows(expression_tests())] {
        assert!(text.contains(&words), "docs/flows.md has to have these rows:\n{words}");
    }
}

/// The rows of a table that explains these words; those that mean the same share one.
fn rows(words: impl Iterator<Item = Word>) -> String {
    let mut rows: Vec<(String, &str)> = Vec::new();
    for word in words {
        let name = match word.parameters.as_slice() {
            [] => format!("`{}`", word.name),
            parameters => format!("`{}({})`", word.name, parameters.join(", ")),
        };
        match rows.iter_mut().find(|(_, about)| *about == word.about) {
            Some((names, _)) => names.extend([", ", &name]),
            None => rows.push((name, word.about)),
        }
    }
    rows.iter().map(|(names, about)| format!("| {names} | {about} |\n")).collect()
}

/// JSON of a page, and a name for it that tells its page and its line.
struct Block {
    name: String,
    value: Value,
}

fn shell() -> Shell {
    let sub_flow = fs::read(root().join("examples").join(SUB_FLOW)).expect("the flow can be read");
    Shell::default().file(SUB_FLOW, sub_flow)
}

fn blocks() -> Vec<Block> {
    PAGES.iter().flat_map(|page| blocks_of(page)).collect()
}

fn blocks_of(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(page)).expect("the page can be read");
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, "```json") => open = Some((index + 2, String::new())),
            (Some((first, json)), "```") => {
                let name = format!("{}-{first}", page.replace(['/', '.'], "-").to_lowercase());
                let value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{page}:{first}: {error}"));
                blocks.push(Block { name, value });
                open = None;
            }
            (Some((_, json)), line) => json.extend([line, "\n"]),
            (None, _) => {}
        }
    }
    blocks
}

/// A flow with these steps, and before them those that they refer to.
fn flow_around(steps: &[Value]) -> Value {
    let own = Value::from(steps).to_string();
    let mut all: Vec<Value> = Vec::new();
    for id in ids_referred_to(&own) {
        let earlier = json!({ "id": id, "set": "{{ input }}" });
        if !own.contains(&format!("\"id\":\"{id}\"")) && !all.contains(&earlier) {
            all.push(earlier);
        }
    }
    all.extend_from_slice(steps);
    let mut slots = Map::new();
    steps.iter().for_each(|step| collect_slots(step, &mut slots));
    json!({ "linkwork": 1, "name": "page", "input": { "type": "object" }, "connections": slots, "steps": all })
}

fn ids_referred_to(text: &str) -> impl Iterator<Item = &str> {
    let is_end = |c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-';
    text.split("steps.").skip(1).map(move |rest| &rest[..rest.find(is_end).unwrap_or(rest.len())])
}

/// The connections that the actions in this value need.
fn collect_slots(value: &Value, slots: &mut Map<String, Value>) {
    if let Some(action) = value.get("action").and_then(Value::as_str) {
        let connector = action.split('/').next().unwrap_or_default();
        let slot = value.get("connection").and_then(Value::as_str).unwrap_or(connector);
        slots.insert(slot.to_owned(), json!({ "connector": connector }));
    }
    match value {
        Value::Object(object) => object.values().for_each(|value| collect_slots(value, slots)),
        Value::Array(items) => items.iter().for_each(|value| collect_slots(value, slots)),
        _ => {}
    }
}

fn is_flow(block: &Value) -> bool {
    block.get("linkwork").is_some() && block.get("workspaces").is_none()
}

fn is_test(value: &Value) -> bool {
    value.get("cases").is_some()
}

fn is_connections(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.values().all(|entry| entry.get("connector").is_some()))
}
