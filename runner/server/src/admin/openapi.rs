//! The OpenAPI document, made from the table of routes and from the types. Nothing in it is written by hand twice.

use connector_sdk::Registry;
use http::Method;
use runner_gateway::control::{self, AuditLine, CallRow, KeyRow, Object, UsageRow};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::declared::{Changed, Tried};
use super::keys::{KeyToMake, Made};
use super::table::{Act, BASE, ROUTES, Route};
use super::told::{Line, WholeCall};

/// Parameters of queries: the route's act decides which.
const CALLS: [(&str, &str); 8] = [
    ("principal", "Only of this principal."),
    ("key", "Only by this key, by its id."),
    ("model", "Only of this model."),
    ("failed", "`true`: only those that went wrong."),
    ("since", "Only those from this moment on, such as 2026-01-31T12:00:00Z."),
    ("before", "Only those before this one, to go on with a list."),
    ("after", "Only those with a higher number, in the order of their ends, to see what is new."),
    ("limit", "How many at most."),
];
const USAGE: [(&str, &str); 4] = [
    ("by", "`model`, `key` or `day`."),
    ("principal", "Only of this principal's keys."),
    ("since", "From the day of this moment on; 30 days ago, unless it is said."),
    ("until", "Until the day of this moment."),
];

/// The document.
pub(super) fn document(registry: &Registry) -> Value {
    let mut paths = Map::new();
    for route in &ROUTES {
        let path = paths.entry(format!("{BASE}{}", route.path)).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Linkwork server",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Connections, models, principals and keys of a workspace, in the shape of the server's file."
        },
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer", "description": "A key that begins with lwk_." } },
            "schemas": schemas(registry)
        }
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "summary": route.about,
        "description": format!("Takes the permission `{}`.", route.permission.word()),
        "x-permission": route.permission.word(),
        "parameters": parameters(route),
        "responses": responses(route)
    });
    if let Some(schema) = body(route.act) {
        let content = json!({ "application/json": { "schema": schema } });
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

fn parameters(route: &Route) -> Value {
    let text = json!({ "type": "string" });
    let in_path = |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": text });
    let in_query =
        |(name, about): &(&str, &str)| json!({ "name": name, "in": "query", "description": about, "schema": text });
    let names = if route.path.contains("{name}") { vec!["workspace", "name"] } else { vec!["workspace"] };
    let mut all: Vec<Value> = names.into_iter().map(in_path).collect();
    match route.act {
        Act::Put(_) | Act::Remove(_) => {
            let about = "The ETag of an earlier answer: the version of the file that the change is made from.";
            all.push(
                json!({ "name": "If-Match", "in": "header", "required": true, "description": about, "schema": text }),
            );
        }
        Act::SearchModels => all.push(in_query(&("search", "Part of a model's name."))),
        Act::ListKeys => all.push(in_query(&("after", "The id of the key to go on after."))),
        Act::ListCalls => all.extend(CALLS.iter().map(in_query)),
        Act::Usage => all.extend(USAGE.iter().map(in_query)),
        Act::Audit => {
            all.extend([("before", "The number to go on before."), ("limit", "How many at most.")].iter().map(in_query))
        }
        Act::List(_)
        | Act::Show(_)
        | Act::TestConnection
        | Act::MakeKey
        | Act::ShowKey
        | Act::RevokeKey
        | Act::ShowCall => {}
    }
    Value::Array(all)
}

fn responses(route: &Route) -> Value {
    let refusal = json!({
        "description": "It was refused: what is wrong, and what to do about it.",
        "content": { "application/json": { "schema": reference("Refusal") } }
    });
    let with = |schema: Value| json!({ "description": "It was done.", "content": { "application/json": { "schema": schema } } });
    match (&route.method, answer(route.act)) {
        (_, None) => json!({ "204": { "description": "It is gone." }, "default": refusal }),
        (&Method::PUT, Some(schema)) => {
            json!({ "200": with(schema.clone()), "201": with(schema), "default": refusal })
        }
        (_, Some(schema)) if matches!(route.act, Act::MakeKey) => json!({ "201": with(schema), "default": refusal }),
        (_, Some(schema)) => json!({ "200": with(schema), "default": refusal }),
    }
}

fn body(act: Act) -> Option<Value> {
    match act {
        Act::Put(object) => Some(reference(entry(object))),
        Act::MakeKey => Some(reference("KeyToMake")),
        _ => None,
    }
}

fn answer(act: Act) -> Option<Value> {
    let list = |of: &str| json!({ "type": "array", "items": reference(of) });
    Some(match act {
        Act::List(object) => json!({ "type": "object", "additionalProperties": reference(entry(object)) }),
        Act::Show(object) => reference(entry(object)),
        Act::Put(_) => reference("Changed"),
        Act::Remove(_) | Act::RevokeKey => return None,
        Act::TestConnection => reference("Tried"),
        Act::SearchModels => json!({ "type": "array", "items": { "type": "string" } }),
        Act::MakeKey => reference("Made"),
        Act::ListKeys => list("KeyRow"),
        Act::ShowKey => reference("KeyRow"),
        Act::ListCalls => list("CallRow"),
        Act::ShowCall => reference("WholeCall"),
        Act::Usage => list("UsageRow"),
        Act::Audit => list("Line"),
    })
}

/// The name that the file's own schema has for an object.
fn entry(object: Object) -> &'static str {
    match object {
        Object::Connection => "ConnectionEntry",
        Object::Model => "ModelEntry",
        Object::Principal => "PrincipalEntry",
    }
}

fn reference(to: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{to}") })
}

/// The file's own types, and those of answers.
fn schemas(registry: &Registry) -> Value {
    let mut all = Map::new();
    if let Some(defs) = control::schema(registry)["$defs"].as_object() {
        all.extend(defs.clone());
    }
    all.extend(
        [
            named::<KeyToMake>("KeyToMake"),
            named::<Made<'static>>("Made"),
            named::<KeyRow>("KeyRow"),
            named::<CallRow>("CallRow"),
            named::<WholeCall>("WholeCall"),
            named::<UsageRow>("UsageRow"),
            named::<AuditLine>("AuditLine"),
            named::<Line>("Line"),
            named::<Tried>("Tried"),
            named::<Changed>("Changed"),
        ]
        .into_iter()
        .flatten(),
    );
    all.insert("Refusal".to_owned(), refusal());
    let mut all = Value::Object(all);
    relocate(&mut all);
    all
}

/// A type's schema under its name, with those that it refers to.
fn named<T: JsonSchema>(name: &str) -> Vec<(String, Value)> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = Schema::to_value(settings.into_generator().into_root_schema_for::<T>());
    let defs = schema.as_object_mut().and_then(|schema| {
        schema.shift_remove("$schema");
        schema.shift_remove("$defs")
    });
    let defs = defs.and_then(|defs| defs.as_object().cloned()).unwrap_or_default();
    defs.into_iter().chain([(name.to_owned(), schema)]).collect()
}

/// References lead to where the document has its schemas.
fn relocate(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(to)) = object.get_mut("$ref") {
                *to = to.replace("#/$defs/", "#/components/schemas/");
            }
            object.values_mut().for_each(relocate);
        }
        Value::Array(items) => items.iter_mut().for_each(relocate),
        _ => {}
    }
}

fn refusal() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "description": "What is wrong, in the form that clients of models read too.",
        "properties": { "error": {
            "type": "object",
            "properties": {
                "message": text, "type": text, "param": { "type": "null" }, "code": text, "fix": text,
                "findings": { "type": "array", "items": {
                    "type": "object",
                    "properties": { "pointer": { "type": ["string", "null"] }, "code": text, "message": text, "fix": { "type": ["string", "null"] } }
                } }
            },
            "required": ["message", "type", "param", "code", "fix"]
        } },
        "required": ["error"]
    })
}
