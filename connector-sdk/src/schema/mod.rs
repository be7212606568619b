//! Checking a value against a JSON Schema: compiled once, everything that is wrong found at once.
//!
//! This is the only place that knows the `jsonschema` crate.

mod explain;
mod references;
mod unfold;
mod weigh;

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::limits;
use crate::violation::Violation;

const TOO_MUCH: &str = "is nested too deep for its schema, which leads back to itself several times at the same place";

/// A JSON Schema that values are checked against.
pub struct Schema {
    json: Value,
    required_defaults: Vec<(String, Value)>,
    compiled: OnceLock<Result<Compiled, String>>,
}

struct Compiled {
    validator: Validator,
    /// Whether the work of a check has to be weighed before it.
    leads_back: bool,
}

impl Schema {
    /// A schema. It is compiled when the first value is checked.
    pub fn new(mut json: Value) -> Self {
        name_no_properties(&mut json);
        Self { required_defaults: required_defaults(&json), json, compiled: OnceLock::new() }
    }

    /// The schema itself.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// Fills in required fields that have a default. An action's other defaults are only documentation.
    pub fn fill_required_defaults(&self, value: &mut Value) {
        fill(value, self.required_defaults.iter().map(|(name, default)| (name, default)));
    }

    /// Fills in every field that has a default.
    pub fn fill_defaults(&self, value: &mut Value) {
        let fields = self.json.get("properties").and_then(Value::as_object).into_iter().flatten();
        fill(value, fields.filter_map(|(name, field)| Some((name, field.get("default")?))));
    }

    /// Why the schema, which somebody else wrote, cannot be used, if it cannot.
    pub fn defect(&self) -> Option<String> {
        unfold::defect(&self.json).or_else(|| self.compiled().err().map(str::to_owned))
    }

    /// Everything that is wrong with `value`, each with its JSON Pointer.
    pub fn check(&self, value: &Value) -> Vec<Violation> {
        match self.compiled() {
            Err(defect) => vec![Violation::new("", "schema", format!("the schema is defective: {defect}"))],
            Ok(compiled) if compiled.leads_back && weigh::is_too_much(&self.json, value) => {
                vec![Violation::new("", "limit", TOO_MUCH)]
            }
            Ok(compiled) if compiled.validator.is_valid(value) => Vec::new(),
            Ok(compiled) => self.explain(&compiled.validator, value),
        }
    }

    fn compiled(&self) -> Result<&Compiled, &str> {
        let compile = || {
            let options = jsonschema::options().offline().should_validate_formats(false);
            let validator = options.build(&self.json).map_err(|error| error.to_string())?;
            Ok(Compiled { validator, leads_back: unfold::leads_back(&self.json) })
        };
        self.compiled.get_or_init(compile).as_ref().map_err(String::as_str)
    }

    fn explain(&self, validator: &Validator, value: &Value) -> Vec<Violation> {
        let mut found = Vec::new();
        for error in validator.iter_errors(value) {
            explain::explain(&self.json, &error, &mut found);
            if found.len() > limits::VIOLATIONS {
                found.truncate(limits::VIOLATIONS);
                found.push(Violation::new("", "more", "there is more; the rest is not shown"));
                break;
            }
        }
        found
    }
}

fn fill<'a>(value: &mut Value, defaults: impl Iterator<Item = (&'a String, &'a Value)>) {
    let Some(fields) = value.as_object_mut() else { return };
    for (name, default) in defaults {
        fields.entry(name.clone()).or_insert_with(|| default.clone());
    }
}

/// An object without any field says so: else the validator could not name the field that is too many.
fn name_no_properties(schema: &mut Value) {
    if let Some(schema) =
        schema.as_object_mut().filter(|schema| schema.get("additionalProperties") == Some(&false.into()))
    {
        schema.entry("properties").or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
}

fn required_defaults(schema: &Value) -> Vec<(String, Value)> {
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    names.filter_map(|name| Some((name.to_owned(), schema["properties"][name].get("default")?.clone()))).collect()
}
