//! Words for people: what went wrong, where, whose fault it is, and what to do.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use runner_flow::{Diagnostic, Severity};
use serde_json::Value;

use crate::problem::{Problem, Source};

/// What else is known of a failure, and what it is called.
const FACTS: [(&str, &str); 4] = [
    ("status", "status"),
    ("request_id", "request id"),
    ("retry_after_ms", "asks to wait, in ms"),
    ("attempts", "attempts"),
];

/// The most names in a sentence.
const NAMED: usize = 8;

/// Colours, where stderr is a terminal and nobody asked for none.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    colour: bool,
}

impl Style {
    pub(crate) fn of_stderr() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colour: std::io::stderr().is_terminal() && !refused && !dumb }
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.paint("31;1", text)
    }

    fn yellow(self, text: &str) -> String {
        self.paint("33;1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Something doubtful that stops nothing.
    pub(crate) fn warning(self, message: &str) -> String {
        format!("{} {}", self.yellow("warning:"), printable(message))
    }

    /// A result that was lost on its way out.
    pub(crate) fn unwritten(self, error: &std::io::Error) -> String {
        self.error("stdout", &format!("the result cannot be written: {error}"), None)
    }

    /// Why a command could not do what was asked.
    pub(crate) fn problem(self, problem: &Problem) -> String {
        match problem {
            Problem::Usage { message, fix } => self.error("usage", message, Some(fix)),
            Problem::File { message, .. } => self.error("file", message, None),
            Problem::Journal { message, fix } => self.error("journal", message, Some(fix)),
            Problem::Invalid { source, findings } => self.findings(source, findings),
            Problem::Error(error) => self.failure(&serde_json::json!(error), None),
        }
    }

    /// A failure in its JSON shape, which a step's and a command's share, and the command that goes on from there.
    pub(crate) fn failure(self, failure: &Value, again: Option<&str>) -> String {
        let text = |key: &str| failure.get(key).and_then(Value::as_str);
        let mut words = self.error(text("code").unwrap_or("error"), text("message").unwrap_or_default(), None);
        let facts: Vec<String> = FACTS.iter().filter_map(|(key, name)| fact(name, failure.get(*key)?)).collect();
        if !facts.is_empty() {
            let _ = writeln!(words, "  {}", self.dim(&facts.join("   ")));
        }
        if let Some(whose) = text("origin").and_then(whose_fault) {
            let step = text("step").map(|step| format!(" in the step {}", printable(step))).unwrap_or_default();
            let place = |key: &str| failure.get(key).and_then(Value::as_u64);
            let place = place("line").zip(place("column"));
            let place = place.map(|(line, column)| format!(", line {line}, column {column}")).unwrap_or_default();
            let _ = writeln!(words, "  whose fault: {whose}{step}{place}");
        }
        if let Some(fix) = text("fix") {
            let _ = writeln!(words, "  what to do: {}", printable(fix));
        }
        if let Some(again) = again {
            let _ = writeln!(words, "  to go on: {again}");
        }
        words
    }

    fn error(self, code: &str, message: &str, fix: Option<&str>) -> String {
        let mut words = format!("{} {}\n", self.red(&format!("error[{code}]:")), printable(message));
        if let Some(fix) = fix {
            let _ = writeln!(words, "  what to do: {}", printable(fix));
        }
        words
    }

    /// Everything that was found in a text, each with the line it is in.
    pub(crate) fn findings(self, source: &Source, findings: &[Diagnostic]) -> String {
        findings.iter().map(|finding| self.finding(source, finding)).collect::<Vec<_>>().join("\n")
    }

    fn finding(self, source: &Source, finding: &Diagnostic) -> String {
        let head = match finding.severity {
            Severity::Error => self.red(&format!("error[{}]:", finding.code)),
            Severity::Warning => self.yellow(&format!("warning[{}]:", finding.code)),
        };
        let mut words = format!("{head} {}\n", printable(&finding.message));
        let _ = writeln!(words, "  {} {}:{}:{}", self.dim("-->"), source.name, finding.line, finding.column);
        words.push_str(&self.excerpt(source, finding));
        if let Some(fix) = &finding.fix {
            let _ = writeln!(words, "  what to do: {}", printable(fix));
        }
        words
    }

    /// The line, cut to a screen's width around the place, and marks under the place.
    fn excerpt(self, source: &Source, finding: &Diagnostic) -> String {
        const BEFORE: usize = 40;
        const WIDTH: usize = 100;
        let Some(line) = source.text.lines().nth(finding.line.saturating_sub(1)) else { return String::new() };
        let column = finding.column.saturating_sub(1);
        let from = if column < WIDTH { 0 } else { column - BEFORE };
        let shown: String = line.chars().skip(from).take(WIDTH).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let marked = source.text.get(finding.span.clone()).and_then(|text| text.lines().next()).unwrap_or_default();
        let room = shown.chars().count().saturating_sub(column - from);
        let marks = "^".repeat(marked.chars().count().clamp(1, room.max(1)));
        let number = finding.line.to_string();
        let margin = " ".repeat(number.len());
        format!("  {number} | {shown}\n  {margin} | {}{}\n", " ".repeat(column - from), self.red(&marks))
    }
}

/// Text from outside, without what could steer the terminal. Line breaks and tabs stay.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

/// Names in a sentence, and how many more there are.
pub(crate) fn named<'n>(names: impl Iterator<Item = &'n str> + Clone) -> String {
    let first: Vec<&str> = names.clone().take(NAMED).collect();
    let more = names.count() - first.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", first.join(", "))
}

/// Who can do something about a failure. Cancelling is nobody's fault.
fn whose_fault(origin: &str) -> Option<&str> {
    Some(match origin {
        "input" => "whoever wrote the input",
        "expression" => "whoever wrote the expression",
        "flow" => "the flow, which says that this is a failure",
        "connection" => "whoever set up the connection",
        "provider" => "the provider",
        "connector" => "the connector's code",
        "runtime" => "nobody, it is a bound of this runtime",
        "host" => "the machine that this runs on, or how it is set up",
        "cancelled" => return None,
        other => other,
    })
}

fn fact(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(value) => Some(format!("{name}: {}", printable(value))),
        Value::Number(value) => Some(format!("{name}: {value}")),
        _ => None,
    }
}
