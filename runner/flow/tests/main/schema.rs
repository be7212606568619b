//! The JSON Schema of flow files: it says the same as the reader does, and has the shape that editors are quick with.

use std::path::Path;
use std::sync::LazyLock;

use connector_sdk::Schema;
use runner_flow::{Flow, Severity, schema};
use serde_json::{Value, json};

use crate::support::{Beside, registry};
use crate::validate::broken;

pub(crate) fn found(file: &Value) -> Vec<String> {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::new(schema(&registry())));
    SCHEMA.check(file).into_iter().map(|violation| violation.to_string()).collect()
}

/// Findings that follow from the form of a file alone.
const FORM: [&str; 12] = [
    "version",
    "unknown_key",
    "missing_key",
    "unknown_word",
    "duration",
    "invalid_name",
    "no_steps",
    "unknown_kind",
    "two_kinds",
    "no_arms",
    "unknown_action",
    "unknown_connector",
];

#[test]
fn what_is_wrong_in_form_is_wrong_in_the_schema() {
    let mut refused = 0;
    for (name, text) in broken() {
        let Ok(file) = serde_json::from_str::<Value>(&text) else { continue };
        let (_, diagnostics) = Flow::validate(&text, &Beside, &registry());
        if let Some(one) = diagnostics.iter().find(|one| FORM.contains(&one.code)) {
            assert!(!found(&file).is_empty(), "the schema lets {name} pass: {} {}", one.code, one.message);
            refused += 1;
        }
    }
    assert!(refused > 10);
}

/// The flows that are shipped, by the schema that is shipped.
#[test]
fn the_examples_fit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let schema = std::fs::read_to_string(root.join("schemas/flow.schema.json")).unwrap();
    let schema = Schema::new(serde_json::from_str(&schema).unwrap());
    let mut seen = 0;
    for entry in std::fs::read_dir(root.join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().ends_with(".linkwork.json") {
            let flow = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            assert_eq!(schema.check(&flow), [], "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 3);
}

fn with(step: Value) -> Value {
    json!({ "linkwork": 1, "name": "test", "steps": [step] })
}

#[test]
fn a_whole_flow_fits() {
    for text in [include_str!("../whole.json"), include_str!("../whole-language.json")] {
        assert_eq!(found(&serde_json::from_str(text).unwrap()), [] as [&str; 0]);
    }
}

/// What the schema calls wrong, the check calls wrong. The other way round it may know less.
fn assert_no_contradiction(name: &str, text: &str) -> bool {
    let Ok(file) = serde_json::from_str::<Value>(text) else { return false };
    let wrong = found(&file);
    let (_, diagnostics) = Flow::validate(text, &Beside, &registry());
    let is_right = diagnostics.iter().all(|one| one.severity == Severity::Warning);
    assert!(wrong.is_empty() || !is_right, "{name} is right, and the schema says: {wrong:#?}");
    !wrong.is_empty()
}

#[test]
fn the_schema_never_contradicts_the_check() {
    let mut wrong = 0;
    for (name, text) in broken() {
        wrong += usize::from(assert_no_contradiction(&name, &text));
    }
    assert!(wrong > 10);
}

#[test]
fn forms_that_are_right_are_right_in_the_schema() {
    let body = json!([{ "id": "b", "set": 1 }]);
    let right = [
        json!({ "id": "a", "wait": "{{ input.long }}" }),
        json!({ "id": "a", "wait": "{{ input.seconds }}s" }),
        json!({ "id": "a", "wait": { "until": "{{ input.when }}" } }),
        json!({ "id": "a", "repeat": { "times": 0 }, "steps": body }),
        json!({ "id": "a", "repeat": { "times": "{{ input.often }}" }, "steps": body }),
        json!({ "id": "a", "repeat": { "times": "{% if input.a %}1{% else %}2{% endif %}" }, "steps": body }),
        json!({ "id": "a", "for_each": "{{ input.rows }}", "steps": body }),
        json!({ "id": "a", "for_each": { "$literal": [1] }, "steps": body }),
        json!({ "id": "a", "fail": "" }),
        json!({ "id": "a", "fail": { "message": "{{ input.a }}" } }),
        json!({ "id": "a", "set": null, "on_error": "fail" }),
        json!({ "id": "a", "set": null, "on_error": { "codes": ["anything"] } }),
        json!({ "id": "a", "stop": null }),
        json!({ "id": "a", "flow": "greet", "with": { "name": "{{ input.a }}" } }),
        json!({ "id": "a", "flow": "greet", "with": { "$literal": { "name": "you" } } }),
        json!({ "id": "a", "action": "post/send", "with": { "$literal": { "text": "{{ no expression }}" } } }),
        json!({ "id": "a", "action": "post/send", "with": { "text": { "$literal": "{{ no expression }}" } } }),
        json!({ "id": "a", "action": "model/ask", "with": { "model": "m", "messages": { "$literal": [] }, "style": { "$literal": "fancy" }, "temperature": { "$literal": 1 } } }),
        json!({ "id": "a", "action": "model/ask", "with": { "model": "m", "messages": "{% if true %}{{ input.m }}{% endif %}" } }),
        json!({ "id": "a", "action": "model/ask", "with": { "model": "m", "messages": [], "temperature": "{{\n  input.t\n}}" } }),
    ];
    for step in right {
        let mut file = with(step);
        file["connections"] = json!({ "post": { "connector": "post" }, "model": { "connector": "model" } });
        assert_no_contradiction(&file["steps"][0].to_string(), &file.to_string());
    }
}

#[test]
fn expressions_stand_at_every_level() {
    let open = json!({
        "model": "{{ input.model }}",
        "temperature": "{{ input.t }}",
        "style": "{{ input.style }}",
        "stream": "{{ input.stream }}",
        "messages": [
            "{{ input.message }}",
            { "role": "user", "content": ["{{ input.part }}", { "text": "{{ input.text }}" }], "urgent": "{{ input.urgent }}" },
            { "role": "{{ input.role }}", "content": "text" }
        ]
    });
    assert_eq!(found(&with(json!({ "id": "a", "action": "model/ask", "with": open }))), [] as [&str; 0]);
    let whole = json!({ "model": "m", "messages": "{{ input.messages }}" });
    assert_eq!(found(&with(json!({ "id": "a", "action": "model/ask", "with": whole }))), [] as [&str; 0]);
}

#[test]
fn what_is_wrong_stays_wrong() {
    let wrong = [
        json!({ "id": "a", "action": "model/aks", "with": {} }),
        json!({ "id": "a", "action": "model/ask" }),
        json!({ "id": "a", "action": "model/ask", "with": { "model": "m" } }),
        json!({ "id": "a", "action": "model/ask", "with": { "model": "m", "messages": [], "temperature": "warm" } }),
        json!({ "id": "a", "action": "model/ask", "with": { "model": "m", "messages": [], "style": "fnacy" } }),
        json!({ "id": "a", "action": "model/ask", "with": { "model": "m", "messages": [], "colour": "red" } }),
        json!({ "id": "a", "action": "post/send", "with": { "text": "x" }, "timeout": "60" }),
        json!({ "id": "a", "action": "post/send", "with": { "text": "x" }, "retry": { "attempts": 1 } }),
        json!({ "id": "a", "set": 1, "with": {} }),
        json!({ "id": "a", "set": 1, "action": "post/send", "with": { "text": "x" } }),
        json!({ "id": "A", "set": 1 }),
        json!({ "set": 1 }),
        json!({ "id": "a" }),
        json!({ "id": "a", "for_each": "input.rows" }),
        json!({ "id": "a", "set": 1, "steps": [{ "id": "b", "set": 1 }] }),
        json!({ "id": "a", "branch": [{ "steps": [{ "id": "b", "set": 1 }] }] }),
        json!({ "id": "a", "branch": [{ "if": "input.a", "steps": [{ "id": "b", "sett": 1 }] }] }),
        json!({ "id": "a", "parallel": { "Wrong Name": [{ "id": "b", "set": 1 }] } }),
        json!({ "id": "a", "parallel": { "right": [] } }),
        json!({ "id": "a", "repeat": {}, "steps": [{ "id": "b", "set": 1 }] }),
        json!({ "id": "a", "wait": { "until": "x", "signal": "y" } }),
        json!({ "id": "a", "wait": "10 minutes" }),
        json!({ "id": "a", "break": false }),
        json!({ "id": "a", "set": 1, "on_error": "ignore" }),
        json!({ "id": "a", "set": 1, "on_error": { "steps": [{ "id": "b", "set": 1 }] } }),
        json!({ "id": "a", "set": 1, "on_error": [{ "id": "b", "action": "model/aks" }] }),
        json!({ "id": "a", "fail": { "code": "x" } }),
    ];
    for step in wrong {
        assert!(!found(&with(step.clone())).is_empty(), "{step}");
    }
}

#[test]
fn an_action_is_one_enum_with_descriptions() {
    let schema = schema(&registry());
    let action = &schema["$defs"]["step"]["dependentSchemas"]["action"]["properties"]["action"];
    assert_eq!(action["enum"], json!(["model/ask", "model/raw-request", "post/send"]));
    assert_eq!(action["enumDescriptions"][0], "Asks a model.");
    assert_eq!(schema["$defs"]["step"]["dependentSchemas"]["action"]["allOf"].as_array().unwrap().len(), 2);
}

#[test]
fn the_whole_schema() {
    insta::assert_json_snapshot!(schema(&registry()));
}
