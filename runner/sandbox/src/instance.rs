//! The smallest value that a JSON Schema allows, for tool arguments and structured answers.
//!
//! It follows local references, `allOf`, the first branch of `anyOf` and `oneOf`, bounds and formats. It does not
//! solve `pattern`, `not`, `if` or `multipleOf`: such a schema gets a value of the right type.

use std::cell::Cell;

use serde_json::{Map, Value, json};

/// Deeper schemas, and recursive ones, end in null.
const DEEPEST: usize = 32;

/// So does what comes after that many values: a schema that branches as it recurses would never end.
const MOST_VALUES: usize = 10_000;

/// A schema's lower bounds ask for at most this much.
const LONGEST: u64 = 1_000;

pub(crate) fn of(schema: &Value) -> Value {
    Maker { root: schema, left: Cell::new(MOST_VALUES) }.make(schema, 0)
}

struct Maker<'a> {
    root: &'a Value,
    left: Cell<usize>,
}

impl Maker<'_> {
    fn make(&self, schema: &Value, depth: usize) -> Value {
        if depth == DEEPEST || self.left.get() == 0 {
            return Value::Null;
        }
        self.left.set(self.left.get() - 1);
        if let Some(given) = given(schema) {
            return given.clone();
        }
        if let Some(target) = self.target(schema) {
            return self.make(target, depth + 1);
        }
        if let Some(branch) = ["anyOf", "oneOf"].iter().find_map(|key| schema[*key].as_array()?.first()) {
            return self.make(branch, depth + 1);
        }
        if let Some(all) = schema["allOf"].as_array() {
            return self.merged(schema, all, depth);
        }
        match kind(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "string" => json!(text(schema)),
            "integer" => json!(integer(schema)),
            "number" => json!(number(schema)),
            "boolean" => json!(true),
            _ => Value::Null,
        }
    }

    fn target(&self, schema: &Value) -> Option<&Value> {
        let reference = schema["$ref"].as_str()?;
        self.root.pointer(reference.strip_prefix('#')?)
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let fields = required.map(|name| (name.to_owned(), self.make(&schema["properties"][name], depth + 1)));
        Value::Object(fields.collect())
    }

    fn array(&self, schema: &Value, depth: usize) -> Value {
        let prefix = schema["prefixItems"].as_array().into_iter().flatten();
        let mut items: Vec<_> = prefix.map(|item| self.make(item, depth + 1)).collect();
        let least = schema["minItems"].as_u64().unwrap_or(0).min(LONGEST) as usize;
        while items.len() < least && self.left.get() > 0 {
            items.push(self.make(&schema["items"], depth + 1));
        }
        Value::Array(items)
    }

    /// Objects add up; of anything else, the first part that says something decides.
    fn merged(&self, schema: &Value, all: &[Value], depth: usize) -> Value {
        let own = (!schema["properties"].is_null()).then(|| self.object(schema, depth));
        let parts = all.iter().map(|part| self.make(part, depth + 1));
        let mut fields = Map::new();
        for part in own.into_iter().chain(parts) {
            match part {
                Value::Object(more) => fields.extend(more),
                Value::Null => {}
                other => return other,
            }
        }
        Value::Object(fields)
    }
}

/// A value that the schema itself names.
fn given(schema: &Value) -> Option<&Value> {
    let first = |key: &str| schema[key].as_array().and_then(|list| list.first());
    schema.get("const").or_else(|| first("enum")).or_else(|| schema.get("default")).or_else(|| first("examples"))
}

fn kind(schema: &Value) -> &str {
    let named = schema["type"].as_str().or_else(|| schema["type"].as_array()?.first()?.as_str());
    named.unwrap_or(if schema["properties"].is_object() { "object" } else { "null" })
}

fn text(schema: &Value) -> String {
    let text = match schema["format"].as_str().unwrap_or_default() {
        "date" => "2026-01-01",
        "date-time" => "2026-01-01T00:00:00Z",
        "time" => "00:00:00Z",
        "duration" => "P1D",
        "email" => "sandbox@example.com",
        "hostname" => "example.com",
        "ipv4" => "127.0.0.1",
        "ipv6" => "::1",
        "uri" => "https://example.com/",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        _ => "sandbox",
    };
    let least = schema["minLength"].as_u64().unwrap_or(0).min(LONGEST) as usize;
    let most = schema["maxLength"].as_u64().map_or(usize::MAX, |most| most as usize);
    let length = text.len().max(least).min(most);
    text.chars().cycle().take(length).collect()
}

fn integer(schema: &Value) -> i64 {
    if let Some(least) = schema["minimum"].as_i64() {
        return least;
    }
    let whole = number(schema).ceil() as i64;
    let excluded = schema["exclusiveMinimum"].as_i64() == Some(whole);
    if excluded { whole.saturating_add(1) } else { whole }
}

fn number(schema: &Value) -> f64 {
    let bound = |key: &str| schema[key].as_f64();
    match (bound("minimum"), bound("exclusiveMinimum"), bound("maximum"), bound("exclusiveMaximum")) {
        (Some(least), ..) => least,
        (None, Some(below), Some(most), _) | (None, Some(below), None, Some(most)) => (below + most) / 2.0,
        (None, Some(below), None, None) => below + 1.0,
        (None, None, Some(most), _) => most.min(0.0),
        (None, None, None, Some(above)) if above <= 0.0 => above - 1.0,
        (None, None, None, _) => 0.0,
    }
}
