//! A run as it happens: events for machines, and for people the text as it arrives and a word about what is going on.

mod progress;
pub(crate) mod tally;
pub(crate) mod words;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use connector_sdk::{BlobStore, Part};
use runner_engine::{RunEvent, RunEvents, RunReport, Status};
use serde_json::Value;

use self::progress::Progress;
use self::tally::{Tally, counted, in_words};
use crate::again;
use crate::app::App;
use crate::args::{Format, Global};
use crate::console::{Console, shown};
use crate::exit::Exit;
use crate::files;
use crate::problem::Problem;

/// How often the lines of what is under way are drawn anew.
const FRAME: Duration = Duration::from_millis(100);
/// Waits that are said of one run.
const PAUSES: usize = 100;

/// Shows the events of one run.
pub(crate) struct Live {
    console: Arc<Console>,
    /// The step whose text is the result, and so goes to stdout while it arrives.
    result_of: Option<String>,
    is_single_action: bool,
    /// What the command was given, if others can reach the run.
    reached_by: Option<Global>,
    /// What comes before words about the run, if there are others beside it.
    name: String,
    /// Whether what is under way stands at the foot of the screen.
    draws: bool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    progress: Progress,
    tally: Tally,
    /// What has gone to stdout of the result.
    streamed: String,
    /// Waits that were said.
    paused: usize,
}

impl Live {
    /// For a flow whose result is this step's text, if it is, and whose runs are kept, if they are.
    pub(crate) fn of_flow(app: &App, result_of: Option<String>, is_kept: bool) -> Arc<Self> {
        let live = Self::new(&app.console, result_of, false, is_kept.then(|| app.global.clone()));
        live.shared()
    }

    /// For one of several runs that go on together: its words name it, and the foot of the screen is nobody's.
    pub(crate) fn among_others(app: &App, run: &str) -> Arc<Self> {
        let live = Self::new(&app.console, None, false, Some(app.global.clone()));
        Arc::new(Self { name: format!("{run} "), draws: false, ..live })
    }

    /// For a single action.
    pub(crate) fn of_action(console: &Arc<Console>, id: &str) -> Arc<Self> {
        Self::new(console, Some(id.to_owned()), true, None).shared()
    }

    fn new(
        console: &Arc<Console>,
        result_of: Option<String>,
        is_single_action: bool,
        reached_by: Option<Global>,
    ) -> Self {
        let (console, draws) = (Arc::clone(console), console.draws());
        let (name, seen) = (String::new(), Mutex::default());
        Self { console, result_of, is_single_action, reached_by, name, draws, seen }
    }

    fn shared(self) -> Arc<Self> {
        let live = Arc::new(self);
        if live.draws {
            tokio::spawn(draw(Arc::downgrade(&live)));
        }
        live
    }

    /// Shows how the run ended, and saves its files. The command that goes on after a failure is said last.
    pub(crate) async fn finish(
        &self,
        report: &RunReport,
        blobs: &dyn BlobStore,
        again: Option<String>,
    ) -> Result<Exit, Problem> {
        let (streamed, tally) = self.seen(|seen| (std::mem::take(&mut seen.streamed), seen.tally));
        self.console.end_line();
        match self.console.format {
            Format::Text => self.result(report, &streamed),
            Format::Json => self.console.result("", report),
            // The last event has said it.
            Format::Jsonl => {}
        }
        for path in files::save_all(&report.output, blobs).await? {
            self.console.say(&format!("saved {}", path.display()));
        }
        self.console.say(&self.summary(report, tally));
        if let Some(failure) = &report.error {
            self.console.say(&self.console.style.failure(&serde_json::json!(failure), again.as_deref()));
        }
        Ok(Exit::of_report(report))
    }

    /// The result of a single action that streamed is its text; whoever wants the whole asks for JSON.
    fn result(&self, report: &RunReport, streamed: &str) {
        let is_the_result = match &*report.output {
            Value::String(text) => text == streamed,
            _ => self.is_single_action,
        };
        let already_there = !streamed.is_empty() && is_the_result;
        if report.error.is_none() && !already_there && !report.output.is_null() {
            self.console.result(&shown(&report.output), &report.output);
        }
    }

    /// How it ended, what it used, and by which name it is found.
    fn summary(&self, report: &RunReport, tally: Tally) -> String {
        let run = if self.is_single_action { String::new() } else { format!("   {}", report.run) };
        let words = format!("{} after {}{run}", words::ended(report.status), tally.words(report.duration));
        self.console.style.dim(&words)
    }

    fn show(&self, event: &RunEvent) {
        match event {
            RunEvent::Delta { step, choice, part, .. } => self.delta(step, *choice, part),
            RunEvent::Retry { step, .. } => {
                self.void(step);
                self.pause(step, event);
            }
            RunEvent::Waiting { run, step, signal: Some(signal), .. } => {
                self.pause(step, event);
                self.tell_how(run, signal);
            }
            // On a screen, it stands at the foot as long as it lasts.
            RunEvent::Waiting { step, .. } if !self.draws => self.pause(step, event),
            RunEvent::Log { message, .. } => self.say(message),
            RunEvent::StepFinished { step, status, attempts, duration_ms, .. } => {
                self.stays(step, *status, *attempts, Duration::from_millis(*duration_ms));
            }
            _ => {}
        }
    }

    /// Of several answers that arrive together, only the first can be read as it comes.
    fn delta(&self, step: &str, choice: u64, part: &Part) {
        let Part::Content(text) = part else { return };
        if choice == 0 && self.result_of.as_deref() == Some(step) {
            self.seen(|seen| seen.streamed.push_str(text));
            self.console.out(text);
        }
    }

    /// What an attempt that failed has sent is void: the next one begins on a line of its own.
    fn void(&self, step: &str) {
        if self.result_of.as_deref() == Some(step) {
            self.seen(|seen| seen.streamed.clear());
            self.console.end_line();
        }
    }

    /// Says why a step pauses, unless that was said of too many.
    fn pause(&self, step: &str, event: &RunEvent) {
        let paused = self.seen(|seen| {
            seen.paused += 1;
            seen.paused
        });
        match words::pause(event) {
            Some(words) if paused <= PAUSES => self.say(&format!("{step}: {words}")),
            Some(_) if paused == PAUSES + 1 => self.console.say("… (further waits are not said)"),
            _ => {}
        }
    }

    /// The command that sends the signal which is waited for.
    fn tell_how(&self, run: &str, signal: &str) {
        if let Some(global) = &self.reached_by {
            let line = again::with_runs(global, &["runs", "signal", run, signal]);
            self.console.say(&format!("  to send it: {line}"));
        }
    }

    /// On a terminal, a line of each step that did something stays.
    fn stays(&self, step: &str, status: Status, attempts: u32, took: Duration) {
        let is_a_turn = step.contains('[');
        let did_something = attempts > 0 || !took.is_zero() || status == Status::Failed;
        if self.draws && !is_a_turn && did_something && !self.is_single_action {
            let tried = if attempts > 1 { format!(", {}", counted(attempts.into(), "attempt")) } else { String::new() };
            let words = format!("{step}  {}, {}{tried}", words::ended(status), in_words(took));
            self.console.say(&self.console.style.dim(&words));
        }
    }

    fn say(&self, words: &str) {
        self.console.say(&format!("{}{words}", self.name));
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl RunEvents for Live {
    fn emit(&self, event: RunEvent) {
        if let RunEvent::Request { request, .. } = &event {
            self.console.say(&request.to_curl());
        }
        self.seen(|seen| {
            seen.progress.follow(&event);
            if let RunEvent::StepFinished { attempts, output, .. } = &event
                && *attempts > 0
            {
                seen.tally.add(*attempts, output.as_deref());
            }
        });
        match self.console.format {
            Format::Jsonl => self.console.line(&event),
            Format::Text => self.show(&event),
            Format::Json => {}
        }
    }
}

/// Draws what is under way until there is nobody left who tells.
async fn draw(live: Weak<Live>) {
    let mut frames = tokio::time::interval(FRAME);
    loop {
        frames.tick().await;
        let Some(live) = live.upgrade() else { return };
        live.console.draw(&live.seen(|seen| seen.progress.shown()));
    }
}
