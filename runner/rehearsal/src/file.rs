//! A test file: read, with everything that is wrong with it told at its place.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use connector_sdk::{Schema, Violation, pointer_to};
use runner_flow::{Diagnostic, Document, Timestamp, parse_duration};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::expectation::Expectation;
use crate::mock::{Answer, AnswerText, Mock, MockText};
use crate::mock_error::MockError;

/// When a case begins that does not say: frozen, so that a test is the same on every day.
const BEGINNING: &str = "2026-01-01T00:00:00Z";

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::new(crate::schema()));

/// A test file as it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileText {
    /// Where the schema of test files is, for editors.
    #[serde(rename = "$schema")]
    #[expect(dead_code, reason = "it is for editors")]
    schema: Option<String>,
    /// The flow's file, seen from this one, such as ./support.linkwork.json.
    flow: String,
    /// A recording of the flow, seen from this file. Steps that are not mocked are answered out of it.
    recording: Option<String>,
    /// What is tried.
    #[schemars(length(min = 1))]
    cases: Vec<CaseText>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct CaseText {
    /// What the case shows, in words. Unique in the file.
    #[schemars(length(min = 1))]
    name: String,
    /// The flow's input.
    #[serde(default)]
    input: Map<String, Value>,
    /// What the customer has set.
    #[serde(default)]
    config: Map<String, Value>,
    /// When the run begins, such as 2026-01-01T00:00:00Z.
    at: Option<String>,
    /// Signals that somebody sends while it runs.
    #[serde(default)]
    signals: Vec<SignalText>,
    /// What steps are answered, by their ids: one answer for every call, or a list of them.
    #[serde(default)]
    mock: BTreeMap<String, MockText>,
    /// What must come of it.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::expectations")]
    expect: Map<String, Value>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct SignalText {
    /// Its name.
    name: String,
    /// How long after the beginning it comes, such as "5s".
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::duration")]
    after: Option<String>,
    /// What comes with it.
    #[serde(default)]
    data: Value,
}

/// A test file, read.
#[derive(Debug)]
pub struct TestFile {
    document: Document,
    flow: String,
    recording: Option<String>,
    cases: Vec<Case>,
}

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// JSON Pointer of the case in its file.
    pub(crate) pointer: String,
    pub(crate) input: Value,
    pub(crate) config: Value,
    pub(crate) at: Timestamp,
    pub(crate) signals: Vec<SignalAt>,
    pub(crate) mocks: Vec<Mock>,
    pub(crate) expect: Vec<Expectation>,
}

/// A signal, and when it comes.
#[derive(Clone, Debug)]
pub(crate) struct SignalAt {
    pub(crate) name: String,
    pub(crate) after: Duration,
    pub(crate) data: Value,
}

impl TestFile {
    /// Reads a test file.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let document = Document::parse(text)?;
        let tell = |violations: Vec<Violation>| {
            let told = violations.into_iter().map(|violation| Diagnostic::of_violation(violation, &document));
            in_order(told.collect())
        };
        let mut violations = SCHEMA.check(document.value());
        // The only patterns are those of durations, and what is wrong with one the reader says in words.
        violations.retain(|violation| violation.rule != "pattern");
        if !violations.is_empty() {
            return Err(tell(violations));
        }
        let file = FileText::deserialize(document.value())
            .map_err(|error| tell(vec![Violation::new("", "type", error.to_string())]))?;
        let mut reader = Reader::default();
        let cases = file.cases.into_iter().enumerate().map(|(index, case)| reader.case(case, index)).collect();
        if !reader.found.is_empty() {
            return Err(tell(reader.found));
        }
        Ok(Self { flow: file.flow, recording: file.recording, cases, document })
    }

    /// Where the flow is, seen from this file.
    pub fn flow(&self) -> &str {
        &self.flow
    }

    /// Where the recording is, seen from this file.
    pub fn recording(&self) -> Option<&str> {
        self.recording.as_deref()
    }

    pub(crate) fn cases(&self) -> &[Case] {
        &self.cases
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }
}

/// In the order of the file.
pub(crate) fn in_order(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by_key(|diagnostic| diagnostic.span.start);
    found
}

/// Reads what a schema cannot check.
#[derive(Default)]
struct Reader {
    found: Vec<Violation>,
    names: Vec<String>,
}

impl Reader {
    fn case(&mut self, text: CaseText, index: usize) -> Case {
        let pointer = format!("/cases/{index}");
        if self.names.contains(&text.name) {
            let message = format!("a case before this one has the name {:?} too", text.name);
            self.found.push(Violation::new(format!("{pointer}/name"), "duplicate_name", message));
        }
        self.names.push(text.name.clone());
        let at = text.at.as_deref().unwrap_or(BEGINNING);
        let at = Timestamp::parse(at).map_err(|error| error.to_string());
        Case {
            at: self.or_note(at, format!("{pointer}/at"), "moment").unwrap_or_default(),
            signals: self.signals(text.signals, &format!("{pointer}/signals")),
            mocks: self.mocks(&text.mock, &format!("{pointer}/mock")),
            expect: self.expect(&text.expect, &format!("{pointer}/expect")),
            name: text.name,
            input: Value::Object(text.input),
            config: Value::Object(text.config),
            pointer,
        }
    }

    fn signals(&mut self, texts: Vec<SignalText>, pointer: &str) -> Vec<SignalAt> {
        let signals = texts.into_iter().enumerate().map(|(index, text)| {
            let after = self.duration(text.after.as_deref(), &format!("{pointer}/{index}/after"));
            SignalAt { name: text.name, after: after.unwrap_or_default(), data: text.data }
        });
        signals.collect()
    }

    fn mocks(&mut self, texts: &BTreeMap<String, MockText>, pointer: &str) -> Vec<Mock> {
        let mock = |(step, text): (&String, &MockText)| {
            let pointer = pointer_to(pointer, step);
            let is_list = matches!(text, MockText::List(_));
            let answers = text.answers().into_iter().filter_map(|(at, answer)| {
                let times = if is_list { Some(answer.times.unwrap_or(1)) } else { answer.times };
                Some((self.answer(answer, &format!("{pointer}{at}"))?, times))
            });
            Mock { answers: answers.collect(), step: step.clone() }
        };
        texts.iter().map(mock).collect()
    }

    fn answer(&mut self, text: &AnswerText, pointer: &str) -> Option<Answer> {
        let took = self.duration(text.took.as_deref(), &format!("{pointer}/took"));
        let result = match (&text.output, &text.error) {
            (Some(output), None) => Ok(output.clone()),
            (None, Some(error)) => {
                let wait = format!("{pointer}/error/retry_after");
                Err(MockError { retry_after: self.duration(error.retry_after.as_deref(), &wait), text: error.clone() })
            }
            (None, None) => {
                self.note(pointer, "missing_key", "an answer needs \"output\" or \"error\"");
                return None;
            }
            (Some(_), Some(_)) => {
                self.note(pointer, "two_kinds", "an answer has \"output\" or \"error\", not both");
                return None;
            }
        };
        Some(Answer { result, took: took.unwrap_or_default() })
    }

    fn expect(&mut self, texts: &Map<String, Value>, pointer: &str) -> Vec<Expectation> {
        let read = texts.iter().filter_map(|(key, value)| {
            self.or_note(Expectation::read(key, value), pointer_to(pointer, key), "expectation")
        });
        read.collect()
    }

    fn duration(&mut self, text: Option<&str>, pointer: &str) -> Option<Duration> {
        let read = parse_duration(text?).map_err(|error| error.to_string());
        self.or_note(read, pointer.to_owned(), "duration")
    }

    fn or_note<T>(&mut self, read: Result<T, String>, pointer: String, rule: &'static str) -> Option<T> {
        read.map_err(|message| self.found.push(Violation::new(pointer, rule, message))).ok()
    }

    fn note(&mut self, pointer: &str, rule: &'static str, message: &str) {
        self.found.push(Violation::new(pointer, rule, message));
    }
}
