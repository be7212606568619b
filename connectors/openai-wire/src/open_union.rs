//! Unions that stay open: a variant that is known is checked, one that is not passes.

use schemars::{Schema, json_schema};
use serde_json::{Value, json};

/// The tag of all unions that the API leaves open.
const TAG: &str = "type";

/// Turns "one of these" into "if it is this, then it looks so".
pub fn open(schema: &mut Schema) {
    let Some(Value::Array(variants)) = schema.remove("oneOf") else { return };
    let rules: Vec<Value> = variants.iter().filter_map(rule).collect();
    let known: Vec<&Value> = rules.iter().filter_map(|rule| rule.pointer("/if/properties/type/const")).collect();
    let opened = json_schema!({
        "type": "object",
        "properties": { TAG: { "type": "string", "description": "What it is.", "examples": known } },
        "required": [TAG],
        "allOf": rules,
    });
    let opened = opened.to_value();
    for (keyword, value) in opened.as_object().into_iter().flatten() {
        schema.insert(keyword.clone(), value.clone());
    }
}

fn rule(variant: &Value) -> Option<Value> {
    let name = variant.get("properties")?.get(TAG)?.get("const")?.clone();
    let condition = json!({ "properties": { TAG: { "const": name } }, "required": [TAG] });
    Some(json!({ "if": condition, "then": variant }))
}
