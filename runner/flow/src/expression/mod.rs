//! Expressions: how a flow file refers to the input and to what earlier steps gave.
//!
//! Only the file is ever evaluated, never data. An expression is a plain path now: `{{ steps.ask.output.choices[0] }}`.

mod bare;
mod budget;
mod evaluate;
mod path;
mod scope;
mod template;
mod text;

use std::ops::Range;

pub(crate) use self::bare::Expression;
pub(crate) use self::evaluate::Undefined;
pub(crate) use self::path::{Path, Root, Segment};
pub(crate) use self::scope::kind;
pub(crate) use self::scope::{Scope, StepResult, TurnField, View, Within};
pub(crate) use self::template::Outline;
pub(crate) use self::template::Template;

/// What stands between braces and is no expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotAnExpression {
    /// JSON Pointer of the text, from the value that was compiled.
    pub(crate) pointer: String,
    /// The bytes of the text that are meant; none if it is the key.
    pub(crate) range: Option<Range<usize>>,
    /// A sentence for people.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) fix: Option<String>,
}
