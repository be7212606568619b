//! The schema of a step: what all kinds share, the keys of each kind, and what each action takes.

use connector_sdk::{Connector, ErasedAction, Registry};
use serde_json::{Map, Value, json};

use super::parts::EXPRESSION;
use super::{expression, parts, reference};

/// The keys of each kind, the one that tells it first, and which of the others it needs.
const KINDS: [(&str, &[&str], &[&str]); 11] = [
    ("action", &["connection", "with"], &[]),
    ("branch", &[], &[]),
    ("for_each", &["as", "at_once", "on_item_error", "steps", "output"], &["steps"]),
    ("repeat", &["steps", "output"], &["steps"]),
    ("break", &[], &[]),
    ("parallel", &["wait_for"], &[]),
    ("flow", &["with"], &[]),
    ("set", &[], &[]),
    ("wait", &[], &[]),
    ("stop", &[], &[]),
    ("fail", &[], &[]),
];

pub(super) fn step(registry: &Registry) -> Value {
    let keys = of_kinds(registry);
    let mut properties = common();
    // Here a key is only allowed: it is described, and so offered, where its kind is known or none is chosen yet.
    properties.extend(keys.keys().map(|key| (key.clone(), true.into())));
    let kinds: Vec<Value> = KINDS.iter().map(|(kind, _, _)| json!({ "required": [kind] })).collect();
    let mut dependent: Map<String, Value> = KINDS.iter().map(|kind| (kind.0.to_owned(), only(kind, &keys))).collect();
    dependent["action"]["allOf"] = registry.connectors().iter().map(of_connector).collect();
    json!({
        "type": "object",
        "required": ["id"],
        "properties": properties,
        "additionalProperties": false,
        "anyOf": kinds,
        "if": { "anyOf": kinds },
        "else": { "properties": telling() },
        "dependentSchemas": dependent,
        "defaultSnippets": snippets(),
    })
}

/// The keys that tell a kind.
fn telling() -> Map<String, Value> {
    let there = |kind: &str| json!({ "$ref": format!("#/$defs/step/dependentSchemas/{kind}/properties/{kind}") });
    KINDS.iter().map(|(kind, _, _)| ((*kind).to_owned(), there(kind))).collect()
}

fn common() -> Map<String, Value> {
    let common = json!({
        "id": { "description": "Unique in the file, in kebab-case. Expressions see the step as `steps.ID`.", "$ref": "#/$defs/name" },
        "description": { "description": "What the step is for.", "type": "string" },
        "if": { "description": "An expression without braces. If it is false, the step is skipped, and its output is null.", "$ref": "#/$defs/condition" },
        "timeout": { "description": "How long the step may take in all: attempts, waits, and the steps in it.", "$ref": "#/$defs/duration" },
        "retry": { "$ref": "#/$defs/retry" },
        "on_error": parts::on_error("What is done when the step has failed, after all its attempts.")
    });
    object(common)
}

fn of_kinds(registry: &Registry) -> Map<String, Value> {
    let kinds = json!({
        "action": action_enum(registry),
        "connection": { "description": "The name of one of the flow's connections. May be left out if only one fits.", "type": "string" },
        "with": { "description": "What the action, or the flow, takes.", "type": "object" },
        "branch": branch(),
        "for_each": for_each(),
        "as": { "description": "What expressions call the item.", "type": "string", "pattern": "^[a-z][a-z0-9_]*$", "default": "item" },
        "at_once": { "description": "How many turns may be under way together.", "type": "integer", "minimum": 1, "maximum": 1000, "default": 1 },
        "on_item_error": on_item_error(),
        "repeat": repeat(),
        "break": { "description": "Ends the loop around it.", "const": true },
        "parallel": parallel(),
        "wait_for": wait_for(),
        "flow": { "description": "Another flow of the same folder, by the name of its file.", "type": "string" },
        "set": { "description": "What the step gives: any value, with expressions in it." },
        "wait": wait(),
        "stop": { "description": "Ends the flow successfully. This is its output." },
        "fail": fail(),
        "steps": { "description": "What is done in every turn.", "$ref": "#/$defs/steps" },
        "output": { "description": "What a turn gives. Without it, what its last step gives." }
    });
    object(kinds)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// What the keys of a kind hold, and which of them it needs. Those of the other kinds are not allowed.
fn only((kind, beside, needed): &(&str, &[&str], &[&str]), keys: &Map<String, Value>) -> Value {
    let properties = keys.iter().map(|(key, schema)| match key == kind || beside.contains(&key.as_str()) {
        true => (key.clone(), schema.clone()),
        false => (key.clone(), false.into()),
    });
    json!({ "required": needed, "properties": properties.collect::<Map<_, _>>() })
}

fn branch() -> Value {
    json!({
        "description": "Several ways to go: the first arm whose condition holds is taken, else the one with `else`.",
        "type": "array",
        "minItems": 1,
        "items": arm()
    })
}

fn arm() -> Value {
    json!({
        "type": "object",
        "required": ["steps"],
        "additionalProperties": false,
        "properties": {
            "if": { "description": "When the arm is taken: an expression without braces.", "$ref": "#/$defs/condition" },
            "else": { "description": "Taken if no arm before is.", "const": true },
            "steps": { "description": "What is done then.", "$ref": "#/$defs/steps" }
        },
        "oneOf": [{ "required": ["if"] }, { "required": ["else"] }]
    })
}

fn for_each() -> Value {
    json!({
        "description": "The steps are done for every item of this list or object: an expression without braces, or the list itself. The output is the list of what the turns gave.",
        "anyOf": [{ "$ref": "#/$defs/condition" }, { "type": "array" }, { "type": "object" }]
    })
}

fn on_item_error() -> Value {
    json!({
        "description": "What becomes of the loop when a turn fails.",
        "type": "string",
        "enum": ["fail", "collect"],
        "enumDescriptions": ["The loop fails, and the other turns are cancelled.", "The loop goes on; every turn gives its status, output and error."],
        "default": "fail"
    })
}

fn repeat() -> Value {
    json!({
        "description": "The steps are done a number of times, or while a condition holds. The output is the list of what the turns gave.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": false,
        "properties": {
            "times": {
                "description": "How often: exactly, or at most if there is a condition.",
                "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 1_000_000 }, { "type": "string", "pattern": EXPRESSION }]
            },
            "while": {
                "description": "What has to hold before every turn, in an expression without braces. It sees `loop.index` and `loop.previous`.",
                "$ref": "#/$defs/condition"
            }
        }
    })
}

fn parallel() -> Value {
    json!({
        "description": "Named branches that run side by side.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 100,
        "propertyNames": { "$ref": "#/$defs/name" },
        "additionalProperties": { "$ref": "#/$defs/steps" }
    })
}

fn wait_for() -> Value {
    json!({
        "description": "When the parallel is over.",
        "type": "string",
        "enum": ["all", "first"],
        "enumDescriptions": ["When all branches are. The output is an object of theirs.", "When one has succeeded; the others are cancelled. The output is its name and its output."],
        "default": "all"
    })
}

fn wait() -> Value {
    json!({
        "description": "Waits for a time, until a moment, or for a signal.",
        "anyOf": [
            { "$ref": "#/$defs/duration" },
            { "type": "string", "pattern": EXPRESSION },
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": false,
                "properties": {
                    "until": { "description": "A moment.", "type": "string", "examples": ["2030-01-31T12:00:00Z"] },
                    "signal": { "description": "The name of a signal. What comes with it is the step's output.", "$ref": "#/$defs/name" }
                }
            }
        ]
    })
}

fn fail() -> Value {
    json!({
        "description": "Fails, with a message.",
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "required": ["message"],
                "additionalProperties": false,
                "properties": {
                    "message": { "description": "A sentence for people.", "type": "string" },
                    "code": { "description": "A stable code, which `on_error` can name.", "type": "string", "pattern": "^[a-z0-9_]+$", "default": "failed" }
                }
            }
        ]
    })
}

fn snippets() -> Value {
    json!([
        { "label": "action", "description": "Calls an action.", "body": { "id": "$1", "action": "$2", "with": {} } },
        { "label": "branch", "description": "Goes one of several ways.", "body": { "id": "$1", "branch": [{ "if": "$2", "steps": [] }, { "else": true, "steps": [] }] } },
        { "label": "for_each", "description": "Does its steps for every item.", "body": { "id": "$1", "for_each": "$2", "as": "item", "steps": [] } },
        { "label": "repeat", "description": "Does its steps again and again.", "body": { "id": "$1", "repeat": { "times": 3 }, "steps": [] } },
        { "label": "parallel", "description": "Does several things side by side.", "body": { "id": "$1", "parallel": { "one": [], "two": [] } } },
        { "label": "set", "description": "Puts values together.", "body": { "id": "$1", "set": "$2" } }
    ])
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
    let with = json!({ "anyOf": [{ "$ref": reference(action) }, expression::literal()] });
    let mut then = json!({ "properties": { "with": with } });
    // What an action needs must be there, and so must that in which it would stand.
    if !needed(action.input_schema()).is_empty() {
        then["required"] = json!(["with"]);
    }
    json!({ "if": { "properties": { "action": { "const": action.id() } } }, "then": then })
}

/// The schema of an action's input, which may hold expressions, to stand among the definitions.
pub(super) fn inputs_of(action: &ErasedAction) -> Value {
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
