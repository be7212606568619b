//! From text to a syntax tree. Whatever JSON itself does not allow is refused.

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

/// The syntax tree of JSON.
pub(super) fn parse<'a>(text: &'a str, lines: &Lines) -> Result<Ast<'a>, Vec<Diagnostic>> {
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
        Kind::UnexpectedWord => "this word is not JSON; text has to stand in double quotes".to_owned(),
        other => lower_first(&other.to_string()),
    };
    let fix = match error.kind() {
        Kind::TrailingCommasNotAllowed => Some("take the comma away".to_owned()),
        Kind::CommentsNotAllowed => Some("use \"description\" for what people should know".to_owned()),
        _ => None,
    };
    let diagnostic = Diagnostic::error(Code::SYNTAX, "", lines.span(text, range.start..range.end), message);
    vec![Diagnostic { fix, ..diagnostic }]
}

fn refuse_strictly(text: &str, lines: &Lines, error: &serde_json::Error) -> Vec<Diagnostic> {
    let at = lines.offset(text, error.line(), error.column());
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or(&full);
    vec![Diagnostic::error(Code::SYNTAX, "", lines.span(text, at..at), message)]
}

fn lower_first(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
