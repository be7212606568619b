//! From a template and a scope to a value.

use std::fmt::Write as _;

use connector_sdk::{limits, pointer_to};
use serde_json::{Map, Value};

use super::path::Path;
use super::scope::Scope;
use super::template::{Node, Template};
use super::text::Piece;

/// An expression that has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undefined {
    /// JSON Pointer of the text that holds the expression.
    pub(crate) pointer: String,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
}

impl Undefined {
    pub(super) fn new(message: String, fix: Option<String>) -> Self {
        Self { pointer: String::new(), message, fix }
    }

    pub(super) fn step(path: &Path, id: &str) -> Self {
        let fix = format!("pin the output of {id}, or run the steps before this one");
        Self::new(format!("there is nothing at {path}: the step {id:?} has not run"), Some(fix))
    }

    fn inside(mut self, step: &str) -> Self {
        self.pointer.insert_str(0, &pointer_to("", step));
        self
    }
}

impl Template {
    /// The value, in which every expression has been replaced by what it means.
    pub(crate) fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Undefined> {
        self.node.evaluate(scope)
    }
}

impl Node {
    fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Undefined> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Path(path) => Ok(path.resolve(scope)?.into_owned()),
            Self::Text(pieces) => text(pieces, scope).map(Value::String),
            Self::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(at, item)| item.evaluate(scope).map_err(|e| e.inside(&at.to_string()))).collect()
            }
            Self::Object(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, value)| {
                    let value = value.evaluate(scope).map_err(|error| error.inside(key))?;
                    Ok((key.clone(), value))
                });
                entries.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
        }
    }
}

fn text(pieces: &[Piece], scope: &dyn Scope) -> Result<String, Undefined> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(plain) => text.push_str(plain),
            Piece::Path(path) => push(&mut text, path, path.resolve(scope)?.as_ref())?,
        }
        if text.len() as u64 > limits::INPUT {
            return Err(Undefined::new(format!("the text is over {} MiB", limits::INPUT >> 20), None));
        }
    }
    Ok(text)
}

/// Adds a value to a text: objects and lists as compact JSON, null not at all.
fn push(text: &mut String, path: &Path, value: &Value) -> Result<(), Undefined> {
    match value {
        Value::Null => {
            let fix = "null has no text; let the expression stand alone to hand null on".to_owned();
            return Err(Undefined::new(format!("{path} is null"), Some(fix)));
        }
        Value::String(plain) => text.push_str(plain),
        other => {
            // Writing to a String cannot fail.
            let _ = write!(text, "{other}");
        }
    }
    Ok(())
}
