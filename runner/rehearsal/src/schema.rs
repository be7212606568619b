//! The JSON Schema of test files, for editors and for reading them.

use runner_flow::DURATION_PATTERN;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::file::FileText;

/// The JSON Schema of test files.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let settings = settings.with_transform(RecursiveTransform(without_null));
    let mut schema = settings.into_generator().into_root_schema_for::<FileText>().to_value();
    schema["title"] = "Linkwork flow tests".into();
    schema["description"] = "What goes into a flow, what its steps are answered, and what must come of it.".into();
    schema
}

/// What may be left out is left out, and not written as null: editors would offer that.
fn without_null(schema: &mut Schema) {
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get("type")
        && let [only, Value::String(null)] = types.as_slice()
        && null == "null"
    {
        let only = only.clone();
        schema.insert("type".to_owned(), only);
    }
}

/// The schema of a duration.
pub(crate) fn duration(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": DURATION_PATTERN, "examples": ["500ms", "5s", "2m"] })
}

/// The schema of what a case expects.
pub(crate) fn expectations(generator: &mut SchemaGenerator) -> Schema {
    let mut duration = |what: &str| {
        let mut schema = duration(generator);
        schema.insert("description".to_owned(), what.into());
        schema
    };
    let steps = |what: &str| json!({ "description": what, "type": "array", "items": { "type": "string" } });
    json_schema!({
        "description": "What must come of it. Without a status or an error, the run must succeed.",
        "type": "object",
        "properties": {
            "status": {
                "description": "How the run ends.",
                "enum": ["succeeded", "failed", "cancelled", "outcome_unknown"]
            },
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
