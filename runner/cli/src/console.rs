//! Where a command writes: results to stdout, words for people to stderr. The only place that prints.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

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
    /// Whether stderr is a screen that lines can be drawn on in place.
    draws: bool,
    /// How many lines stand at the foot of the screen until the next are drawn.
    foot: Mutex<usize>,
    /// Whether what was written last to stdout lacks its end of line.
    in_line: AtomicBool,
}

impl Console {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            style: Style::of_stderr(),
            closed: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            // Lines for machines may go to the same screen.
            draws: format != Format::Jsonl && io::stderr().is_terminal() && !is_dumb(),
            foot: Mutex::new(0),
            in_line: AtomicBool::new(false),
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
        if self.closed.load(Ordering::Relaxed) || text.is_empty() {
            return;
        }
        self.above_foot(|| self.write_out(text));
    }

    fn write_out(&self, text: &str) {
        let mut stdout = io::stdout().lock();
        let text = if stdout.is_terminal() { Cow::from(printable(text)) } else { Cow::from(text) };
        self.in_line.store(!text.ends_with('\n'), Ordering::Relaxed);
        if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            self.closed.store(true, Ordering::Relaxed);
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.failed.store(true, Ordering::Relaxed);
                write_words(&self.style.unwritten(&error));
            }
        }
    }

    /// Ends the line of the result, if it has begun one.
    pub(crate) fn end_line(&self) {
        if self.in_line.load(Ordering::Relaxed) {
            self.out("\n");
        }
    }

    /// Whether a result was lost because it could not be written.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Words for people. On a screen that the result goes to as well, they begin on a line of their own.
    pub(crate) fn say(&self, text: &str) {
        if self.draws && io::stdout().is_terminal() {
            self.end_line();
        }
        self.above_foot(|| write_words(text));
    }

    /// Whether stderr is a screen that lines can be drawn on in place.
    pub(crate) fn draws(&self) -> bool {
        self.draws
    }

    /// Draws lines at the foot of the screen, in place of those before. Text that arrives there is not interrupted.
    pub(crate) fn draw(&self, lines: &[String]) {
        if !self.draws || (self.in_line.load(Ordering::Relaxed) && io::stdout().is_terminal()) {
            return;
        }
        let mut foot = self.foot.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.is_empty() && *foot == 0 {
            return;
        }
        // A line that is longer than the screen is wide is cut there: it has to stay one line.
        let drawn: String = lines.iter().map(|line| format!("{}\n", self.style.dim(&printable(line)))).collect();
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "{}\x1b[?7l{drawn}\x1b[?7h", clearing(*foot)).and_then(|()| stderr.flush());
        *foot = lines.len();
    }

    /// Writes where the foot of the screen was.
    fn above_foot(&self, write: impl FnOnce()) {
        let mut foot = self.foot.lock().unwrap_or_else(PoisonError::into_inner);
        if *foot > 0 {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "{}", clearing(*foot)).and_then(|()| stderr.flush());
            *foot = 0;
        }
        write();
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

fn write_words(text: &str) {
    // Nobody is left to be told that nobody listens.
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
}

/// What takes the last lines of a screen away.
fn clearing(lines: usize) -> String {
    if lines == 0 { String::new() } else { format!("\x1b[{lines}A\r\x1b[J") }
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
