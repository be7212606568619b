//! Plain paths: `input.ticket.text`, `steps.ask.output.choices[0]['message']`, `steps.ask.status`, `run.id`.
//!
//! Whatever an expression reads, it reads along such paths: they are what it refers to, known without evaluating it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde_json::Value;

use super::scope::{Scope, StepResult, TurnField, View, Within};
use super::undefined::Undefined;

/// A path to a value, as far as it is constant, and where it stands in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) root: Root,
    pub(crate) segments: Vec<Segment>,
    pub(crate) range: Range<usize>,
}

/// What a path begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// `input`, `config`, `run`, `error`, or what a loop calls its items. Whether there is such a name is not known here.
    Variable(String),
    /// `loop.FIELD`.
    Turn(TurnField),
    /// `steps.ID.output`.
    Output(String),
    /// `steps.ID.status`.
    Status(String),
    /// `steps.ID.error`.
    Error(String),
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Into an object.
    Key(String),
    /// Into a list.
    Index(usize),
}

impl Path {
    /// The path up to its nth segment, as it would be written.
    pub(crate) fn upto(&self, segments: usize) -> Self {
        Self { segments: self.segments[..segments].to_vec(), ..self.clone() }
    }

    /// The value at this path.
    pub(super) fn resolve<'a>(&self, scope: &'a dyn Scope) -> Result<Cow<'a, Value>, Undefined> {
        match self.root(scope)?.value() {
            Cow::Borrowed(value) => self.within(value).map(Cow::Borrowed),
            Cow::Owned(value) if self.segments.is_empty() => Ok(Cow::Owned(value)),
            Cow::Owned(value) => Err(self.undefined(0, &value)),
        }
    }

    /// What the path begins with.
    pub(super) fn root<'a>(&self, scope: &'a dyn Scope) -> Result<View<'a>, Undefined> {
        let whole = |owner| View::Shared { owner, within: Within::Whole };
        match &self.root {
            Root::Variable(name) => scope.variable(name).ok_or_else(|| self.unknown(name)),
            Root::Turn(field) => scope.turn(*field).ok_or_else(|| self.unknown("loop")),
            Root::Output(id) => Ok(whole(self.step(scope, id)?.output)),
            Root::Status(id) => Ok(View::Text(self.step(scope, id)?.status)),
            Root::Error(id) => Ok(self.step(scope, id)?.error.map_or(View::Null, whole)),
        }
    }

    fn within<'a>(&self, root: &'a Value) -> Result<&'a Value, Undefined> {
        let mut value = root;
        for (depth, segment) in self.segments.iter().enumerate() {
            value = segment.of(value).ok_or_else(|| self.undefined(depth, value))?;
        }
        Ok(value)
    }

    fn step<'a>(&self, scope: &'a dyn Scope, id: &str) -> Result<StepResult<'a>, Undefined> {
        scope.step(id).ok_or_else(|| {
            let fix = format!("pin the output of {id}, or run the steps before this one");
            Undefined::new(format!("there is nothing at {self}: the step {id:?} has not run"), Some(fix))
        })
    }

    fn unknown(&self, name: &str) -> Undefined {
        Undefined::new(format!("there is nothing at {self}: there is no {name:?} here"), None)
    }

    /// Says that there is nothing at the nth segment of the path, and what there is instead.
    fn undefined(&self, depth: usize, parent: &Value) -> Undefined {
        let (at, whole) = (self.upto(depth).to_string(), self.upto(depth + 1).to_string());
        Undefined::nothing_at(&whole, &at, parent, &self.segments[depth])
    }
}

impl Segment {
    /// What is there in a value.
    pub(super) fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Key(key) => value.as_object()?.get(key),
            Self::Index(index) => value.as_array()?.get(*index),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Variable(name) => f.write_str(name),
            Root::Turn(field) => write!(f, "loop.{}", field.name()),
            Root::Output(id) => write!(f, "steps.{id}.output"),
            Root::Status(id) => write!(f, "steps.{id}.status"),
            Root::Error(id) => write!(f, "steps.{id}.error"),
        }?;
        self.segments.iter().try_for_each(|segment| segment.fmt(f))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) if is_name(key) => write!(f, ".{key}"),
            Self::Key(key) if key.contains('\'') => write!(f, "[\"{key}\"]"),
            Self::Key(key) => write!(f, "['{key}']"),
        }
    }
}

fn is_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
