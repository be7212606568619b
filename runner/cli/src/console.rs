//! Where a command writes: results to stdout, words for people to stderr. The only place that prints.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::Value;

use crate::args::Format;
use crate::problem::Problem;
use crate::words::{Style, printable};

/// Writes what a command has to say.
pub(crate) struct Console {
    pub(crate) format: Format,
    pub(crate) style: Style,
    /// Whether the reader of stdout has gone, which is no error: the rest goes nowhere.
    closed: AtomicBool,
    /// Whether a result could not be written for any other reason.
    failed: AtomicBool,
    /// Whether a progress line stands on the terminal.
    in_progress: AtomicBool,
}

impl Console {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            style: Style::of_stderr(),
            closed: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            in_progress: AtomicBool::new(false),
        }
    }

    /// The result: text for people, or the value for machines.
    pub(crate) fn result(&self, text: &str, value: &impl Serialize) {
        match self.format {
            Format::Text if text.ends_with('\n') || text.is_empty() => self.out(text),
            Format::Text => self.out(&format!("{text}\n")),
            Format::Json => self.out(&format!("{}\n", pretty(value))),
            Format::Jsonl => self.line(value),
        }
    }

    /// One JSON document on a line of its own.
    pub(crate) fn line(&self, value: &impl Serialize) {
        self.out(&format!("{}\n", serde_json::to_string(value).unwrap_or_default()));
    }

    /// A piece of the result, at once. A pipe gets it as it is; a terminal is not to be steered by it.
    pub(crate) fn out(&self, text: &str) {
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        let mut stdout = io::stdout().lock();
        let text = if stdout.is_terminal() { Cow::from(printable(text)) } else { Cow::from(text) };
        if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            self.closed.store(true, Ordering::Relaxed);
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.failed.store(true, Ordering::Relaxed);
                self.say(&self.style.unwritten(&error));
            }
        }
    }

    /// Whether a result was lost because it could not be written.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Words for people.
    pub(crate) fn say(&self, text: &str) {
        // Nobody is left to be told that nobody listens.
        let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
    }

    /// Words that are overwritten by what comes next. Only a terminal sees them.
    pub(crate) fn progress(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        if stderr.is_terminal() {
            self.in_progress.store(true, Ordering::Relaxed);
            let _ = write!(stderr, "\r\x1b[K{}", self.style.dim(text)).and_then(|()| stderr.flush());
        }
    }

    /// Takes the progress line away, if there is one: on the same screen, anything else is somebody's text.
    pub(crate) fn clear_progress(&self) {
        if self.in_progress.swap(false, Ordering::Relaxed) {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[K").and_then(|()| stderr.flush());
        }
    }

    /// Why a command could not do what was asked, for people and, where they read along, for machines.
    pub(crate) fn problem(&self, problem: &Problem) {
        self.say(&self.style.problem(problem));
        if self.format != Format::Text {
            self.result("", &serde_json::json!({ "error": problem.to_json() }));
        }
    }
}

/// A result for people: text as it is, anything else as JSON.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => pretty(other),
    }
}

/// A value as people read it.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
