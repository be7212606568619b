//! The fields of a connection, as far as they can be checked without what they refer to.

use connector_sdk::{Connector, Registry, Schema, Violation, pointer_to};
use serde_json::{Map, Value};

use super::reference::Reference;

/// Everything that is wrong with the fields of a connection. No value of a field is ever told.
pub(super) fn check(at: &str, connection: &Value, registry: &Registry, found: &mut Vec<Violation>) {
    let Some(connector) = connection["connector"].as_str().and_then(|id| registry.connector(id).ok()) else { return };
    let none = Map::new();
    let fields = connection["fields"].as_object().unwrap_or(&none);
    let at = pointer_to(at, "fields");
    for (name, value) in fields {
        if is_secret(connector, name) && Reference::read(value).is_none() {
            found.push(in_clear(connector, &pointer_to(&at, name), name, value));
        }
    }
    let literals: Map<String, Value> = fields
        .iter()
        .filter(|(name, value)| !is_secret(connector, name) && Reference::read(value).is_none())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let violations = schema_without(connector, fields).check(&Value::Object(literals));
    found.extend(violations.into_iter().filter_map(|violation| {
        // The file's own schema tells which fields there are.
        let is_told = violation.rule == "unknown_field";
        (!is_told).then(|| Violation { pointer: format!("{at}{}", violation.pointer), ..violation })
    }));
}

fn in_clear(connector: &Connector, at: &str, name: &str, value: &Value) -> Violation {
    let variables = connector.connection().environment;
    let variable = variables.iter().find(|(field, _)| *field == name).map_or("VARIABLE", |(_, variable)| variable);
    let fix = format!("write {{\"env\": \"{variable}\"}} or {{\"file\": \"PATH\"}}, or put it in through the API");
    match value {
        Value::String(_) => {
            let message = format!("is secret and stands here in clear text, where it should be changed soon; {fix}");
            Violation::new(at, "secret_in_clear", message)
        }
        _ => Violation::new(at, "type", format!("must say where it comes from; {fix}")),
    }
}

/// The schema of a connection's fields, less what its references stand for.
fn schema_without(connector: &Connector, fields: &Map<String, Value>) -> Schema {
    let mut schema = connector.connection_schema().clone();
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        let has_default = |name: &str| !connector.connection_schema()["properties"][name]["default"].is_null();
        let is_elsewhere = |name: &str| is_secret(connector, name) && fields.contains_key(name);
        required.retain(|name| {
            name.as_str().is_some_and(|name| {
                let is_reference = fields.get(name).is_some_and(|value| Reference::read(value).is_some());
                !has_default(name) && !is_reference && !is_elsewhere(name)
            })
        });
    }
    Schema::new(schema)
}

/// Whether a field of a connector is secret.
pub(crate) fn is_secret(connector: &Connector, field: &str) -> bool {
    connector.secret_fields().any(|secret| secret == field)
}
