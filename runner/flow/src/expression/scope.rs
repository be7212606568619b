//! What expressions can see: a view of shared values, never a copy of them.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

/// A value that a run shares: a whole one, or a part of one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View<'a> {
    Shared { owner: &'a Arc<Value>, within: Within },
    Text(&'a str),
    Count(u64),
    Null,
}

/// Which part of a shared value is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    Whole,
    /// The nth item of a list.
    Item(usize),
}

/// What `loop` has in a loop of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnField {
    /// Which turn it is, from 0.
    Index,
    Key,
    Item,
    Previous,
}

/// What an expression can see.
pub(crate) trait Scope {
    /// What stands under a name at the top: input, config, run, error, and what loops call their items.
    fn variable(&self, name: &str) -> Option<View<'_>>;
    /// A field of `loop`: null where there is nothing under it in this turn, none outside of every loop.
    fn turn(&self, field: TurnField) -> Option<View<'_>>;
    /// The step with this id, if it is over (or skipped).
    fn step(&self, id: &str) -> Option<StepResult<'_>>;
}

/// A step that is over, as expressions see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepResult<'a> {
    /// What it gave, or null.
    pub(crate) output: &'a Arc<Value>,
    /// `succeeded`, …
    pub(crate) status: &'static str,
    /// What went wrong, or null.
    pub(crate) error: Option<&'a Arc<Value>>,
}

impl<'a> View<'a> {
    pub(super) fn value(self) -> Cow<'a, Value> {
        match self {
            Self::Shared { owner, within } => Cow::Borrowed(part(owner, within).unwrap_or(&Value::Null)),
            Self::Text(text) => Cow::Owned(Value::from(text)),
            Self::Count(count) => Cow::Owned(Value::from(count)),
            Self::Null => Cow::Borrowed(&Value::Null),
        }
    }

    /// The owner, if all of it is meant.
    pub(super) fn whole(self) -> Option<&'a Arc<Value>> {
        match self {
            Self::Shared { owner, within: Within::Whole } => Some(owner),
            Self::Shared { .. } | Self::Text(_) | Self::Count(_) | Self::Null => None,
        }
    }
}

fn part(owner: &Value, within: Within) -> Option<&Value> {
    match within {
        Within::Whole => Some(owner),
        Within::Item(index) => owner.get(index),
    }
}

impl TurnField {
    /// Every field, as it is written.
    pub(super) const ALL: [(&'static str, Self); 4] =
        [("index", Self::Index), ("key", Self::Key), ("item", Self::Item), ("previous", Self::Previous)];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Key => "key",
            Self::Item => "item",
            Self::Previous => "previous",
        }
    }
}

pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
