//! Text with expressions in it: where they begin and end.

use std::ops::Range;

use super::path::{NotAPath, Path};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text as it stands.
    Text(String),
    /// The value at this path.
    Path(Path),
}

/// The pieces of a text. Every opening brace pair has to begin an expression: what it means later must not differ.
pub(super) fn split(text: &str) -> Result<Vec<Piece>, NotAPath> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('{').map(|found| at + found) {
        let end = match text.as_bytes().get(found + 1) {
            Some(b'{') => {
                push_text(&mut pieces, &text[at..found]);
                let inside = inside_of(text, found)?;
                pieces.push(Piece::Path(path_in(text, inside.clone())?));
                inside.end + 2
            }
            Some(b'%' | b'#') => return Err(block(text, found)),
            _ => {
                push_text(&mut pieces, &text[at..=found]);
                found + 1
            }
        };
        at = end;
    }
    push_text(&mut pieces, &text[at..]);
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// What stands between the braces that open at `open`.
fn inside_of(text: &str, open: usize) -> Result<Range<usize>, NotAPath> {
    let start = open + 2;
    match end_of_expression(&text[start..]) {
        Some(length) => Ok(start..start + length),
        None => Err(NotAPath {
            range: open..text.len(),
            message: "these braces are never closed".to_owned(),
            fix: Some("close them with }}; for braces that are text, put the value into {\"$literal\": …}".to_owned()),
        }),
    }
}

/// Where `}}` stands, outside quotes.
fn end_of_expression(text: &str) -> Option<usize> {
    let mut quote = None;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'\'' | b'"') => quote = Some(*byte),
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
    }
    // A quote that is never closed must not hide the end of the braces from the message.
    text.find("}}").filter(|_| quote.is_some())
}

fn path_in(text: &str, inside: Range<usize>) -> Result<Path, NotAPath> {
    let whole = &text[inside.clone()];
    let path = whole.trim();
    let start = inside.start + (whole.len() - whole.trim_start().len());
    if path.is_empty() {
        return Err(NotAPath {
            range: inside.start - 2..inside.end + 2,
            message: "there is nothing between these braces".to_owned(),
            fix: Some("write a path such as input.text".to_owned()),
        });
    }
    Path::parse(path, start)
        .map_err(|error| NotAPath { range: start + error.range.start..start + error.range.end, ..error })
}

fn block(text: &str, open: usize) -> NotAPath {
    let close = if text[open..].starts_with("{%") { "%}" } else { "#}" };
    let end = text[open..].find(close).map_or(text.len(), |length| open + length + 2);
    NotAPath {
        range: open..end,
        message: "blocks and comments of templates are not known".to_owned(),
        fix: Some("for braces that are text, put the value into {\"$literal\": …}".to_owned()),
    }
}
