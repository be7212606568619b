//! One thing that is wrong with a value, and where.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that is wrong with a value: where, which rule, what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// JSON Pointer of the value, empty for the whole.
    pub pointer: String,
    /// The rule that it breaks: `type`, `required`, `unknown_field`, `range`, …
    pub rule: Cow<'static, str>,
    /// A sentence for people.
    pub message: String,
}

impl Violation {
    /// A violation at this JSON Pointer.
    pub fn new(pointer: impl Into<String>, rule: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), rule: rule.into(), message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", excerpt(&self.pointer, 200), self.message)
        }
    }
}

/// `pointer` with one more step, escaped as RFC 6901 says.
pub fn pointer_to(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"))
}

/// The beginning of a text, for a sentence: on one line, and without anything that could steer a terminal.
pub(crate) fn excerpt(text: &str, longest: usize) -> String {
    let mut excerpt = String::new();
    for c in text.chars().take(longest) {
        if c.is_control() { excerpt.extend(c.escape_default()) } else { excerpt.push(c) }
    }
    if text.chars().nth(longest).is_some() {
        excerpt.push('…');
    }
    excerpt
}

/// Whether `pointer` is the place `outer`, or lies within it.
pub fn pointer_is_within(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
