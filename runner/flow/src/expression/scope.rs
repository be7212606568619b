//! What expressions can see: a view of shared values, never a copy of them.

use std::borrow::Cow;
use std::sync::Arc;

use connector_sdk::nearest;
use serde_json::Value;

use super::evaluate::Undefined;
use super::path::{Path, Root, Segment};

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
    /// All of it.
    Whole,
    /// The nth item of a list.
    Item(usize),
    /// The value of the nth entry of an object.
    Entry(usize),
}

/// A field of `loop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnField {
    Index,
    Key,
    Item,
    Previous,
}

/// What an expression can see.
pub(crate) trait Scope {
    /// What stands under a name at the top: input, config, run, error, and what loops call their items.
    fn variable(&self, name: &str) -> Option<View<'_>>;
    /// A field of `loop`, in a loop.
    fn turn(&self, field: TurnField) -> Option<View<'_>>;
    /// The step with this id, if it is over or skipped.
    fn step(&self, id: &str) -> Option<StepResult<'_>>;
}

/// A step that is over, as expressions see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepResult<'a> {
    /// What it gave, or null.
    pub(crate) output: &'a Arc<Value>,
    /// `succeeded`, …
    pub(crate) status: &'static str,
    /// What went wrong; if nothing did, none.
    pub(crate) error: Option<&'a Arc<Value>>,
}

impl<'a> View<'a> {
    pub(super) fn value(self) -> Cow<'a, Value> {
        match self {
            View::Shared { owner, within: Within::Whole } => Cow::Borrowed(owner),
            View::Shared { owner, within: Within::Item(n) } => {
                owner.get(n).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
            }
            View::Shared { owner, within: Within::Entry(n) } => {
                let value = owner.as_object().and_then(|map| map.values().nth(n));
                value.map_or(Cow::Owned(Value::Null), Cow::Borrowed)
            }
            View::Text(text) => Cow::Owned(Value::from(text)),
            View::Count(n) => Cow::Owned(Value::from(n)),
            View::Null => Cow::Owned(Value::Null),
        }
    }
}

impl Path {
    /// The value at this path.
    pub(super) fn resolve<'a>(&self, scope: &'a dyn Scope) -> Result<Cow<'a, Value>, Undefined> {
        let step = |id: &str| scope.step(id).ok_or_else(|| Undefined::step(self, id));
        let root = match &self.root {
            Root::Variable(name) => {
                let view = scope.variable(name);
                view.ok_or_else(|| Undefined::new(format!("there is no {name} here"), None))?.value()
            }
            Root::Turn(field) => {
                let view = scope.turn(*field);
                view.ok_or_else(|| Undefined::new("there is no loop here".to_owned(), None))?.value()
            }
            Root::Output(id) => Cow::Borrowed(&**step(id)?.output),
            Root::Error(id) => step(id)?.error.map_or(Cow::Owned(Value::Null), |error| Cow::Borrowed(&**error)),
            Root::Status(id) => return self.word(step(id)?.status),
        };
        match root {
            Cow::Borrowed(value) => self.within(value).map(Cow::Borrowed),
            Cow::Owned(value) => self.within(&value).cloned().map(Cow::Owned),
        }
    }

    fn within<'v>(&self, mut value: &'v Value) -> Result<&'v Value, Undefined> {
        for (depth, segment) in self.segments.iter().enumerate() {
            value = child(value, segment).ok_or_else(|| self.undefined(depth, value))?;
        }
        Ok(value)
    }

    fn word<'a>(&self, word: &str) -> Result<Cow<'a, Value>, Undefined> {
        let value = Value::from(word);
        if self.segments.is_empty() { Ok(Cow::Owned(value)) } else { Err(self.undefined(0, &value)) }
    }

    /// Says that there is nothing at the nth segment of the path, and what there is instead.
    fn undefined(&self, depth: usize, parent: &Value) -> Undefined {
        let at = self.upto(depth);
        let message = format!("there is nothing at {}", self.upto(depth + 1));
        let (message, fix) = match (parent, &self.segments[depth]) {
            (Value::Object(map), Segment::Key(key)) => (message, near_key(&at, key, map.keys().map(String::as_str))),
            (Value::Array(items), Segment::Index(_)) => (format!("{message}: {at} is a list of {}", items.len()), None),
            (Value::Array(_), Segment::Key(_)) => {
                (format!("{message}: {at} is a list"), Some(format!("write {at}[0] for its first item")))
            }
            (other, _) => (format!("{message}: {at} is {}", kind(other)), None),
        };
        Undefined::new(message, fix)
    }
}

fn child<'a>(value: &'a Value, segment: &Segment) -> Option<&'a Value> {
    match segment {
        Segment::Key(key) => value.as_object()?.get(key),
        Segment::Index(index) => value.as_array()?.get(*index),
    }
}

fn near_key<'a>(at: &Path, key: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    const SHOWN: usize = 20;
    if let Some(near) = nearest(key, known.clone()) {
        return Some(format!("did you mean {at}{}?", Segment::Key(near.to_owned())));
    }
    let shown: Vec<&str> = known.clone().take(SHOWN).collect();
    let more = if known.count() > SHOWN { ", …" } else { "" };
    match shown.is_empty() {
        true => Some(format!("{at} is an empty object")),
        false => Some(format!("{at} has {}{more}", shown.join(", "))),
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
