//! Inputs from the command line: whole as JSON, field by field as KEY=VALUE, or from a file.

use std::path::Path;

use connector_sdk::nearest;
use runner_flow::{Document, Flow};
use serde_json::{Map, Value};

use crate::app::App;
use crate::args::InputArgs;
use crate::files;
use crate::problem::{Problem, Source};

/// The JSON in a file.
pub(crate) fn from_file(path: &Path) -> Result<Value, Problem> {
    document(Source::file(path, files::read_text(path)?))
}

/// The JSON that an option holds.
pub(crate) fn from_text(option: &str, text: &str) -> Result<Value, Problem> {
    document(Source::option(option, text))
}

/// The input of a flow, from wherever it is given. What the flow says nothing of is pointed out.
pub(crate) fn of_flow(app: &App, args: &InputArgs, flow: &Flow) -> Result<Value, Problem> {
    let schema = flow.input_schema();
    let input = match &args.input_file {
        Some(path) => from_file(path)?,
        None => from_option("--input", &args.input, schema)?,
    };
    for key in unknown(&input, schema) {
        app.console.say(&app.console.style.warning(&key));
    }
    Ok(input)
}

/// The input that the given values of `option` make together. The schema says which fields are text.
pub(crate) fn from_option(option: &str, given: &[String], schema: Option<&Value>) -> Result<Value, Problem> {
    let mut input = Map::new();
    for part in given {
        if part.trim_start().starts_with(['{', '[']) {
            match document(Source::option(option, part))? {
                Value::Object(fields) => input.extend(fields),
                _ => {
                    return Err(Problem::usage(format!("{option} must be a JSON object"), "write {\"KEY\": VALUE, …}"));
                }
            }
        } else if let Some((key, value)) = part.split_once('=') {
            input.insert(key.to_owned(), field(key, value, schema));
        } else {
            let message = format!("{option} {part:?} is neither a JSON object nor KEY=VALUE");
            return Err(Problem::usage(message, format!("write {option} '{{\"KEY\": VALUE}}' or {option} KEY=VALUE")));
        }
    }
    Ok(Value::Object(input))
}

/// Words about each field of the input that the schema says nothing of: it is most likely misspelt.
fn unknown(input: &Value, schema: Option<&Value>) -> Vec<String> {
    let known = schema.and_then(|schema| schema.get("properties")?.as_object());
    let (Some(known), Some(given)) = (known, input.as_object()) else { return Vec::new() };
    let strangers = given.keys().filter(|key| !known.contains_key(*key));
    let words = strangers.map(|key| match nearest(key, known.keys().map(String::as_str)) {
        Some(near) => format!("the flow has no input {key:?}; did you mean {near:?}?"),
        None => format!("the flow has no input {key:?}"),
    });
    words.collect()
}

fn document(source: Source) -> Result<Value, Problem> {
    match Document::parse(&source.text) {
        Ok(document) => Ok(document.into_value()),
        Err(findings) => Err(Problem::Invalid { source, findings }),
    }
}

/// A field's value: JSON if it is JSON, unless the schema takes only text there.
fn field(key: &str, value: &str, schema: Option<&Value>) -> Value {
    let wanted = schema.and_then(|schema| schema.get("properties")?.get(key)?.get("type"));
    if wanted.is_some_and(takes_only_text) {
        return Value::from(value);
    }
    Document::parse(value).map_or_else(|_| Value::from(value), Document::into_value)
}

fn takes_only_text(wanted: &Value) -> bool {
    match wanted {
        Value::String(name) => name == "string",
        Value::Array(names) => names.iter().all(|name| name == "string" || name == "null"),
        _ => false,
    }
}
