//! It says what it is: to people, and to machines.

use connector_sdk::{Connector, ErasedAction};
use serde_json::{Map, Value};

pub(super) fn check(connector: &Connector) {
    assert_kebab_case(connector.id());
    assert_prose(connector.id(), &[connector.label(), connector.description(), connector.docs()]);
    let about = connector.connection();
    assert_prose("the connection", &[about.label, about.description, about.help]);
    check_schema("the connection", connector.connection_schema());
    check_secrets(connector.connection_schema());
    for (field, _) in about.environment {
        assert!(properties(connector.connection_schema()).contains_key(*field), "{field} is a field");
    }
    assert!(!connector.actions().is_empty());
    connector.actions().iter().for_each(|action| check_action(connector, action));
    for options in connector.options() {
        assert_kebab_case(options.id().strip_prefix(connector.id()).unwrap().strip_prefix('/').unwrap());
        assert_prose(options.id(), &[options.label(), options.description()]);
    }
}

fn check_action(connector: &Connector, action: &ErasedAction) {
    let about = action.about();
    assert_kebab_case(about.id);
    assert_eq!(action.id(), format!("{}/{}", connector.id(), about.id));
    assert_prose(action.id(), &[about.label, &about.description]);
    check_schema(action.id(), action.input_schema());
    assert_eq!(action.input_schema()["additionalProperties"], false, "{} refuses what it does not know", action.id());
    check_options(connector, action);
    assert_meta_valid(action.id(), action.output_schema());
    for (name, property) in properties(action.output_schema()) {
        assert!(described(action.output_schema(), property), "{}: the output {name} is described", action.id());
    }
    if let Err(error) = action.prepare(about.example.clone()) {
        panic!("the example of {} works: {error}", action.id());
    }
    let names: Vec<_> = connector.actions().iter().filter(|other| other.id() == action.id()).collect();
    assert_eq!(names.len(), 1, "{} is there once", action.id());
}

/// An input that offers choices names a list that the connector has.
fn check_options(connector: &Connector, action: &ErasedAction) {
    for (name, property) in properties(action.input_schema()) {
        if let Some(options) = property.get("x-options") {
            let id = format!("{}/{}", connector.id(), options.as_str().unwrap());
            let known = connector.options().iter().any(|known| known.id() == id);
            assert!(known, "{}: {name} offers {options}, which is not there", action.id());
        }
    }
}

fn check_schema(what: &str, schema: &Value) {
    assert_meta_valid(what, schema);
    for (name, property) in properties(schema) {
        let is_snake = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        assert!(is_snake, "{what}: {name} is snake_case");
        assert!(described(schema, property), "{what}: {name} has a description");
        assert!(property.get("title").is_some_and(Value::is_string), "{what}: {name} has a title");
    }
}

/// A field that sounds like a secret is one.
fn check_secrets(schema: &Value) {
    for (name, property) in properties(schema) {
        let words = ["key", "token", "password", "secret", "credential"];
        if name.split('_').any(|word| words.contains(&word)) {
            assert!(property.to_string().contains("\"x-secret\":true"), "{name} is marked as a secret");
        }
    }
}

fn assert_meta_valid(what: &str, schema: &Value) {
    if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
        panic!("the schema of {what} is a JSON Schema: {error}");
    }
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{what}");
}

/// Whether a property, or what it refers to, has a description.
fn described(schema: &Value, property: &Value) -> bool {
    let target =
        property.get("$ref").and_then(Value::as_str).and_then(|target| schema.pointer(target.strip_prefix('#')?));
    let text = |schema: &Value| schema.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    text(property) || target.is_some_and(text)
}

fn properties(schema: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    schema.get("properties").and_then(Value::as_object).unwrap_or(&NONE)
}

fn assert_kebab_case(id: &str) {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    assert!(id.split('-').all(is_word), "{id:?} is kebab-case");
}

fn assert_prose(what: &str, texts: &[&str]) {
    assert!(texts.iter().all(|text| !text.trim().is_empty()), "{what} is described: {texts:?}");
}
