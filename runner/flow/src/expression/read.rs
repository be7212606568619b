//! Reads the text of an expression, with minijinja's parser.

use std::ops::Range;

use minijinja::Error;
use minijinja::machinery::{ast, parse, parse_expr};
use minijinja::syntax::SyntaxConfig;

use super::advice::Advice;
use super::lower::Lowering;
use super::program::{Code, Formula, Prose};
use super::source::{Refusal, Shape, scan, scan_bare};

/// A text of the file, read.
pub(super) enum Read {
    /// There is no expression in it.
    Plain,
    Value(Formula),
    Text(Prose),
}

/// Reads a text that may hold expressions between braces.
pub(super) fn text(text: &str) -> Result<Read, Vec<Refusal>> {
    let (shape, masked) = scan(text).map_err(|refusal| vec![refusal])?;
    match shape {
        Shape::Plain => Ok(Read::Plain),
        Shape::Value(inside) => formula(text, &masked, inside).map(Read::Value),
        Shape::Mixed => prose(text, &masked).map(Read::Text),
    }
}

/// Reads an expression that stands for itself. Braces around the whole of it are accepted.
pub(super) fn bare(text: &str) -> Result<Formula, Vec<Refusal>> {
    let (inside, masked) = scan_bare(text).map_err(|refusal| vec![refusal])?;
    formula(text, &masked, inside)
}

fn formula(text: &str, masked: &str, inside: Range<usize>) -> Result<Formula, Vec<Refusal>> {
    let read = parse_expr(&masked[inside.clone()]).map_err(|error| vec![refused(&error, text, &inside)])?;
    let mut lowering = Lowering::new(text, inside.start);
    let root = lowering.expr(&read);
    let code = code(text, lowering)?;
    Ok(Formula { code, root })
}

fn prose(text: &str, masked: &str) -> Result<Prose, Vec<Refusal>> {
    let whole = 0..text.len();
    // Outside the tags, a text is kept to the last byte.
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
    let read =
        syntax.and_then(|syntax| parse(masked, "", syntax)).map_err(|error| vec![refused(&error, text, &whole)])?;
    let mut lowering = Lowering::new(text, 0);
    let body = match &read {
        ast::Stmt::Template(template) => lowering.statements(&template.children),
        other => lowering.statements(std::slice::from_ref(other)),
    };
    let code = code(text, lowering)?;
    Ok(Prose { code, body })
}

fn code(text: &str, lowering: Lowering<'_>) -> Result<Code, Vec<Refusal>> {
    if lowering.found.is_empty() {
        Ok(Code { source: text.to_owned(), paths: lowering.paths })
    } else {
        Err(lowering.found)
    }
}

/// What the parser says, in these bytes of the text.
fn refused(error: &Error, text: &str, inside: &Range<usize>) -> Refusal {
    let range = error.range().map_or(inside.clone(), |range| inside.start + range.start..inside.start + range.end);
    let range = if range.is_empty() || range.end > inside.end { inside.clone() } else { range };
    let message = format!("this is no expression: {}", error.detail().unwrap_or("it cannot be read"));
    let habit = Advice::of_habit(text, range.start);
    Refusal::new(range, message, habit)
}
