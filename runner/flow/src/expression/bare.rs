//! A bare expression, as `if`, `while` and `for_each` hold it.

use serde_json::Value;

use super::evaluate::Undefined;
use super::path::Path;
use super::{NotAnExpression, Scope};

/// An expression without braces.
#[derive(Clone, Debug)]
pub(crate) struct Expression(Path);

impl Expression {
    pub(crate) fn compile(text: &str) -> Result<Self, Vec<NotAnExpression>> {
        let inner = text.trim();
        let inner = inner.strip_prefix("{{").and_then(|inner| inner.strip_suffix("}}")).unwrap_or(inner).trim();
        Path::parse(inner, 0).map(Self).map_err(|error| {
            vec![NotAnExpression {
                pointer: String::new(),
                range: Some(error.range),
                message: error.message,
                fix: error.fix,
            }]
        })
    }

    pub(crate) fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Undefined> {
        Ok(self.0.resolve(scope)?.into_owned())
    }

    pub(crate) fn holds(&self, scope: &dyn Scope) -> Result<bool, Undefined> {
        Ok(self.evaluate(scope)? == Value::Bool(true))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}
