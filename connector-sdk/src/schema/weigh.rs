//! How much work a value is: a schema that leads back to itself more than once at the same place doubles it with each
//! level of the value, and the validator would do all of it.

use serde_json::{Map, Value};

use super::references::References;
use crate::limits;

/// Whether so much of the schema has to be looked at so often that it is out of proportion to the value.
pub(super) fn is_too_much(schema: &Value, value: &Value) -> bool {
    let references = References::of(schema);
    let most = limits::LOOKS + limits::LOOKS_A_PLACE * places(value);
    let mut looks = Looks { references: &references, open: vec![(schema, value)] };
    (0..=most).all(|_| looks.next())
}

/// The values in a value, itself included.
fn places(value: &Value) -> usize {
    match value {
        Value::Object(map) => map.values().map(places).sum::<usize>() + 1,
        Value::Array(items) => items.iter().map(places).sum::<usize>() + 1,
        _ => 1,
    }
}

/// Schemas that have yet to look at a value.
struct Looks<'s, 'v> {
    references: &'s References<'s>,
    open: Vec<(&'s Value, &'v Value)>,
}

impl<'s, 'v> Looks<'s, 'v> {
    /// Lets one schema look at its value. False if there is none left.
    fn next(&mut self) -> bool {
        let Some((schema, value)) = self.open.pop() else { return false };
        for (key, inner) in schema.as_object().into_iter().flatten() {
            self.same_place(key, inner, value);
            match value {
                Value::Object(fields) => self.fields(key, inner, schema, fields),
                Value::Array(items) => self.items(key, inner, schema, items),
                _ => {}
            }
        }
        true
    }

    /// Schemas in a schema that look at the same value.
    fn same_place(&mut self, key: &str, inner: &'s Value, value: &'v Value) {
        match (key, inner) {
            ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(reference)) => {
                let target = self.references.target(reference).ok().flatten();
                self.open.extend(target.map(|target| (target, value)));
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(several)) => {
                self.open.extend(several.iter().map(|inner| (inner, value)));
            }
            ("not" | "if" | "then" | "else", inner) => self.open.push((inner, value)),
            ("dependentSchemas", Value::Object(named)) => {
                self.open.extend(named.values().map(|inner| (inner, value)));
            }
            _ => {}
        }
    }

    fn fields(&mut self, key: &str, inner: &'s Value, schema: &Value, fields: &'v Map<String, Value>) {
        match (key, inner) {
            ("properties", Value::Object(named)) => {
                let both = named.iter().filter_map(|(name, inner)| Some((inner, fields.get(name)?)));
                self.open.extend(both);
            }
            ("patternProperties", Value::Object(named)) => {
                named.values().for_each(|inner| self.open.extend(fields.values().map(|field| (inner, field))));
            }
            ("additionalProperties" | "unevaluatedProperties", inner) => {
                let is_named = |name: &str| schema.get("properties").is_some_and(|named| named.get(name).is_some());
                let others = fields.iter().filter(|(name, _)| !is_named(name));
                self.open.extend(others.map(|(_, field)| (inner, field)));
            }
            _ => {}
        }
    }

    fn items(&mut self, key: &str, inner: &'s Value, schema: &Value, items: &'v [Value]) {
        let first = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        match (key, inner) {
            ("prefixItems", Value::Array(several)) => self.open.extend(several.iter().zip(items)),
            ("items" | "unevaluatedItems", Value::Object(_)) => {
                self.open.extend(items.iter().skip(first).map(|item| (inner, item)));
            }
            ("contains", Value::Object(_)) => self.open.extend(items.iter().map(|item| (inner, item))),
            _ => {}
        }
    }
}
