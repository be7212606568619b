//! Why an expression has no value.

use std::ops::Range;

use connector_sdk::{nearest, pointer_to};
use serde_json::Value;

use super::path::Segment;
use super::scope::kind;

/// An expression that has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undefined {
    /// JSON Pointer of the text that holds the expression.
    pub(crate) pointer: String,
    /// The bytes of the text that are meant, where they are known.
    pub(crate) range: Option<Range<usize>>,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
    /// Nothing is there, so that a default may stand in.
    pub(super) absent: bool,
}

impl Undefined {
    pub(super) fn new(message: impl Into<String>, fix: Option<String>) -> Self {
        Self { pointer: String::new(), range: None, message: message.into(), fix, absent: false }
    }

    /// A value that is missing. A default may stand in for it.
    pub(super) fn absent(message: impl Into<String>, fix: Option<String>) -> Self {
        Self { absent: true, ..Self::new(message, fix) }
    }

    /// An operation that does not go with this kind of value.
    pub(super) fn unfit(what: &str, value: &Value, fix: Option<String>) -> Self {
        Self::new(format!("{what}, not {}", kind(value)), fix)
    }

    /// Says that there is nothing at `whole`, which goes from `parent` at `at` one segment further.
    pub(super) fn nothing_at(whole: &str, at: &str, parent: &Value, segment: &Segment) -> Self {
        let message = format!("there is nothing at {whole}");
        let (message, fix) = match (parent, segment) {
            (Value::Object(map), Segment::Key(key)) => (message, near_key(at, key, map.keys().map(String::as_str))),
            (Value::Array(items), Segment::Index(_)) => (format!("{message}: {at} is a list of {}", items.len()), None),
            (Value::Array(_), Segment::Key(_)) => {
                (format!("{message}: {at} is a list"), Some(format!("write {at}[0] for its first item")))
            }
            (other, _) => (format!("{message}: {at} is {}", kind(other)), None),
        };
        Self::absent(message, fix)
    }

    /// The same, which stands in these bytes unless it is known better.
    pub(super) fn located(mut self, range: &Range<usize>) -> Self {
        self.range.get_or_insert_with(|| range.clone());
        self
    }

    /// The same, one key or index further inside.
    pub(super) fn inside(mut self, step: &str) -> Self {
        self.pointer.insert_str(0, &pointer_to("", step));
        self
    }
}

fn near_key<'a>(at: &str, key: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
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
