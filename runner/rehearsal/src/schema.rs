//! The JSON Schema of test files, for editors and for reading them.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::file::FileText;

/// The JSON Schema of test files.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<FileText>().to_value();
    schema["title"] = "Linkwork flow tests".into();
    schema["description"] = "What goes into a flow, what its steps are answered, and what must come of it.".into();
    schema
}

/// The schema of what a case expects.
pub(crate) fn expectations(_: &mut SchemaGenerator) -> Schema {
    let status = || serde_json::json!({ "enum": ["succeeded", "failed", "cancelled", "outcome_unknown"] });
    let steps = |what: &str| serde_json::json!({ "description": what, "type": "array", "items": { "type": "string" } });
    let duration = |what: &str| serde_json::json!({ "description": what, "type": "string" });
    json_schema!({
        "description": "What must come of it. Without a status or an error, the run must succeed.",
        "type": "object",
        "properties": {
            "status": status(),
            "output": { "description": "The run's whole output. For a part of it, write \"output.a.b[0]\"." },
            "error": { "description": "The run's error. For a part of it, write \"error.code\"." },
            "called": steps("Steps that ran."),
            "not_called": steps("Steps that did not run."),
            "duration": duration("How long the run takes on its own clock, exactly, such as \"5s\"."),
            "duration_at_most": duration("How long the run takes on its own clock at most.")
        },
        "patternProperties": {
            "^(output|error)[.\\[]": { "description": "A part of the run's output or error." },
            "^steps\\.": {
                "description": "Of a step: \"steps.ID.status\", \".attempts\", \".input\", \".output\" or \".error\", or a part of one."
            }
        },
        "additionalProperties": false
    })
}
