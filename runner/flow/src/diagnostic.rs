//! What is wrong with a file, and where: for a person who has to correct it.

use std::borrow::Cow;
use std::ops::Range;

use connector_sdk::{Violation, limits};
use serde::Serialize;
use serde_json::Value;

use crate::codes::Code;
use crate::document::{Document, Span};

/// One thing that is wrong, or doubtful, in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The stable code, in `snake_case`.
    pub code: Cow<'static, str>,
    /// Whether the file can be run nevertheless.
    pub severity: Severity,
    /// A sentence for people.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// JSON Pointer of the value.
    pub pointer: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The bytes of the file that are meant.
    pub span: Range<usize>,
}

impl Diagnostic {
    /// What a check against a schema found in this document.
    pub fn of_violation(violation: Violation, document: &Document) -> Self {
        let span = span_of_violation(&violation, document);
        Self { code: violation.rule, ..Self::error(Code::INVALID_INPUT, &violation.pointer, span, violation.message) }
    }

    /// An error at this place.
    pub(crate) fn error(code: Code, pointer: &str, span: Span, message: impl Into<String>) -> Self {
        Self {
            code: code.word().into(),
            severity: Severity::Error,
            message: message.into(),
            fix: None,
            pointer: pointer.to_owned(),
            line: span.line,
            column: span.column,
            span: span.range,
        }
    }
}

/// A key that is not known is itself what is meant; anything else is a matter of the value.
fn span_of_violation(violation: &Violation, document: &Document) -> Span {
    match &*violation.rule {
        "unknown_field" | "unknown_key" => document.locate_key(&violation.pointer),
        _ => document.locate(&violation.pointer),
    }
}

/// Whether a file can be run nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, and it may not do what was meant.
    Warning,
}

/// Where in a document something was found.
#[derive(Clone, Debug)]
pub(crate) enum Place<'a> {
    /// The value with this pointer.
    Value(&'a str),
    /// The key of the value with this pointer.
    Key(&'a str),
    /// A part of the text with this pointer, by the bytes of the text's value.
    Within(&'a str, Range<usize>),
}

impl Place<'_> {
    fn pointer(&self) -> &str {
        match self {
            Self::Value(pointer) | Self::Key(pointer) | Self::Within(pointer, _) => pointer,
        }
    }

    fn span(&self, document: &Document) -> Span {
        match self {
            Self::Value(pointer) => document.locate(pointer),
            Self::Key(pointer) => document.locate_key(pointer),
            Self::Within(pointer, range) => document.locate_within(pointer, range),
        }
    }
}

/// Collects what is found in one document, up to [`limits::VIOLATIONS`].
pub(crate) struct Findings<'d> {
    document: &'d Document,
    found: Vec<Diagnostic>,
    errors: bool,
    left_out: usize,
}

impl<'d> Findings<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self { document, found: Vec::new(), errors: false, left_out: 0 }
    }

    /// Something that has to be corrected.
    pub(crate) fn error(&mut self, code: Code, place: Place<'_>, message: impl Into<String>, fix: Fix) {
        self.errors = true;
        self.add(Severity::Error, code, place, message.into(), fix);
    }

    /// Something that is doubtful.
    pub(crate) fn warning(&mut self, code: Code, place: Place<'_>, message: impl Into<String>, fix: Fix) {
        self.add(Severity::Warning, code, place, message.into(), fix);
    }

    #[expect(clippy::needless_pass_by_value, reason = "a place is made where it is told")]
    fn add(&mut self, severity: Severity, code: Code, place: Place<'_>, message: String, fix: Fix) {
        if self.is_full() {
            self.left_out += 1;
            return;
        }
        let error = Diagnostic::error(code, place.pointer(), place.span(self.document), shortened(message));
        self.found.push(Diagnostic { severity, fix, ..error });
    }

    /// Whether what is found from now on is only counted, so that nobody needs to look for a fix.
    pub(crate) fn is_full(&self) -> bool {
        self.found.len() == limits::VIOLATIONS
    }

    /// The file that is looked at.
    pub(crate) fn file(&self) -> &'d Value {
        self.document.value()
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.errors
    }

    /// Everything, in the order of the file.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|diagnostic| diagnostic.span.start);
        if self.left_out > 0 {
            let message = format!("there is more: {} findings are not shown", self.left_out);
            let severity = if self.errors { Severity::Error } else { Severity::Warning };
            let more = Diagnostic::error(Code::MORE, "", self.document.locate(""), message);
            self.found.push(Diagnostic { severity, ..more });
        }
        self.found
    }
}

/// A message without the rest of what is much too long: the file may hold a name of a megabyte.
fn shortened(mut message: String) -> String {
    const LONGEST: usize = 2_000;
    if let Some((end, _)) = message.char_indices().nth(LONGEST) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// What to do about a finding, where more can be said than the message says.
pub(crate) type Fix = Option<String>;

/// "Did you mean …?", or else what there is to choose from.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Fix {
    if let Some(near) = connector_sdk::nearest(word, known.clone()) {
        return Some(format!("did you mean {near:?}?"));
    }
    const SHOWN: usize = 30;
    let more = if known.clone().nth(SHOWN).is_some() { ", …" } else { "" };
    let known: Vec<&str> = known.take(SHOWN).collect();
    (!known.is_empty()).then(|| format!("known are {}{more}", known.join(", ")))
}
