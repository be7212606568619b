//! A JSON file whose values remember where they stand.
//!
//! Strict JSON only. Duplicate keys, numbers that cannot be held exactly and deep nesting are refused, each with its place.

mod depth;
mod node;
mod places;
mod read;
mod syntax;

use std::ops::Range;

use connector_sdk::limits;
use serde_json::Value;

pub(crate) use self::node::Node;
use self::places::{Lines, Places};
use crate::codes::Code;
use crate::diagnostic::{Bounded, Diagnostic};

/// A JSON file that was read.
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    lines: Lines,
    value: Value,
    places: Places,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The bytes that are meant.
    pub range: Range<usize>,
}

impl Document {
    /// Reads JSON. A document of more than [`limits::INPUT`] bytes is refused unread.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let (document, found) = Self::parse_beside(text)?;
        if found.is_empty() { Ok(document) } else { Err(found.finish()) }
    }

    /// Reads JSON as far as it can be told what it says, with what is wrong with keys and numbers, so that it hides
    /// nothing else.
    pub fn parse_with_findings(text: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (document, found) = Self::parse_beside(text)?;
        Ok((document, found.finish()))
    }

    /// Reads JSON as far as it can be told what it says: what is wrong with keys and numbers is handed over beside it,
    /// so that it hides nothing else.
    pub(crate) fn parse_beside(text: &str) -> Result<(Self, Bounded), Vec<Diagnostic>> {
        if text.len() as u64 > limits::INPUT {
            let start = Span { line: 1, column: 1, range: 0..0 };
            let message = format!("the file is over {} MiB", limits::INPUT >> 20);
            return Err(vec![Diagnostic::error(Code::TOO_LARGE, "", start, message)]);
        }
        let lines = Lines::of(text);
        depth::check(text, &lines)?;
        let ast = syntax::parse(text, &lines)?;
        let (value, places, found) = read::read(text, &lines, &ast);
        Ok((Self { text: text.to_owned(), lines, value, places }, found))
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the file holds.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What the file holds.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The place of the value with this JSON Pointer, or of the nearest value around it that exists.
    pub fn locate(&self, pointer: &str) -> Span {
        let range = self.places.find(&self.value, pointer).range.clone();
        self.lines.span(&self.text, range)
    }

    /// The place of the key of the value with this JSON Pointer, or of the value if it has none.
    pub fn locate_key(&self, pointer: &str) -> Span {
        let places = self.places.find(&self.value, pointer);
        let range = places.key.as_ref().unwrap_or(&places.range).clone();
        self.lines.span(&self.text, range)
    }

    /// The place of a part of the text with this JSON Pointer; the part is counted in bytes of the text's value.
    pub(crate) fn locate_within(&self, pointer: &str, part: &Range<usize>) -> Span {
        let whole = &self.places.find(&self.value, pointer).range;
        let raw = &self.text[whole.clone()];
        let start = whole.start + places::raw_offset(raw, part.start);
        let end = whole.start + places::raw_offset(raw, part.end);
        self.lines.span(&self.text, start..end.max(start))
    }
}
