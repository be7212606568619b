//! `linkwork runs tail`: follows a run of any process, by reading what its journal tells.
//!
//! It tells the same events as the run itself, but for what nobody keeps: attempts, the pieces of answers, requests, words
//! about the run, and waits that were over before anybody looked.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use runner_engine::{RunEvent, RunEvents as _, RunHistory, UnderWay};
use runner_flow::{ActionStep, Flow, Status, Step, StepKind, StepRecord};
use runner_journal::Journal as _;
use tokio_util::sync::CancellationToken;

use crate::again;
use crate::app::App;
use crate::exit::Exit;
use crate::kept::{Kept, report_of};
use crate::live::Live;
use crate::problem::Problem;
use crate::signals;

/// How often the journal is looked at.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) async fn run(app: &App, name: &str) -> Result<Exit, Problem> {
    let cancel = signals::listen().cancel;
    let kept = Kept::open(app)?;
    let info = kept.find(name).await?;
    match tail(&app.as_started(&info), &kept, &info.run, &cancel).await? {
        Some(exit) => Ok(exit),
        // Whoever looks away cancels nothing.
        None => Ok(Exit::Cancelled),
    }
}

/// Follows a run until it is over. None if somebody does not want to wait for that.
pub(super) async fn tail(
    app: &App,
    kept: &Kept,
    run: &str,
    cancel: &CancellationToken,
) -> Result<Option<Exit>, Problem> {
    let live = Live::of_flow(app, None, true);
    let mut told = Told::default();
    let mut seen = None;
    loop {
        let row = kept.journal.row(run).await.map_err(|error| Problem::journal(&error))?;
        let state = row.map(|row| (row.entries, row.finished));
        if seen != Some(state) {
            seen = Some(state);
            let history = kept.engine.history(run).await?;
            told.news(&history).into_iter().for_each(|event| live.emit(event));
            if let Some(report) = report_of(history) {
                let again = again::rerun(&app.global, &report);
                return live.finish(&report, &*kept.engine.files(run), again).await.map(Some);
            }
        }
        tokio::select! {
            () = cancel.cancelled() => return Ok(None),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// What has been told of a run so far.
#[derive(Default)]
struct Told {
    is_begun: bool,
    begun: HashSet<String>,
    waiting: HashSet<String>,
    retries: usize,
    ended: usize,
    is_over: bool,
}

impl Told {
    /// The events since the last time.
    fn news(&mut self, history: &RunHistory) -> Vec<RunEvent> {
        let mut news = Vec::new();
        let run: Arc<str> = history.info.run.as_str().into();
        let tenant: Arc<str> = history.info.tenant.as_str().into();
        if !std::mem::replace(&mut self.is_begun, true) {
            let (flow, labels) = (Some(history.info.flow.clone()), history.info.labels.clone());
            news.push(RunEvent::RunStarted { run: Arc::clone(&run), tenant: Arc::clone(&tenant), flow, labels });
        }
        self.steps(history, &run, &tenant, &mut news);
        if let Some(result) = history.result.as_ref().filter(|_| !std::mem::replace(&mut self.is_over, true)) {
            let info = &history.info;
            let took = info.finished.unwrap_or(info.created).since(info.created);
            news.push(RunEvent::RunFinished {
                run,
                tenant,
                status: result.status,
                duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                output: (result.status == Status::Succeeded).then(|| Arc::clone(&result.output)),
                error: result.error.clone(),
            });
        }
        news
    }

    fn steps(&mut self, history: &RunHistory, run: &Arc<str>, tenant: &Arc<str>, news: &mut Vec<RunEvent>) {
        let whose = || (Arc::clone(run), Arc::clone(tenant));
        let all = history.steps.len() + usize::try_from(history.steps_left_out).unwrap_or(usize::MAX);
        let fresh = all.saturating_sub(self.ended).min(history.steps.len());
        self.ended = all;
        for retry in history.retries.iter().skip(self.retries) {
            let ((run, tenant), step) = (whose(), retry.step.as_str().into());
            let delay_ms = u64::try_from(retry.until.since(retry.at).as_millis()).unwrap_or(u64::MAX);
            let (code, reason) = (retry.code.clone().into(), retry.reason.clone());
            let before = history.retries.iter().take_while(|other| *other != retry);
            let attempt =
                1 + u32::try_from(before.filter(|other| other.step == retry.step).count()).unwrap_or(u32::MAX);
            self.begin(
                &retry.step,
                action_of(&history.flow, &retry.step),
                (Arc::clone(&run), Arc::clone(&tenant)),
                news,
            );
            news.push(RunEvent::Retry { run, tenant, step, attempt, delay_ms, code, reason });
        }
        self.retries = history.retries.len();
        for record in &history.steps[history.steps.len() - fresh..] {
            // What was never tried has called nothing.
            let action = action_of(&history.flow, record.key.as_str()).filter(|_| record.attempts > 0);
            self.begin(record.key.as_str(), action, whose(), news);
            news.push(finished(record, whose()));
        }
        for open in &history.under_way {
            let is_resting = is_resting(open, history);
            let action = action_of(&history.flow, &open.step).filter(|_| is_resting || open.action.is_some());
            self.begin(&open.step, action, whose(), news);
            if open.action.is_none() && !is_resting && self.waiting.insert(open.step.clone()) {
                let ((run, tenant), step) = (whose(), open.step.as_str().into());
                let (signal, until) = (open.signal.clone(), open.until.map(|until| until.to_string()));
                news.push(RunEvent::Waiting { run, tenant, step, signal, until });
            }
        }
    }

    fn begin(&mut self, step: &str, action: Option<&str>, whose: (Arc<str>, Arc<str>), news: &mut Vec<RunEvent>) {
        if self.begun.insert(step.to_owned()) {
            let (run, tenant) = whose;
            news.push(RunEvent::StepStarted { run, tenant, step: step.into(), action: action.map(str::to_owned) });
        }
    }
}

/// Whether a step waits only for its next attempt, which is told as a retry.
fn is_resting(open: &UnderWay, history: &RunHistory) -> bool {
    history.retries.iter().any(|retry| retry.step == open.step && Some(retry.until) == open.until)
}

/// The action that a step calls, if it calls one.
fn action_of<'f>(flow: &'f Flow, key: &str) -> Option<&'f str> {
    let mut flow = flow;
    let mut step = None;
    for part in key.split('.') {
        step = flow.step(part.split(['~', '[']).next().unwrap_or(part));
        if let Some(StepKind::SubFlow(sub)) = step.map(Step::kind) {
            flow = sub.flow();
        }
    }
    step?.action().map(ActionStep::id)
}

fn finished(record: &StepRecord, (run, tenant): (Arc<str>, Arc<str>)) -> RunEvent {
    RunEvent::StepFinished {
        run,
        tenant,
        step: record.key.as_str().into(),
        status: record.status,
        attempts: if record.kind == "action" { record.attempts } else { 0 },
        duration_ms: u64::try_from(record.finished.since(record.started).as_millis()).unwrap_or(u64::MAX),
        output: (record.status == Status::Succeeded).then(|| Arc::clone(&record.output)),
        error: record.error.as_deref().cloned(),
    }
}
