//! Where the values of a document stand in its text.

use std::ops::Range;

use jsonc_parser::common::Ranged;
use serde_json::Value;

use super::Span;

/// The place of a value and of the values in it, in their order.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) range: Range<usize>,
    pub(super) key: Option<Range<usize>>,
    children: Vec<Self>,
}

impl Places {
    pub(super) fn new(place: &impl Ranged, children: Vec<Self>) -> Self {
        Self { range: place.start()..place.end(), key: None, children }
    }

    pub(super) fn with_key(mut self, key: &impl Ranged) -> Self {
        self.key = Some(key.start()..key.end());
        self
    }

    pub(super) fn children(&self) -> &[Self] {
        &self.children
    }

    /// The place of the value with this pointer, or of the nearest one around it. `value` is what stands at `self`.
    pub(super) fn find(&self, value: &Value, pointer: &str) -> &Self {
        let mut found = self;
        let mut value = value;
        for step in pointer.split('/').skip(1) {
            let Some((index, next)) = child(value, step) else { break };
            let Some(place) = found.children.get(index) else { break };
            (found, value) = (place, next);
        }
        found
    }
}

fn child<'a>(value: &'a Value, step: &str) -> Option<(usize, &'a Value)> {
    match value {
        Value::Array(items) => step.parse().ok().and_then(|index: usize| Some((index, items.get(index)?))),
        Value::Object(map) => {
            let key = step.replace("~1", "/").replace("~0", "~");
            let mut entries = map.iter().enumerate();
            entries.find(|(_, (name, _))| **name == key).map(|(index, (_, value))| (index, value))
        }
        _ => None,
    }
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// The line and the column of these bytes.
    pub(super) fn span(&self, text: &str, range: Range<usize>) -> Span {
        let line = self.starts.partition_point(|start| *start <= range.start);
        let start = self.starts[line - 1];
        let column = text.get(start..range.start).map_or(1, |before| before.chars().count() + 1);
        Span { line, column, range }
    }

    /// The byte that serde_json means, which counts columns in bytes from 1.
    pub(super) fn offset(&self, text: &str, line: usize, column: usize) -> usize {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let mut at = (start + column.saturating_sub(1)).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// How many bytes of a JSON string, its quote among them, stand for the first `decoded` bytes of its value.
pub(super) fn raw_offset(raw: &str, decoded: usize) -> usize {
    let mut at = 1;
    let mut passed = 0;
    while passed < decoded {
        let Some((raw_length, length)) = next_char(&raw[at..]) else { break };
        at += raw_length;
        passed += length;
    }
    at.min(raw.len())
}

/// The lengths of the next character: as it is written, and as it is meant.
fn next_char(raw: &str) -> Option<(usize, usize)> {
    let unit = |at: usize| raw.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let mut chars = raw.chars();
    match (chars.next()?, chars.next()) {
        ('\\', Some('u')) => match unit(2)? {
            0xD800..=0xDBFF => Some((12, 4)),
            code => Some((6, char::from_u32(code)?.len_utf8())),
        },
        ('\\', Some(escaped)) => Some((1 + escaped.len_utf8(), 1)),
        (plain, _) => Some((plain.len_utf8(), plain.len_utf8())),
    }
}
