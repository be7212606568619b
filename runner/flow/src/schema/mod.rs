//! The JSON Schema of flow files, for editors, in the shape that they are quick with: `action` is one enum, and what an
//! action takes is found by its connector first and by its name then.

mod expression;
mod parts;

use connector_sdk::{Connector, ErasedAction, Registry};
use serde_json::{Map, Value, json};

pub(crate) use self::expression::or_expression;

/// The JSON Schema of flow files that use these connectors.
pub fn schema(registry: &Registry) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Linkwork flow",
        "description": "What a run does: its steps, in order, and how values go from one to the next.",
        "type": "object",
        "required": ["linkwork", "name", "steps"],
        "additionalProperties": false,
        "properties": {
            "$schema": { "description": "Where this schema is, for editors.", "type": "string" },
            "linkwork": { "description": "The version of the format.", "const": 1 },
            "name": { "description": "The flow's name, in kebab-case.", "type": "string", "pattern": parts::NAME },
            "description": { "description": "What the flow is for.", "type": "string" },
            "input": { "description": "A JSON Schema that the run's input is checked against.", "type": "object" },
            "connections": parts::connections(registry),
            "steps": {
                "description": "What is done, in order.",
                "type": "array",
                "minItems": 1,
                "items": { "$ref": "#/$defs/step" }
            },
            "output": { "description": "What the run gives. Without it, what its last step gives." }
        },
        "$defs": definitions(registry),
    })
}

fn definitions(registry: &Registry) -> Value {
    let mut definitions = Map::new();
    definitions.insert("step".to_owned(), step(registry));
    definitions.insert("retry".to_owned(), parts::retry());
    definitions.insert("duration".to_owned(), parts::duration());
    for action in registry.actions() {
        definitions.insert(action.id().to_owned(), inputs_of(action));
    }
    Value::Object(definitions)
}

fn step(registry: &Registry) -> Value {
    json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": { "description": "Unique in the flow, in kebab-case.", "type": "string", "pattern": parts::NAME },
            "description": { "description": "What the step is for.", "type": "string" },
            "action": action_enum(registry),
            "connection": { "description": "The name of one of the flow's connections. May be left out if only one fits.", "type": "string" },
            "with": { "description": "What the action takes.", "type": "object" },
            "retry": { "$ref": "#/$defs/retry" },
            "timeout": {
                "description": "How long the step may take in all, attempts and waits together.",
                "$ref": "#/$defs/duration"
            },
            "set": { "description": "What the step gives." }
        },
        "additionalProperties": false,
        "oneOf": [{ "required": ["action"] }, { "required": ["set"] }],
        "dependentSchemas": {
            "set": { "properties": { "connection": false, "with": false, "retry": false, "timeout": false } }
        },
        "allOf": registry.connectors().iter().map(of_connector).collect::<Vec<_>>(),
    })
}

fn action_enum(registry: &Registry) -> Value {
    let ids: Vec<&str> = registry.actions().map(ErasedAction::id).collect();
    let descriptions: Vec<&str> = registry.actions().map(|action| action.about().description.as_str()).collect();
    json!({
        "description": "The action to call, as connector/action.",
        "type": "string",
        "enum": ids,
        "enumDescriptions": descriptions
    })
}

/// What the actions of one connector take.
fn of_connector(connector: &Connector) -> Value {
    let actions: Vec<Value> = connector.actions().iter().map(of_action).collect();
    json!({
        "if": { "properties": { "action": { "pattern": format!("^{}/", connector.id()) } }, "required": ["action"] },
        "then": { "allOf": actions }
    })
}

fn of_action(action: &ErasedAction) -> Value {
    let mut then = json!({ "properties": { "with": { "$ref": reference(action) } } });
    // What an action needs must be there, and so must that in which it would stand.
    if !needed(action.input_schema()).is_empty() {
        then["required"] = json!(["with"]);
    }
    json!({ "if": { "properties": { "action": { "const": action.id() } } }, "then": then })
}

fn reference(action: &ErasedAction) -> String {
    format!("#/$defs/{}", action.id().replace('/', "~1"))
}

/// The schema of an action's input, which may hold expressions, to stand among the definitions.
fn inputs_of(action: &ErasedAction) -> Value {
    let mut schema = expression::within(action.input_schema(), &reference(action));
    if let Some(keywords) = schema.as_object_mut() {
        keywords.shift_remove("$schema");
        keywords.insert("required".to_owned(), json!(needed(action.input_schema())));
    }
    schema
}

/// The fields that have to be written: a required one with a default is filled in.
fn needed(schema: &Value) -> Vec<&str> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.filter(|name| schema["properties"][name].get("default").is_none()).collect()
}
