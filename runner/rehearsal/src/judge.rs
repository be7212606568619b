//! Holds what came of a case against what it expects.

use std::time::Duration;

use connector_sdk::pointer_to;
use runner_flow::{Document, Status};
use serde_json::{Value, json};

use crate::clock_driver::{Ran, StepRan};
use crate::compare::differences;
use crate::expectation::{Aspect, Expectation, Kind};
use crate::file::Case;
use crate::path::Path;
use crate::report::{CaseReport, Complaint, Verdict};
use crate::step_name::means;

/// What came of a case.
pub(crate) fn judge(case: &Case, ran: &Ran, document: &Document) -> CaseReport {
    let mut judge = Judge { case, ran, document, complaints: Vec::new() };
    judge.problems();
    if !case.expect.iter().any(Expectation::is_of_ending) {
        judge.status(&case.pointer, &json!(Status::Succeeded.code()));
    }
    case.expect.iter().for_each(|expectation| judge.expectation(expectation));
    let complaints = judge.complaints;
    CaseReport {
        name: case.name.clone(),
        line: document.locate(&case.pointer).line,
        verdict: if complaints.is_empty() { Verdict::Passed } else { Verdict::Failed },
        virtual_ms: u64::try_from(ran.took.as_millis()).unwrap_or(u64::MAX),
        complaints,
    }
}

/// What is said of a case in which the program or a connector panicked.
pub(crate) fn panicked(case: &Case, document: &Document) -> CaseReport {
    let place = document.locate(&case.pointer);
    let complaint = Complaint {
        line: place.line,
        column: place.column,
        path: "run".to_owned(),
        message: "it panicked".to_owned(),
        expected: None,
        found: None,
        fix: Some("this is a defect of the connector or of the program; report it with the flow".to_owned()),
    };
    CaseReport {
        name: case.name.clone(),
        line: place.line,
        verdict: Verdict::Failed,
        virtual_ms: 0,
        complaints: vec![complaint],
    }
}

struct Judge<'a> {
    case: &'a Case,
    ran: &'a Ran,
    document: &'a Document,
    complaints: Vec<Complaint>,
}

impl Judge<'_> {
    fn problems(&mut self) {
        for problem in &self.ran.seen.problems {
            self.complain(&self.case.pointer, "run", problem.message.clone(), Some(problem.fix.clone()));
        }
    }

    fn expectation(&mut self, expectation: &Expectation) {
        let at = pointer_to(&format!("{}/expect", self.case.pointer), &expectation.key);
        let key = &expectation.key;
        match &expectation.kind {
            Kind::Status(status) => self.status(&at, status),
            Kind::Output(path, value) => self.value(&at, key, value, path.follow(&self.ran.output)),
            Kind::Error(path, value) => self.value(&at, key, value, path.follow(&self.ran.error)),
            Kind::Step { step, aspect, path, value } => self.step(&at, key, step, *aspect, path, value),
            Kind::Called(steps) => self.called(&at, key, steps, true),
            Kind::NotCalled(steps) => self.called(&at, key, steps, false),
            Kind::Duration(expected) if *expected != self.ran.took => self.took(&at, key, "exactly", *expected),
            Kind::DurationAtMost(most) if self.ran.took > *most => self.took(&at, key, "at most", *most),
            Kind::Duration(_) | Kind::DurationAtMost(_) => {}
        }
    }

    /// An ending that is not the expected one is told with the error that led to it.
    fn status(&mut self, at: &str, expected: &Value) {
        let found = json!(self.ran.status.code());
        if found == *expected {
            return;
        }
        let because = match (self.ran.error["step"].as_str(), self.ran.error["message"].as_str()) {
            (Some(step), Some(message)) => format!(": {step}: {message}"),
            (None, Some(message)) => format!(": {message}"),
            (_, None) => String::new(),
        };
        let message = format!("expected {expected}, found {found}{because}");
        let fix = self.ran.error["fix"].as_str().map(str::to_owned);
        self.complain(at, "status", message, fix);
        self.with_values(Some(expected.clone()), Some(found));
    }

    fn step(&mut self, at: &str, key: &str, step: &str, aspect: Aspect, path: &Path, expected: &Value) {
        let found = match self.only_run_of(step) {
            Ok(found) => found,
            Err((message, fix)) => return self.complain(at, key, message, fix),
        };
        let whole = match (found, aspect) {
            (Some(ran), Aspect::Status) => json!(ran.status.code()),
            (Some(ran), Aspect::Attempts) => json!(ran.attempts),
            (Some(ran), Aspect::Output) => (*ran.output).clone(),
            (Some(ran), Aspect::Error) => ran.error.clone(),
            (Some(ran), Aspect::Input) => self.input_of(&ran.key),
            // A step that no run came by is skipped, as expressions see it too.
            (None, Aspect::Status) => json!("skipped"),
            (None, Aspect::Attempts) => json!(0),
            (None, Aspect::Output | Aspect::Error | Aspect::Input) => Value::Null,
        };
        self.value(at, key, expected, path.follow(&whole));
    }

    /// The run of the step that is meant, if there was one.
    fn only_run_of(&self, step: &str) -> Result<Option<&StepRan>, (String, Option<String>)> {
        let exact = self.ran.steps.iter().find(|ran| ran.key == step);
        let mut meant = self.ran.steps.iter().filter(|ran| means(step, &ran.key));
        match (exact, meant.next(), meant.next()) {
            (Some(exact), _, _) => Ok(Some(exact)),
            (None, first, None) => Ok(first),
            (None, Some(first), Some(_)) => {
                let message = format!("the step {step} ran {} times", 2 + meant.count());
                Err((message, Some(format!("say which is meant, such as {}", first.key))))
            }
            (None, None, Some(_)) => Ok(None),
        }
    }

    /// What the step's action was last called with.
    fn input_of(&self, key: &str) -> Value {
        let call = self.ran.seen.calls.iter().rev().find(|call| call.key == key);
        call.map_or(Value::Null, |call| call.input.clone())
    }

    fn called(&mut self, at: &str, key: &str, steps: &[String], expected: bool) {
        for (index, step) in steps.iter().enumerate() {
            let mut meant = self.ran.steps.iter().filter(|ran| means(step, &ran.key));
            if meant.any(|ran| ran.status != Status::Skipped) != expected {
                let message = match expected {
                    true => format!("expected the step {step} to run; it did not"),
                    false => format!("expected the step {step} not to run; it did"),
                };
                self.complain(&format!("{at}/{index}"), key, message, None);
            }
        }
    }

    fn took(&mut self, at: &str, key: &str, how: &str, expected: Duration) {
        let message = format!("expected {how} {}, found {}", written(expected), written(self.ran.took));
        self.complain(at, key, message, None);
    }

    fn value(&mut self, at: &str, key: &str, expected: &Value, found: Option<&Value>) {
        for difference in differences(key, expected, found) {
            let words = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), excerpt);
            let message = format!("expected {}, found {}", words(&difference.expected), words(&difference.found));
            self.complain(at, &difference.path, message, None);
            self.with_values(difference.expected, difference.found);
        }
    }

    fn complain(&mut self, at: &str, path: &str, message: String, fix: Option<String>) {
        let span = self.document.locate(at);
        let (line, column, path) = (span.line, span.column, path.to_owned());
        self.complaints.push(Complaint { line, column, path, message, expected: None, found: None, fix });
    }

    fn with_values(&mut self, expected: Option<Value>, found: Option<Value>) {
        if let Some(last) = self.complaints.last_mut() {
            (last.expected, last.found) = (expected, found);
        }
    }
}

/// A duration as a test writes it.
fn written(duration: Duration) -> String {
    match (duration.as_secs(), duration.subsec_millis()) {
        (seconds, 0) => format!("{seconds}s"),
        _ => format!("{}ms", duration.as_millis()),
    }
}

/// A value for a sentence.
fn excerpt(value: &Value) -> String {
    const LONGEST: usize = 200;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
