//! It checks what it is given before it sends anything.

use connector_sdk::http::Egress;
use connector_sdk::{Error, ErrorKind};
use serde_json::{Value, json};
use tests::wire::{Reply, Wire};

use super::Subject;

pub(super) async fn check(subject: &Subject<'_>) {
    check_connection(subject);
    for action in subject.connector.actions() {
        let example = &action.about().example;
        let wire = Wire::always(Reply::json(200, "{}"));
        let rig = subject.rig(&wire);
        for (wrong, pointer) in wrong_versions(action.input_schema(), example) {
            let error = rig.call(action.about().id, wrong.clone()).await.unwrap_err();
            assert_refused(&error, ErrorKind::InvalidInput, &pointer, &wrong);
        }
        assert_eq!(wire.seen().connections, 0, "{}: nothing is sent before the input is right", action.id());
    }
}

fn check_connection(subject: &Subject<'_>) {
    let schema = subject.connector.connection_schema();
    for (wrong, pointer) in wrong_versions(schema, &(subject.fields)("https://api.example.com/v1")) {
        let error = subject.connector.connect("main@1", wrong.clone(), Egress::Public).unwrap_err();
        assert_refused(&error, ErrorKind::InvalidConnection, &pointer, &wrong);
    }
}

fn assert_refused(error: &Error, kind: ErrorKind, pointer: &str, wrong: &Value) {
    assert_eq!(error.kind(), kind, "{wrong}: {error}");
    let pointers: Vec<_> = error.violations().iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(pointers, [pointer], "{wrong}: {error}");
}

/// A value with one thing wrong, for each thing that can be; and where it is.
fn wrong_versions(schema: &Value, right: &Value) -> Vec<(Value, String)> {
    let with = |name: &str, value: Value| {
        let mut wrong = right.clone();
        wrong.as_object_mut().unwrap().insert(name.to_owned(), value);
        (wrong, format!("/{name}"))
    };
    let mut wrong = vec![(json!([right]), String::new()), with("no_such_field", json!(1))];
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        wrong.extend(of_wrong_type(schema, property).map(|value| with(name, value)));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if schema["properties"][name].get("default").is_none() {
            let mut without = right.clone();
            without.as_object_mut().unwrap().shift_remove(name);
            wrong.push((without, format!("/{name}")));
        }
    }
    wrong
}

/// A value of a type that a property does not take. `None` if it takes every type.
fn of_wrong_type(schema: &Value, property: &Value) -> Option<Value> {
    let types = types(schema, property)?;
    let candidates = [
        ("boolean", json!(true)),
        ("object", json!({ "no": "sense" })),
        ("string", json!("text")),
        ("array", json!([[]])),
    ];
    candidates.into_iter().find(|(name, _)| !types.iter().any(|known| known == name)).map(|(_, value)| value)
}

/// The types that a property takes. `None` for all.
fn types(schema: &Value, property: &Value) -> Option<Vec<String>> {
    if let Some(target) = property.get("$ref").and_then(Value::as_str) {
        return types(schema, schema.pointer(target.strip_prefix('#')?)?);
    }
    match property.get("type") {
        Some(Value::String(name)) => return Some(vec![name.clone()]),
        Some(Value::Array(names)) => return names.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
        _ => {}
    }
    let variants = ["anyOf", "oneOf"].iter().find_map(|key| property.get(key)?.as_array())?;
    let types: Option<Vec<_>> = variants.iter().map(|variant| types(schema, variant)).collect();
    Some(types?.concat())
}
