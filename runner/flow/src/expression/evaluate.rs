//! From a template and a scope to a value.

use connector_sdk::{limits, pointer_to};
use serde_json::{Map, Value};

use super::budget::{Budget, PaidText};
use super::path::Path;
use super::scope::Scope;
use super::template::{Node, Template};
use super::text::Piece;
use crate::footprint::{footprint, is_deeper_than};

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
    /// It is refused before it is made where it would be over [`limits::EVALUATED`].
    pub(crate) fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Undefined> {
        let value = self.node.evaluate(scope, &mut Budget::new())?;
        if is_deeper_than(&value, limits::DEPTH) {
            return Err(Undefined::new(format!("the value is nested deeper than {} levels", limits::DEPTH), None));
        }
        Ok(value)
    }
}

impl Node {
    fn evaluate(&self, scope: &dyn Scope, budget: &mut Budget) -> Result<Value, Undefined> {
        match self {
            // The file is bounded, and says it once.
            Self::Literal(value) => Ok(value.clone()),
            Self::Path(path) => {
                let value = path.resolve(scope)?;
                budget.spend(footprint(&value))?;
                Ok(value.into_owned())
            }
            Self::Text(pieces) => text(pieces, scope, budget).map(Value::String),
            Self::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(at, item)| item.evaluate(scope, budget).map_err(|e| e.inside(&at.to_string()))).collect()
            }
            Self::Object(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, value)| {
                    let value = value.evaluate(scope, budget).map_err(|error| error.inside(key))?;
                    Ok((key.clone(), value))
                });
                entries.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
        }
    }
}

fn text(pieces: &[Piece], scope: &dyn Scope, budget: &mut Budget) -> Result<String, Undefined> {
    let mut paid = PaidText { text: String::new(), budget };
    for piece in pieces {
        match piece {
            Piece::Text(plain) => paid.push(plain)?,
            Piece::Path(path) => push(&mut paid, path, path.resolve(scope)?.as_ref())?,
        }
    }
    Ok(paid.text)
}

/// Adds a value to a text: objects and lists as compact JSON, null not at all.
fn push(text: &mut PaidText<'_>, path: &Path, value: &Value) -> Result<(), Undefined> {
    match value {
        Value::Null => {
            let fix = "null has no text; let the expression stand alone to hand null on".to_owned();
            Err(Undefined::new(format!("{path} is null"), Some(fix)))
        }
        Value::String(plain) => text.push(plain),
        other => text.show(other),
    }
}
