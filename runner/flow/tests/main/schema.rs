//! The JSON Schema of flow files: it says the same as the reader does, and has the shape that editors are quick with.

use connector_sdk::Schema;
use runner_flow::schema;
use serde_json::{Value, json};

use crate::support::registry;

fn found(file: &Value) -> Vec<String> {
    let found = Schema::new(schema(&registry())).check(file);
    found.into_iter().map(|violation| violation.to_string()).collect()
}

fn with(step: Value) -> Value {
    json!({ "linkwork": 1, "name": "test", "steps": [step] })
}

#[test]
fn a_whole_flow_fits() {
    let file = serde_json::from_str(include_str!("../whole.json")).unwrap();
    assert_eq!(found(&file), [] as [&str; 0]);
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
    ];
    for step in wrong {
        assert!(!found(&with(step.clone())).is_empty(), "{step}");
    }
}

#[test]
fn an_action_is_one_enum_with_descriptions() {
    let schema = schema(&registry());
    let action = &schema["$defs"]["step"]["properties"]["action"];
    assert_eq!(action["enum"], json!(["model/ask", "model/raw-request", "post/send"]));
    assert_eq!(action["enumDescriptions"][0], "Asks a model.");
    assert_eq!(schema["$defs"]["step"]["allOf"].as_array().unwrap().len(), 2);
}

#[test]
fn the_whole_schema() {
    insta::assert_json_snapshot!(schema(&registry()));
}
