//! Bare expressions: what `if`, `while` and `for_each` hold.

use std::sync::Arc;

use serde_json::Value;

use super::NotAnExpression;
use super::budget::Budget;
use super::evaluate::{condition, not_too_deep};
use super::path::Path;
use super::program::{Formula, Kind};
use super::read;
use super::scope::Scope;
use super::undefined::Undefined;

/// An expression that stands for itself, read once and evaluated often.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(super) formula: Formula,
}

impl Expression {
    /// Reads an expression. Everything that is wrong with it is found at once.
    pub(crate) fn compile(text: &str) -> Result<Self, Vec<NotAnExpression>> {
        let refused =
            |refusals: Vec<_>| refusals.into_iter().map(|refusal| NotAnExpression::new("", refusal)).collect();
        read::bare(text).map(|formula| Self { formula }).map_err(refused)
    }

    /// The value.
    pub(crate) fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Undefined> {
        self.formula.value(scope, &Budget::new()).and_then(not_too_deep)
    }

    /// The value, which is shared and not copied where it is the whole of a shared one.
    pub(crate) fn share(&self, scope: &dyn Scope) -> Result<Arc<Value>, Undefined> {
        if let Kind::Path(index) = self.formula.root.kind
            && let path = &self.formula.code.paths[index]
            && path.segments.is_empty()
            && let Some(owner) = path.root(scope).map_err(|error| error.located(&path.range))?.whole()
        {
            return Ok(Arc::clone(owner));
        }
        self.evaluate(scope).map(Arc::new)
    }

    /// The value, which has to be true or false: nothing else is taken for either.
    pub(crate) fn holds(&self, scope: &dyn Scope) -> Result<bool, Undefined> {
        let budget = Budget::new();
        let value = self.formula.lend(scope, &budget)?;
        condition(&value, &self.formula.root, &self.formula.code)
    }

    /// Everything that it refers to.
    pub(crate) fn references(&self) -> &[Path] {
        &self.formula.code.paths
    }

    /// The expression as it was written, without braces around it.
    pub(crate) fn bare(&self) -> &str {
        &self.formula.code.source[self.formula.root.range.clone()]
    }
}
