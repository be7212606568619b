//! Refuses deep nesting before a parser that recurses sees it.

use connector_sdk::limits;

use super::places::Lines;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;

/// Fails at the first bracket that is nested deeper than [`limits::DEPTH`].
pub(super) fn check(text: &str, lines: &Lines) -> Result<(), Vec<Diagnostic>> {
    let Some(at) = first_too_deep(text.as_bytes()) else { return Ok(()) };
    let message = format!("this is nested deeper than {} levels", limits::DEPTH);
    Err(vec![Diagnostic::error(Code::TOO_DEEP, "", lines.span(text, at..at + 1), message)])
}

fn first_too_deep(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limits::DEPTH {
            return Some(at);
        }
    }
    None
}
