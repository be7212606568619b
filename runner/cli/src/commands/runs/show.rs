//! `linkwork runs show`: what a run was started with, what its steps did, and what it came to.

use std::fmt::Write as _;

use connector_sdk::nearest;
use runner_engine::{RetryRecord, RunHistory, UnderWay};
use runner_flow::StepRecord;
use serde_json::json;

use super::list::moment;
use crate::again;
use crate::app::App;
use crate::console::{pretty, shown};
use crate::exit::Exit;
use crate::kept::{Kept, is_open, report_of};
use crate::live::tally::{counted, in_words};
use crate::problem::Problem;

pub(crate) async fn run(app: &App, name: &str, step: Option<&str>) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let history = kept.engine.history(&kept.find(name).await?.run).await?;
    match step {
        Some(step) => show_step(app, &history, step)?,
        None => app.console.result(&page(app, &history), &history),
    }
    Ok(Exit::Done)
}

fn page(app: &App, history: &RunHistory) -> String {
    let mut words = head(history);
    let _ = writeln!(words, "\ninput\n{}", indented(&pretty(&history.input)));
    if history.config.as_object().is_some_and(|config| !config.is_empty()) {
        let _ = writeln!(words, "\nconfig\n{}", indented(&pretty(&history.config)));
    }
    let _ = writeln!(words, "\nsteps");
    if history.steps_left_out > 0 {
        let _ = writeln!(words, "  … {} before these", history.steps_left_out);
    }
    history.steps.iter().for_each(|step| words.push_str(&step_line(step)));
    history.under_way.iter().for_each(|step| words.push_str(&open_line(step)));
    words.push_str(&end(app, history));
    words
}

fn head(history: &RunHistory) -> String {
    let info = &history.info;
    let mut words = format!("{}  {}  {}\n", info.run, info.flow, info.status.code());
    let _ = write!(words, "started {}", moment(info.created));
    if let Some(finished) = info.finished {
        let _ = write!(words, ", took {}", in_words(finished.since(info.created)));
    }
    words.push('\n');
    let labels = info.labels.iter().map(|(name, value)| format!("label {name}={value}"));
    let others = [("key", &info.key), ("repeats", &info.parent)];
    let others = others.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
    others.chain(labels).for_each(|line| words.push_str(&format!("{line}\n")));
    words
}

fn step_line(step: &StepRecord) -> String {
    let took = in_words(step.finished.since(step.started));
    let tried =
        if step.kind == "action" { format!(", {}", counted(step.attempts.into(), "attempt")) } else { String::new() };
    let mut line = format!("  {}  {}  {}, {took}{tried}\n", step.key, step.kind, step.status.code());
    if let Some(error) = &step.error {
        let _ = writeln!(line, "    {}: {}", error.code, error.message);
    }
    line
}

fn open_line(step: &UnderWay) -> String {
    let does = match (&step.action, &step.signal, &step.until) {
        (Some(action), ..) => format!("calls {action}"),
        (None, Some(signal), Some(until)) => format!("waits for the signal {signal:?} until {until}"),
        (None, Some(signal), None) => format!("waits for the signal {signal:?}"),
        (None, None, Some(until)) => format!("waits until {until}"),
        (None, None, None) => "is under way".to_owned(),
    };
    format!("  {}  {does} since {}\n", step.step, moment(step.since))
}

/// What the run came to, or how it goes on.
fn end(app: &App, history: &RunHistory) -> String {
    let info = &history.info;
    if is_open(info) {
        let resume = again::with_runs(&app.global, &["runs", "resume", &info.run]);
        return format!("\nit is not over; if its process is gone, this goes on: {resume}\n");
    }
    let Some(report) = report_of(history.clone()) else { return String::new() };
    match &report.error {
        None => format!("\noutput\n{}\n", indented(&shown(&report.output))),
        Some(error) => {
            let again = again::rerun(&app.global, &report);
            format!("\n{}", app.console.style.failure(&json!(error), again.as_deref()))
        }
    }
}

/// All that is kept of one step.
fn show_step(app: &App, history: &RunHistory, key: &str) -> Result<(), Problem> {
    let Some(record) = history.steps.iter().rev().find(|record| record.key.as_str() == key) else {
        let keys = history.steps.iter().map(|record| record.key.as_str());
        let fix = nearest(key, keys)
            .map_or("look at the steps without --step".to_owned(), |near| format!("did you mean {near:?}?"));
        return Err(Problem::usage(format!("no step {key:?} of the run is over"), fix));
    };
    let retries: Vec<&RetryRecord> = history.retries.iter().filter(|retry| retry.step == key).collect();
    let mut words = step_line(record);
    for retry in &retries {
        let wait = in_words(retry.until.since(retry.at));
        let _ = writeln!(words, "    {} {}: {}; waited {wait}", moment(retry.at), retry.code, retry.reason);
    }
    if let Some(error) = &record.error {
        words.push_str(&app.console.style.failure(&json!(error), None));
    }
    let _ = writeln!(words, "output\n{}", indented(&shown(&record.output)));
    app.console.result(&words, &json!({ "step": record, "retries": retries }));
    Ok(())
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
