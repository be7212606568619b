//! From text to a syntax tree. Whatever JSON itself does not allow is refused.

use std::ops::Range;

use jsonc_parser::ast::Value as Ast;
use jsonc_parser::errors::{ParseError, ParseErrorKind as Kind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;

use super::places::Lines;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;

/// Written out, so that a leniency that is new does not come in unseen.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

const HALF: &str = "this escape is no character, or only half of one";
const WHOLE: &str = "write both halves, such as \\ud83d\\ude00, or the character itself";

/// The syntax tree of JSON.
pub(super) fn parse<'a>(text: &'a str, lines: &Lines) -> Result<Ast<'a>, Vec<Diagnostic>> {
    if let Some(wrong) = refuse_beginning(text, lines) {
        return Err(vec![wrong]);
    }
    let ast = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| refuse(text, lines, &error))?;
    // The tree's parser lets through what it holds for harmless, such as control characters in strings.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(refuse_strictly(text, lines, &error));
    }
    ast.value.ok_or_else(|| {
        let span = lines.span(text, 0..text.len().min(1));
        vec![Diagnostic::error(Code::SYNTAX, "", span, "the file is empty")]
    })
}

fn refuse(text: &str, lines: &Lines, error: &ParseError) -> Vec<Diagnostic> {
    let range = error.range();
    let is_half = error.kind().to_string().contains("unicode escape");
    let message = match error.kind() {
        Kind::TrailingCommasNotAllowed => "there is a comma after the last item".to_owned(),
        Kind::CommentsNotAllowed => "comments are not allowed".to_owned(),
        Kind::ExpectedComma => "a comma is missing before this".to_owned(),
        Kind::ExpectedColonAfterObjectKey => "a colon is missing after this key".to_owned(),
        Kind::ExpectedObjectValue => "a value is missing after this key".to_owned(),
        Kind::ExpectedStringObjectProperty => "a key has to stand in double quotes".to_owned(),
        Kind::SingleQuotedStringsNotAllowed => "text has to stand in double quotes".to_owned(),
        Kind::MultipleRootJsonValues => "there is more after the end of the JSON".to_owned(),
        Kind::UnterminatedArray => "this list is never closed".to_owned(),
        Kind::UnterminatedObject => "this object is never closed".to_owned(),
        Kind::String(_) if is_half => HALF.to_owned(),
        Kind::UnexpectedWord => "this word is not JSON; text has to stand in double quotes".to_owned(),
        other => lower_first(&other.to_string()),
    };
    let fix = match error.kind() {
        Kind::TrailingCommasNotAllowed => Some("take the comma away".to_owned()),
        Kind::CommentsNotAllowed => Some("use \"description\" for what people should know".to_owned()),
        Kind::String(_) if is_half => Some(WHOLE.to_owned()),
        Kind::String(_) => Some("close the text with a double quote; within it, write \\\\ for a backslash".to_owned()),
        Kind::ExpectedComma => Some("write a comma between two items or entries".to_owned()),
        Kind::ExpectedColonAfterObjectKey => Some("write \"key\": value".to_owned()),
        Kind::UnterminatedArray => Some("close it with ]".to_owned()),
        Kind::UnterminatedObject => Some("close it with }".to_owned()),
        _ => None,
    };
    vec![wrong(text, lines, range.start..range.end, message, fix)]
}

fn wrong(text: &str, lines: &Lines, range: Range<usize>, message: String, fix: Option<String>) -> Diagnostic {
    let found = Diagnostic::error(Code::SYNTAX, "", lines.span(text, range), message);
    Diagnostic { fix: fix.or(found.fix), ..found }
}

/// What no parser has a good word for: nothing at all, and a mark that cannot be seen.
fn refuse_beginning(text: &str, lines: &Lines) -> Option<Diagnostic> {
    if text.starts_with('\u{feff}') {
        let message = "the file begins with a byte order mark, which is not JSON".to_owned();
        let fix = Some("save the file as UTF-8 without a byte order mark".to_owned());
        return Some(wrong(text, lines, 0..'\u{feff}'.len_utf8(), message, fix));
    }
    let fix = || Some("begin with { \"linkwork\": 1, … }".to_owned());
    text.trim().is_empty().then(|| wrong(text, lines, 0..0, "the file is empty".to_owned(), fix()))
}

fn refuse_strictly(text: &str, lines: &Lines, error: &serde_json::Error) -> Vec<Diagnostic> {
    let at = lines.offset(text, error.line(), error.column());
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or(&full);
    let (at, message, fix) = match message {
        _ if message.starts_with("control character") => (
            text[at..].find(|c: char| c < ' ').map_or(at, |further| at + further),
            "a control character stands in a text as it is",
            Some("write it as an escape: \\t, \\n, or \\u and four digits".to_owned()),
        ),
        _ if message.contains("surrogate") || message.contains("hex escape") => {
            (text[..at].rfind("\\u").unwrap_or(at), HALF, Some(WHOLE.to_owned()))
        }
        other => (at, other, None),
    };
    vec![wrong(text, lines, at..at, message.to_owned(), fix)]
}

fn lower_first(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
