//! The parts of the schema of flow files that no connector has a say in.

use connector_sdk::{Connector, Registry};
use serde_json::{Value, json};

use crate::duration;

/// `kebab-case`.
pub(super) const NAME: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

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
