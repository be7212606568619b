//! Lets an expression stand wherever a schema wants a value.

use serde_json::{Map, Value, json};

use super::parts::EXPRESSION;

/// Keywords that hold the schema of a value.
const ONE: [&str; 5] = ["items", "additionalProperties", "contains", "unevaluatedProperties", "unevaluatedItems"];
/// Keywords that hold schemas of values by name.
const BY_NAME: [&str; 2] = ["properties", "patternProperties"];
/// What an editor shows of a field, and looks for at the field itself.
const SHOWN: [&str; 3] = ["title", "description", "default"];
/// What makes a schema of text refuse an expression.
const NARROWS_TEXT: [&str; 6] = ["enum", "const", "pattern", "minLength", "maxLength", "format"];

/// The same schema, in which every value may be an expression too.
pub(crate) fn or_expression(schema: &Value) -> Value {
    within(schema, "#")
}

/// The same, for a schema that stands at `root` in another one: its references go there.
pub(super) fn within(schema: &Value, root: &str) -> Value {
    let Value::Object(keywords) = schema else { return schema.clone() };
    let has_any_of = keywords.contains_key("anyOf");
    let keywords = keywords.iter().map(|(keyword, held)| match keyword.as_str() {
        // An expression may be any of the variants, and so fits more than one.
        "oneOf" if !has_any_of => ("anyOf".to_owned(), inside(keyword, held, root)),
        _ => (keyword.clone(), inside(keyword, held, root)),
    });
    Value::Object(keywords.collect())
}

/// What a keyword holds, with expressions allowed in it.
fn inside(keyword: &str, held: &Value, root: &str) -> Value {
    match keyword {
        "$ref" => reference(held, root),
        "$defs" | "dependentSchemas" => each(held, |schema| within(schema, root)),
        "anyOf" | "oneOf" | "allOf" => each(held, |schema| within(schema, root)),
        "then" | "else" => within(held, root),
        "if" | "not" => rebased(held, root),
        "prefixItems" => each(held, |schema| value(schema, root)),
        _ if BY_NAME.contains(&keyword) => each(held, |schema| value(schema, root)),
        _ if ONE.contains(&keyword) => value(held, root),
        _ => held.clone(),
    }
}

fn reference(held: &Value, root: &str) -> Value {
    held.as_str().map_or(Value::Null, |target| target.replacen('#', root, 1).into())
}

/// A question about a value, which stays as it is: only its references go elsewhere.
fn rebased(schema: &Value, root: &str) -> Value {
    match schema {
        Value::Object(keywords) => keywords
            .iter()
            .map(|(keyword, held)| match keyword.as_str() {
                "$ref" => (keyword.clone(), reference(held, root)),
                _ => (keyword.clone(), rebased(held, root)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| rebased(item, root)).collect(),
        other => other.clone(),
    }
}

fn each(held: &Value, change: impl Fn(&Value) -> Value) -> Value {
    match held {
        Value::Object(map) => map.iter().map(|(name, schema)| (name.clone(), change(schema))).collect(),
        Value::Array(list) => list.iter().map(change).collect(),
        other => other.clone(),
    }
}

/// The schema of a value, which may be an expression instead.
fn value(schema: &Value, root: &str) -> Value {
    let schema = within(schema, root);
    let Value::Object(mut schema) = schema else { return schema };
    if takes_anything(&schema) {
        return Value::Object(schema);
    }
    let is_text = takes_any_text(&schema);
    let shown: Vec<_> = SHOWN.iter().filter_map(|word| schema.shift_remove_entry(*word)).collect();
    let mut outer: Map<String, Value> = shown.into_iter().collect();
    let mut either = variants(schema);
    if !is_text {
        either.push(json!({ "type": "string", "pattern": EXPRESSION }));
    }
    either.push(literal());
    outer.insert("anyOf".to_owned(), Value::Array(either));
    Value::Object(outer)
}

/// A value that is taken as it stands.
pub(super) fn literal() -> Value {
    json!({
        "type": "object",
        "required": ["$literal"],
        "additionalProperties": false,
        "properties": { "$literal": { "description": "A value that is taken as it stands: nothing in it is an expression." } }
    })
}

fn takes_anything(schema: &Map<String, Value>) -> bool {
    let narrows = ["type", "$ref", "anyOf", "oneOf", "allOf", "not", "if", "enum", "const"];
    !schema.keys().any(|keyword| narrows.contains(&keyword.as_str()))
}

fn takes_any_text(schema: &Map<String, Value>) -> bool {
    let is_text = match schema.get("type") {
        None => false,
        Some(Value::Array(types)) => types.iter().any(|name| name == "string"),
        Some(name) => name == "string",
    };
    is_text && !schema.keys().any(|keyword| NARROWS_TEXT.contains(&keyword.as_str()))
}

/// The variants of a schema that is nothing but variants, or else the schema as the only one.
fn variants(mut schema: Map<String, Value>) -> Vec<Value> {
    let has_other_keywords = schema.len() > 1;
    match schema.get_mut("anyOf") {
        Some(Value::Array(variants)) if !has_other_keywords => std::mem::take(variants),
        _ => vec![Value::Object(schema)],
    }
}
