//! The parts of the schema of flow files that no action has a say in.

use connector_sdk::{Connector, Registry};
use serde_json::{Value, json};

use crate::duration;

/// `kebab-case`.
const NAME: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";
/// What a text with an expression looks like.
pub(super) const EXPRESSION: &str = r"\{\{.+\}\}";

pub(super) fn name() -> Value {
    json!({ "type": "string", "pattern": NAME })
}

pub(super) fn connections(registry: &Registry) -> Value {
    let ids: Vec<&str> = registry.connectors().iter().map(Connector::id).collect();
    let descriptions: Vec<&str> = registry.connectors().iter().map(Connector::description).collect();
    json!({
        "description": "The connections that the flow needs, by a name of its own. What they are is said outside the file.",
        "type": "object",
        "propertyNames": { "pattern": NAME },
        "additionalProperties": {
            "type": "object",
            "required": ["connector"],
            "additionalProperties": false,
            "properties": {
                "connector": {
                    "description": "The connector that the connection is for.",
                    "type": "string",
                    "enum": ids,
                    "enumDescriptions": descriptions
                }
            }
        }
    })
}

pub(super) fn concurrency() -> Value {
    let limit = json!({ "description": "How many runs may be under way together.", "type": "integer", "minimum": 1, "maximum": 10000 });
    json!({
        "description": "How many runs of the flow may be under way together.",
        "anyOf": [
            limit.clone(),
            {
                "type": "object",
                "required": ["limit"],
                "additionalProperties": false,
                "properties": {
                    "limit": limit,
                    "key": { "description": "Runs with the same value are counted together. Without it, all are." },
                    "when_full": {
                        "description": "What becomes of a run that is one too many.",
                        "type": "string",
                        "enum": ["wait", "refuse"],
                        "enumDescriptions": ["It waits until another one is over.", "It is refused."],
                        "default": "wait"
                    }
                }
            }
        ]
    })
}

pub(super) fn retry() -> Value {
    json!({
        "description": "How often the step is tried. What was sent and may have been carried out is never sent again.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "max_attempts": {
                "description": "All attempts, the first one among them.",
                "type": "integer", "minimum": 1, "maximum": 100, "default": 3
            },
            "delay": { "description": "The first wait.", "$ref": "#/$defs/duration", "default": "1s" },
            "backoff": {
                "description": "How much longer each wait is than the one before.",
                "type": "number", "minimum": 1, "maximum": 100, "default": 2
            },
            "max_delay": { "description": "The longest wait.", "$ref": "#/$defs/duration", "default": "100s" }
        }
    })
}

pub(super) fn duration() -> Value {
    json!({ "type": "string", "pattern": duration::PATTERN, "examples": ["500ms", "60s", "2m", "1h"] })
}

/// A bare expression.
pub(super) fn condition() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "examples": ["input.urgent", "steps.ask.status == 'succeeded'", "'bug' in steps.ask.output.labels"]
    })
}

pub(super) fn steps() -> Value {
    json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/step" } })
}

pub(super) fn on_error(description: &str) -> Value {
    json!({
        "description": description,
        "anyOf": [
            {
                "type": "string",
                "enum": ["fail", "continue"],
                "enumDescriptions": ["The failure goes on to what is around. This is the default.", "The flow goes on; the output is null."]
            },
            { "description": "What is done instead. These steps see the error as `error`.", "$ref": "#/$defs/steps" },
            {
                "type": "object",
                "required": ["codes"],
                "additionalProperties": false,
                "properties": {
                    "codes": {
                        "description": "The codes of the errors that are caught. `any` stands for all but `outcome_unknown`, which has to be named.",
                        "type": "array",
                        "minItems": 1,
                        "items": { "type": "string", "examples": codes() }
                    },
                    "steps": { "description": "What is done instead. Without it, the flow just goes on.", "$ref": "#/$defs/steps" }
                }
            }
        ]
    })
}

/// The codes that are worth catching.
fn codes() -> Vec<&'static str> {
    vec![
        "any",
        "timeout",
        "rate_limited",
        "unavailable",
        "network",
        "not_found",
        "rejected",
        "expression",
        "outcome_unknown",
    ]
}
