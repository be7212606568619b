//! Expressions: how a flow file refers to the input and to what earlier steps gave, and what it makes of that.
//!
//! Only the file is ever evaluated, never data. The language is that of minijinja, whose parser reads it; what is read
//! is evaluated here. The same input gives the same value for ever: there is no clock, no chance and no environment in
//! it, objects keep the order of the file, and one evaluation is bounded in what it makes and does.

mod advice;
mod apply;
mod bare;
mod budget;
mod calls;
mod compared;
mod evaluate;
mod filters;
mod jinja_tests;
mod lower;
mod number;
mod operators;
mod path;
mod program;
mod read;
mod render;
mod scope;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod undefined;
mod words;

use std::ops::Range;

pub(crate) use self::advice::Advice;
pub(crate) use self::bare::Expression;
pub(crate) use self::compared::Compared;
pub(crate) use self::path::{Path, Root, Segment};
pub(crate) use self::scope::{Scope, StepResult, TurnField, View, Within, kind};
pub(crate) use self::template::{Outline, Template};
pub(crate) use self::undefined::Undefined;
pub use self::words::{Word, filters as expression_filters, tests as expression_tests};

/// What stands between braces and is no expression.
#[derive(Clone, Debug)]
pub(crate) struct NotAnExpression {
    /// JSON Pointer of the text, from the value that was compiled.
    pub(crate) pointer: String,
    /// The bytes of the text that are meant; none if it is the key.
    pub(crate) range: Option<Range<usize>>,
    /// A sentence for people.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) fix: Option<Advice>,
}
