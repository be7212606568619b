//! What expressions can see: a view of shared values, never a copy of them.

use std::borrow::Cow;

use connector_sdk::nearest;
use serde_json::Value;

use super::evaluate::Undefined;
use super::path::{Path, Root, Segment};

/// What an expression can see.
pub(crate) trait Scope {
    /// The run's input.
    fn input(&self) -> &Value;
    /// The run.
    fn run_id(&self) -> &str;
    /// The step with this id, if it is over.
    fn step(&self, id: &str) -> Option<StepResult<'_>>;
}

/// A step that is over, as expressions see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepResult<'a> {
    /// What it gave, or null.
    pub(crate) output: &'a Value,
    /// `succeeded`, …
    pub(crate) status: &'static str,
    /// What went wrong, or null.
    pub(crate) error: &'a Value,
}

impl Path {
    /// The value at this path.
    pub(super) fn resolve<'a>(&self, scope: &'a dyn Scope) -> Result<Cow<'a, Value>, Undefined> {
        let step = |id: &str| scope.step(id).ok_or_else(|| Undefined::step(self, id));
        let root = match &self.root {
            Root::Input => scope.input(),
            Root::Output(id) => step(id)?.output,
            Root::Error(id) => step(id)?.error,
            Root::Status(id) => return self.word(step(id)?.status),
            Root::RunId => return self.word(scope.run_id()),
        };
        let mut value = root;
        for (depth, segment) in self.segments.iter().enumerate() {
            value = child(value, segment).ok_or_else(|| self.undefined(depth, value))?;
        }
        Ok(Cow::Borrowed(value))
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
