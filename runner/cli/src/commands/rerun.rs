//! `linkwork rerun`: a flow again, with what an earlier run of it has done.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector_sdk::Effect;
use runner_engine::{Again, RerunPlan, Reuse, RunHistory, RunStatus, Status};
use runner_flow::{Flow, Step};
use serde_json::Value;

use crate::again;
use crate::app::{App, Keep};
use crate::args::{Format, RerunArgs};
use crate::edited::first_edited;
use crate::exit::Exit;
use crate::flow_files::{self, folder_of, result_of};
use crate::input;
use crate::kept::{self, Kept, is_open};
use crate::live::Live;
use crate::live::tally::counted;
use crate::problem::Problem;
use crate::words::named;

pub(crate) async fn run(app: &App, args: &RerunArgs) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let info = kept.find(&args.run).await?;
    if is_open(&info) {
        let fix = format!(
            "wait for its end, or go on with it: {}",
            again::with_runs(&app.global, &["runs", "resume", &info.run])
        );
        return Err(Problem::usage(format!("the run {} is not over", info.run), fix));
    }
    let history = kept.engine.history(&info.run).await?;
    let (flow, file) = flow_of(app, args, &history)?;
    if let Some(step) = &args.from {
        flow_files::has_step(&flow, step)?;
    }
    let input = input_of(app, args, &history, &flow)?;
    let reuse = Reuse { run: info.run.clone(), from: from(args, &input, &history, &flow) };
    let folder = file.as_deref().map_or(Path::new(""), folder_of);
    app.in_session(folder, Keep::runs(Arc::clone(&kept.journal)), async |session| {
        let plan = session.engine.plan_rerun(&flow, &reuse).await?;
        tell(app, &plan, &history);
        agree(app, &plan, args.yes)?;
        let live = Live::of_flow(app, result_of(&flow), true);
        let mut request = session.request(input, Arc::clone(&live) as _);
        request.config = history.config.clone();
        request.timeout = args.timeout;
        request.labels.extend(kept::own_labels(&info));
        request.labels.extend(file.as_deref().and_then(kept::file_label));
        request.reuse = Some(reuse);
        let report = session.engine.run(flow, request).await?;
        live.finish(&report, &*session.engine.files(&report.run), again::rerun(&app.global, &report)).await
    })
    .await
}

/// The flow that is named, or the file of the run if it is where it was, or else what was stored with the run.
fn flow_of(app: &App, args: &RerunArgs, history: &RunHistory) -> Result<(Arc<Flow>, Option<PathBuf>), Problem> {
    let known = history.info.labels.get(kept::FILE).map(PathBuf::from);
    let file = args.flow.clone().or(known.filter(|file| file.is_file()));
    match file {
        Some(file) => Ok((Arc::new(flow_files::load(app, &file)?), Some(file))),
        None => {
            app.console.say("with the flow as it was stored with the run");
            Ok((Arc::clone(&history.flow), None))
        }
    }
}

fn input_of(app: &App, args: &RerunArgs, history: &RunHistory, flow: &Flow) -> Result<Value, Problem> {
    match args.input.is_given() {
        true => input::of_flow(app, &args.input, flow),
        false => Ok(history.input.clone()),
    }
}

/// What was made of another input, or by a step that was edited since, is not taken over, unless somebody says so.
fn from(args: &RerunArgs, input: &Value, history: &RunHistory, flow: &Flow) -> Option<String> {
    let first = match *input == history.input {
        true => first_edited(&history.flow, flow),
        false => flow.steps().first().map(Step::id),
    };
    args.from.clone().or_else(|| first.map(str::to_owned))
}

/// Says what is reused, in the order in which it was done, and what is repeated.
fn tell(app: &App, plan: &RerunPlan, history: &RunHistory) {
    if !plan.reused.is_empty() {
        let steps = history.steps.iter().map(|step| step.key.as_str());
        let reused: Vec<&str> = steps.filter(|key| plan.reused.iter().any(|reused| reused == key)).collect();
        app.console.say(&format!("reuses: {}", named(reused.iter().copied())));
    }
    if !plan.again.is_empty() {
        let again: Vec<String> = plan.again.iter().map(words).collect();
        app.console.say(&format!("repeats: {}", named(again.iter().map(String::as_str))));
    } else if history.info.status == RunStatus::Over(Status::Succeeded) {
        app.console.say("repeats: nothing, since the run succeeded; --from STEP does that step and all after it again");
    }
}

/// A write is repeated only if somebody agrees.
fn agree(app: &App, plan: &RerunPlan, is_agreed: bool) -> Result<(), Problem> {
    let writes: Vec<&str> = writes(plan).map(|again| again.step.as_str()).collect();
    if writes.is_empty() || is_agreed {
        return Ok(());
    }
    let message = format!("this would repeat what changes something outside: {}", named(writes.iter().copied()));
    match app.console.format == Format::Text && io::stdin().is_terminal() {
        true if asked(app, "Repeat it? [y/N]") => Ok(()),
        _ => Err(Problem::usage(message, "add --yes if that is right, or begin after it with --from STEP")),
    }
}

/// The calls of a plan that have changed something outside, or may have. What was refused has not.
pub(super) fn writes(plan: &RerunPlan) -> impl Iterator<Item = &Again> {
    plan.again.iter().filter(|again| again.effect == Effect::Write && again.status != Status::Failed)
}

fn words(again: &Again) -> String {
    let effect = again.effect.code();
    let tried = counted(again.attempts.into(), "time");
    format!("{} ({effect}, was tried {tried}, {})", again.step, again.status.code())
}

fn asked(app: &App, question: &str) -> bool {
    app.console.say(question);
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}
