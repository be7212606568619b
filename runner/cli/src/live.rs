//! A run as it happens: events for machines, and for people the text as it arrives and a word about what is going on.

use std::sync::{Arc, Mutex, PoisonError};

use connector_sdk::{BlobStore, Part};
use runner_engine::{RunEvent, RunEvents, RunReport};
use serde_json::Value;

use crate::args::Format;
use crate::console::{Console, shown};
use crate::exit::Exit;
use crate::files;
use crate::problem::Problem;

/// Shows the events of one run.
pub(crate) struct Live {
    console: Arc<Console>,
    /// The step whose text is the result, and so goes to stdout while it arrives.
    result_of: Option<String>,
    is_single_action: bool,
    /// What has gone to stdout of it.
    streamed: Mutex<String>,
}

impl Live {
    /// For a flow whose result is this step's text, if it is.
    pub(crate) fn of_flow(console: &Arc<Console>, result_of: Option<String>) -> Arc<Self> {
        Arc::new(Self { console: Arc::clone(console), result_of, is_single_action: false, streamed: Mutex::default() })
    }

    /// For a single action.
    pub(crate) fn of_action(console: &Arc<Console>, id: &str) -> Arc<Self> {
        let (console, result_of) = (Arc::clone(console), Some(id.to_owned()));
        Arc::new(Self { console, result_of, is_single_action: true, streamed: Mutex::default() })
    }

    /// Of several answers that arrive together, only the first can be read as it comes.
    fn delta(&self, step: &str, choice: u64, part: &Part) {
        let Part::Content(text) = part else { return };
        if choice == 0 && self.result_of.as_deref() == Some(step) {
            self.console.clear_progress();
            self.streamed.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
            self.console.out(text);
        }
    }

    /// What an attempt that failed has sent is void: the next one begins on a line of its own.
    fn retry(&self, step: &str, code: &str, delay_ms: u64) {
        let mut streamed = self.streamed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.result_of.as_deref() == Some(step) && !std::mem::take(&mut *streamed).is_empty() {
            self.console.out("\n");
        }
        self.console.clear_progress();
        self.console.say(&format!("{step}: {code}, again in {:.1} s", delay_ms as f64 / 1000.0));
    }

    fn show(&self, event: &RunEvent) {
        match event {
            RunEvent::StepStarted { step, action, .. } => {
                self.console.progress(&format!("{step}: {}", action.as_deref().unwrap_or("set")))
            }
            RunEvent::Delta { step, choice, part, .. } => self.delta(step, *choice, part),
            RunEvent::Retry { step, code, delay_ms, .. } => self.retry(step, code, *delay_ms),
            _ => {}
        }
    }

    /// Shows how the run ended, and saves its files.
    pub(crate) async fn finish(&self, report: &RunReport, blobs: &dyn BlobStore) -> Result<Exit, Problem> {
        self.console.clear_progress();
        let streamed = std::mem::take(&mut *self.streamed.lock().unwrap_or_else(PoisonError::into_inner));
        if !streamed.is_empty() && self.console.format == Format::Text {
            self.console.out("\n");
        }
        match self.console.format {
            Format::Text => self.result(report, &streamed),
            Format::Json => self.console.result("", report),
            // The last event has said it.
            Format::Jsonl => {}
        }
        for path in files::save_all(&report.output, blobs).await? {
            self.console.say(&format!("saved {}", path.display()));
        }
        if let Some(failure) = &report.error {
            self.console.say(&self.console.style.failure(&serde_json::json!(failure)));
        }
        Ok(Exit::of_report(report))
    }

    /// The result of a single action that streamed is its text; whoever wants the whole asks for JSON.
    fn result(&self, report: &RunReport, streamed: &str) {
        let is_the_result = match &report.output {
            Value::String(text) => text == streamed,
            _ => self.is_single_action,
        };
        let already_there = !streamed.is_empty() && is_the_result;
        if report.error.is_none() && !already_there && !report.output.is_null() {
            self.console.result(&shown(&report.output), &report.output);
        }
    }
}

impl RunEvents for Live {
    fn emit(&self, event: RunEvent) {
        if let RunEvent::Request { request, .. } = &event {
            self.console.clear_progress();
            self.console.say(&request.to_curl());
        }
        match self.console.format {
            Format::Jsonl => self.console.line(&event),
            Format::Text => self.show(&event),
            Format::Json => {}
        }
    }
}
