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
    pub code: &'static str,
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
        // One that was read back from what a run has written names no rule of this program.
        let code = match violation.rule {
            Cow::Borrowed(rule) => rule,
            Cow::Owned(_) => Code::INVALID_INPUT.word(),
        };
        let (message, fix) = with_fix(violation.message, None);
        Self { code, fix, ..Self::error(Code::INVALID_INPUT, &violation.pointer, span, message) }
    }

    /// An error at this place.
    pub(crate) fn error(code: Code, pointer: &str, span: Span, message: impl Into<String>) -> Self {
        Self {
            code: code.word(),
            severity: Severity::Error,
            message: message.into(),
            fix: code.usual_fix().map(str::to_owned),
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

/// Diagnostics, up to [`limits::VIOLATIONS`]; the rest is counted.
#[derive(Debug, Default)]
pub(crate) struct Bounded {
    found: Vec<Diagnostic>,
    left_out: usize,
}

impl Bounded {
    /// Adds one, which is only made if there is room for it.
    pub(crate) fn add(&mut self, make: impl FnOnce() -> Diagnostic) {
        if self.is_full() {
            self.left_out += 1;
        } else {
            self.found.push(make());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn is_full(&self) -> bool {
        self.found.len() == limits::VIOLATIONS
    }

    /// Everything, in the order of the file, and at its end how much more there is.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|diagnostic| diagnostic.span.start);
        if self.left_out > 0 {
            let message = format!("there is more: {} findings are not shown", self.left_out);
            let start = Span { line: 1, column: 1, range: 0..0 };
            self.found.push(Diagnostic::error(Code::MORE, "", start, message));
        }
        self.found
    }
}

/// Collects what is found in one document.
pub(crate) struct Findings<'d> {
    document: &'d Document,
    found: Bounded,
    errors: bool,
}

impl<'d> Findings<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self::beside(document, Bounded::default())
    }

    /// The same, where reading the document has found something already.
    pub(crate) fn beside(document: &'d Document, found: Bounded) -> Self {
        Self { document, errors: !found.is_empty(), found }
    }

    /// Something that has to be corrected.
    pub(crate) fn error(&mut self, code: Code, place: Place<'_>, message: impl Into<String>, fix: Fix) {
        self.tell(Severity::Error, code, place, message, fix);
    }

    /// Something that is doubtful.
    pub(crate) fn warning(&mut self, code: Code, place: Place<'_>, message: impl Into<String>, fix: Fix) {
        self.tell(Severity::Warning, code, place, message, fix);
    }

    /// Something that is the one or the other.
    #[expect(clippy::needless_pass_by_value, reason = "a place is made where it is told")]
    pub(crate) fn tell(
        &mut self,
        severity: Severity,
        code: Code,
        place: Place<'_>,
        message: impl Into<String>,
        fix: Fix,
    ) {
        self.errors |= severity == Severity::Error;
        let document = self.document;
        self.found.add(|| {
            let (message, fix) = with_fix(message.into(), fix);
            let error = Diagnostic::error(code, place.pointer(), place.span(document), shortened(message));
            Diagnostic { severity, fix: fix.or(error.fix), ..error }
        });
    }

    /// Counts so many errors more, for which there is no room.
    pub(crate) fn leave_out(&mut self, count: usize) {
        self.errors = true;
        self.found.left_out += count;
    }

    /// Whether what is found from now on is only counted, so that nobody needs to look for a fix.
    pub(crate) fn is_full(&self) -> bool {
        self.found.is_full()
    }

    /// The file that is looked at.
    pub(crate) fn file(&self) -> &'d Value {
        self.document.value()
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.errors
    }

    /// Everything, in the order of the file.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let mut found = self.found.finish();
        // A file that is only doubtful stays so, however much of that there is.
        found.iter_mut().filter(|one| !self.errors && one.code == Code::MORE.word()).for_each(|more| {
            more.severity = Severity::Warning;
        });
        found
    }
}

/// How a sentence goes on that says what to do.
const FIXES: [&str; 7] = ["did you mean ", "known are ", "write ", "take ", "put ", "use ", "if the API knows it, "];

/// The message and what to do, where the message itself ends with that.
fn with_fix(mut message: String, fix: Fix) -> (String, Fix) {
    let own = message.rfind("; ").filter(|at| FIXES.iter().any(|begin| message[at + 2..].starts_with(begin)));
    match (fix, own) {
        (None, Some(at)) => {
            let fix = message.split_off(at);
            (message, Some(fix[2..].to_owned()))
        }
        (fix, _) => (message, fix),
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
