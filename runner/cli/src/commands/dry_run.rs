//! `linkwork run --dry-run`: shows every request of a flow, and sends only those that read.
//!
//! The flow runs as it is, but for two things: a step that fails is let go, so that what does not depend on it is still
//! shown, and nothing is waited for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use connector_sdk::{Effect, ErrorKind};
use runner_engine::{ActionCall, ErrorReport, Hooks, RunEvent, RunEvents, Status, Verdict};
use runner_flow::{Flow, Folder, StepKind};
use serde_json::{Value, json};

use super::run::What;
use crate::app::{App, Keep};
use crate::args::{Format, RunArgs};
use crate::console::Console;
use crate::exit::Exit;
use crate::flow_files::{FlowFolder, folder_of};
use crate::problem::{Problem, Source};

pub(super) async fn run(app: &App, args: &RunArgs, flow: &Flow, what: What) -> Result<Exit, Problem> {
    let folder = Lenient(FlowFolder::of(&args.flow));
    let text = lenient(flow);
    let (flow, findings) = Flow::validate(&text, &folder, &app.registry);
    let Some(flow) = flow else {
        return Err(Problem::Invalid { source: Source::file(&args.flow, text), findings });
    };
    let rehearsal = Arc::new(Rehearsal { console: Arc::clone(&app.console), seen: Mutex::default() });
    let keep = Keep { hooks: Some(Arc::clone(&rehearsal) as _), ..Keep::nothing() };
    app.in_session(folder_of(&args.flow), keep, async |session| {
        let mut request = session.request(what.input, Arc::clone(&rehearsal) as _);
        request.config = what.config;
        request.timeout = args.timeout;
        request.wants_requests = true;
        let report = session.engine.run(Arc::new(flow), request).await?;
        rehearsal.finish();
        match &report.error {
            // Before any step: the input is not what the flow takes.
            Some(error) if error.step.is_none() && report.steps.is_empty() => {
                app.console.say(&app.console.style.failure(&json!(error), None));
                Ok(Exit::of_report(&report))
            }
            _ if report.status == Status::Cancelled => Ok(Exit::Cancelled),
            // Without its connection, no request can be shown.
            _ if report.steps.iter().filter_map(|step| step.error.as_deref()).any(lacks_connection) => {
                Ok(Exit::Connection)
            }
            _ => Ok(Exit::Done),
        }
    })
    .await
}

fn lacks_connection(error: &ErrorReport) -> bool {
    error.code == ErrorKind::InvalidConnection.code()
}

/// A flow whose steps are let go when they fail, and that waits for nothing.
fn lenient(flow: &Flow) -> String {
    let mut file: Value = serde_json::from_str(flow.text()).unwrap_or_default();
    for step in flow.all_steps() {
        let Some(Value::Object(object)) = file.pointer_mut(step.pointer()) else { continue };
        match step.kind() {
            StepKind::Wait(_) => {
                object.retain(|key, _| matches!(key.as_str(), "id" | "description" | "if"));
                object.insert("set".to_owned(), Value::Null);
            }
            StepKind::Break | StepKind::Stop(_) | StepKind::Fail(_) => {}
            _ if object.contains_key("on_error") => {}
            _ => drop(object.insert("on_error".to_owned(), "continue".into())),
        }
    }
    file.to_string()
}

/// The flows that the flow runs, all of them lenient.
struct Lenient(FlowFolder);

impl Folder for Lenient {
    fn read(&self, file: &str) -> Result<String, String> {
        let text = self.0.read(file)?;
        // What cannot be read as a flow is told where it is used.
        Ok(Flow::parse_in(&text, &self.0).map_or(text, |flow| lenient(&flow)))
    }
}

/// Withholds what does more than read, and shows everything.
struct Rehearsal {
    console: Arc<Console>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The steps whose requests are not sent.
    withheld: BTreeSet<String>,
    /// What is shown, for machines.
    all: Vec<Value>,
}

impl Rehearsal {
    /// A line about a step and, below it, its request.
    fn show(&self, step: &str, is_sent: Option<bool>, words: &str, what: &Value) {
        let line = json!({ "step": step, "sent": is_sent.unwrap_or(false), "what": what });
        match self.console.format {
            Format::Text => self.console.out(&format!("{words}\n")),
            Format::Jsonl => self.console.line(&line),
            Format::Json => self.seen(|seen| seen.all.push(line)),
        }
    }

    fn finish(&self) {
        if self.console.format == Format::Json {
            self.seen(|seen| self.console.result("", &seen.all));
        }
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Hooks for Rehearsal {
    async fn before(&self, call: &ActionCall) -> Verdict {
        if call.effect == Effect::Read {
            return Verdict::Proceed;
        }
        self.seen(|seen| seen.withheld.insert(call.step.to_string()));
        Verdict::Withhold
    }
}

impl RunEvents for Rehearsal {
    fn emit(&self, event: RunEvent) {
        match event {
            RunEvent::Request { step, request, .. } => {
                let is_sent = self.seen(|seen| !seen.withheld.contains(&*step));
                let word = if is_sent { "sent" } else { "not sent" };
                let words = format!("# {step}: {word}\n{}", request.to_curl());
                self.show(&step, Some(is_sent), &words, &json!({ "request": request }));
            }
            RunEvent::StepFinished { step, error: Some(error), .. }
                if !self.seen(|seen| seen.withheld.contains(&*step)) =>
            {
                let fix = error.fix.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default();
                let words = format!("# {step}: unknown, {}{fix}", error.message).replace('\n', " ");
                self.show(&step, None, &words, &json!({ "unknown": error }));
            }
            _ => {}
        }
    }
}
