//! Additional Fields: what the API knows and the inputs do not. They join the typed fields and never replace one.

use connector_sdk::{Error, ErrorKind, Result, Violation, pointer_to};
use serde::Serialize;
use serde_json::{Map, Value};

const FIELD: &str = "additional_fields";

/// The request's body: the inputs that are set, as they stand, then the additional fields.
pub fn body(input: &impl Serialize) -> Result<Map<String, Value>> {
    let mut body = fields(input)?;
    if let Some(Value::Object(additional)) = body.shift_remove(FIELD) {
        body.extend(additional);
    }
    Ok(body)
}

/// The additional fields that an input has set already.
pub fn conflicts(input: &impl Serialize) -> Vec<Violation> {
    let Ok(fields) = fields(input) else { return Vec::new() };
    let additional = fields.get(FIELD).and_then(Value::as_object).into_iter().flatten();
    additional
        .filter(|(name, _)| *name != FIELD && fields.contains_key(*name))
        .map(|(name, _)| conflict(name))
        .collect()
}

fn conflict(name: &str) -> Violation {
    let pointer = pointer_to(&format!("/{FIELD}"), name);
    Violation::new(pointer, "conflict", format!("is already set by the input /{name}; set it there, and only there"))
}

fn fields(input: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(input) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) | Err(_) => Err(Error::new(ErrorKind::Internal, "the input cannot be written as a JSON object")),
    }
}
