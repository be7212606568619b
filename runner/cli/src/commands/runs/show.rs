//! `linkwork runs show`: what a run was started with, what its steps did, and what it came to.

use std::fmt::Write as _;

use connector_sdk::nearest;
use runner_engine::{RetryRecord, RunHistory, UnderWay};
use runner_flow::StepRecord;
use serde_json::json;

use super::list::{moment, stands};
use crate::again;
use crate::app::App;
use crate::console::{pretty, shown};
use crate::exit::Exit;
use crate::kept::{Kept, is_open, report_of};
use crate::live::tally::{counted, in_words};
use crate::problem::Problem;
use crate::table::table;
use crate::words::named;

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
    let over = history.steps.iter().map(over);
    let rows: Vec<[String; 5]> = over.chain(history.under_way.iter().map(under_way)).collect();
    words.push_str(&table(&rows, "  "));
    words.push_str(&end(app, history));
    words
}

fn head(history: &RunHistory) -> String {
    let info = &history.info;
    let mut words = format!("{}  {}  {}\n", info.run, info.flow, stands(info));
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

/// A step that is over: its name, what it is, how it ended, how long it took, and how often it was tried or why not.
fn over(step: &StepRecord) -> [String; 5] {
    let took = in_words(step.finished.since(step.started));
    let tried = (step.kind == "action").then(|| counted(step.attempts.into(), "attempt"));
    let error = step.error.as_ref().map(|error| error.code.to_string());
    let more: Vec<String> = tried.into_iter().chain(error).collect();
    [step.key.to_string(), step.kind.to_string(), step.status.code().to_owned(), took, more.join(", ")]
}

fn under_way(step: &UnderWay) -> [String; 5] {
    let does = match (&step.action, &step.signal, &step.until) {
        (Some(action), ..) => format!("calls {action}"),
        (None, Some(signal), Some(until)) => format!("waits for the signal {signal:?} until {until}"),
        (None, Some(signal), None) => format!("waits for the signal {signal:?}"),
        (None, None, Some(until)) => format!("waits until {until}"),
        (None, None, None) => "is under way".to_owned(),
    };
    let since = format!("{does} since {}", moment(step.since));
    [step.step.clone(), since, String::new(), String::new(), String::new()]
}

/// What the run came to, or how it goes on.
fn end(app: &App, history: &RunHistory) -> String {
    let info = &history.info;
    if is_open(info) {
        let resume = again::with_connections(&app.global, &["runs", "resume", &info.run]);
        return match info.left {
            true => format!("\nit is not over, and its process is gone; this goes on: {resume}\n"),
            false => "\nit is not over; another process goes on with it\n".to_owned(),
        };
    }
    let Some(report) = report_of(history.clone()) else { return String::new() };
    match &report.error {
        None => format!("\noutput\n{}\n", indented(&shown(&report.output))),
        Some(error) => {
            let again = again::rerun(&app.as_started(info).global, &report);
            format!("\n{}", app.console.style.failure(&json!(error), again.as_deref()))
        }
    }
}

/// All that is kept of one step.
fn show_step(app: &App, history: &RunHistory, key: &str) -> Result<(), Problem> {
    let Some(record) = history.steps.iter().rev().find(|record| record.key.as_str() == key) else {
        let keys: Vec<&str> = history.steps.iter().map(|record| record.key.as_str()).collect();
        let fix = match nearest(key, keys.iter().copied()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("those that are over are {}", named(keys.iter().copied())),
        };
        return Err(Problem::usage(format!("no step {key:?} of the run is over"), fix));
    };
    let retries: Vec<&RetryRecord> = history.retries.iter().filter(|retry| retry.step == key).collect();
    let mut words = table(&[over(record)], "");
    for retry in &retries {
        let wait = in_words(retry.until.since(retry.at));
        let _ = writeln!(words, "  {} {}: {}; waited {wait}", moment(retry.at), retry.code, retry.reason);
    }
    match &record.error {
        Some(error) => words.push_str(&app.console.style.failure(&json!(error), None)),
        None => words.push_str(&format!("\noutput\n{}\n", indented(&shown(&record.output)))),
    }
    app.console.result(&words, &json!({ "step": record, "retries": retries }));
    Ok(())
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
