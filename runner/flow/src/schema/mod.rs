//! The JSON Schema of flow files, for editors, in the shape that they are quick with: `action` is one enum, and what an
//! action takes is found by its connector first and by its name then.
//!
//! It never calls wrong what the check calls right. What it cannot say, such as that a step comes later, is left to the check.

mod expression;
mod parts;
mod step;

use connector_sdk::{ErasedAction, Registry};
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
            "name": { "description": "The flow's name, in kebab-case.", "$ref": "#/$defs/name" },
            "description": { "description": "What the flow is for.", "type": "string" },
            "input": { "description": "A JSON Schema that the run's input is checked against. Expressions see it as `input`.", "type": "object" },
            "config": { "description": "A JSON Schema of what each customer sets once. Expressions see it as `config`.", "type": "object" },
            "connections": parts::connections(registry),
            "timeout": { "description": "How long the steps of a run may take.", "$ref": "#/$defs/duration" },
            "concurrency": parts::concurrency(),
            "steps": { "description": "What is done, in order.", "$ref": "#/$defs/steps" },
            "on_error": parts::on_error("What is done when the flow has failed. The run stays failed, unless a step with `stop` among these gives a response."),
            "output": { "description": "What the run gives. Without it, what its last step gives." }
        },
        "$defs": definitions(registry),
    })
}

fn definitions(registry: &Registry) -> Value {
    let parts = [
        ("name", parts::name()),
        ("duration", parts::duration()),
        ("condition", parts::condition()),
        ("retry", parts::retry()),
        ("steps", parts::steps()),
        ("step", step::step(registry)),
    ];
    let inputs = registry.actions().map(|action| (action.id(), step::inputs_of(action)));
    let definitions: Map<String, Value> =
        parts.into_iter().chain(inputs).map(|(name, schema)| (name.to_owned(), schema)).collect();
    Value::Object(definitions)
}

/// Where the schema of an action's input stands.
fn reference(action: &ErasedAction) -> String {
    format!("#/$defs/{}", action.id().replace('/', "~1"))
}
