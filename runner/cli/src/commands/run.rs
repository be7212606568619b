//! `linkwork run`: a flow, or one step of it.

use std::sync::Arc;

use runner_engine::RunRequest;
use runner_flow::Flow;
use serde_json::Value;

use super::runs::follow;
use super::{dry_run, pins, watch};
use crate::again;
use crate::app::{App, Keep, Session};
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::flow_files::{self, folder_of, result_of};
use crate::input;
use crate::journal;
use crate::kept::{self, Kept};
use crate::live::Live;
use crate::problem::Problem;

pub(crate) async fn run(app: &App, args: &RunArgs) -> Result<Exit, Problem> {
    let flow = Arc::new(flow_files::load(app, &args.flow)?);
    let what = What { input: input::of_flow(app, &args.input, &flow)?, config: config(args, &flow)? };
    match &args.step {
        _ if args.watch => watch::run(app, args, flow, what).await,
        _ if args.dry_run => dry_run::run(app, args, &flow, what).await,
        Some(step) => run_step(app, args, &flow, step, what).await,
        None if args.key.is_some() => run_once(app, args, flow, what).await,
        None => run_whole(app, args, flow, what).await,
    }
}

/// What a run is started with.
#[derive(Clone)]
pub(super) struct What {
    pub(super) input: Value,
    pub(super) config: Value,
}

async fn run_whole(app: &App, args: &RunArgs, flow: Arc<Flow>, what: What) -> Result<Exit, Problem> {
    let is_kept = !args.no_journal;
    app.in_session(folder_of(&args.flow), keep(app, args)?, async |session| {
        let live = Live::of_flow(app, result_of(&flow), is_kept);
        let request = request(session, args, what, &live);
        let report = session.engine.run(flow, request).await?;
        let again = again::rerun(&app.global, &report).filter(|_| is_kept);
        live.finish(&report, &*session.engine.files(&report.run), again).await
    })
    .await
}

async fn run_step(app: &App, args: &RunArgs, flow: &Arc<Flow>, step: &str, what: What) -> Result<Exit, Problem> {
    flow_files::has_step(flow, step)?;
    let pins = match &args.pins {
        Some(path) => input::from_file(path)?,
        None => match pins::of_last_run(app, flow, step).await? {
            Some(pins) => pins,
            None => return Err(pins::skeleton(app, args, flow, step)),
        },
    };
    let is_kept = !args.no_journal;
    app.in_session(folder_of(&args.flow), keep(app, args)?, async |session| {
        let live = Live::of_flow(app, None, is_kept);
        let request = request(session, args, what, &live);
        let report = session.engine.run_step(Arc::clone(flow), step, pins, request).await?;
        live.finish(&report, &*session.engine.files(&report.run), None).await
    })
    .await
}

/// Runs the flow unless a run with the same key was started before; then that one is shown, and gone on with if its
/// process is gone.
async fn run_once(app: &App, args: &RunArgs, flow: Arc<Flow>, what: What) -> Result<Exit, Problem> {
    let (mut earlier, input) = (None, what.input.clone());
    let exit = app
        .in_session(folder_of(&args.flow), keep(app, args)?, async |session| {
            let live = Live::of_flow(app, result_of(&flow), true);
            let started = session.engine.start(flow, request(session, args, what, &live)).await?;
            if !started.is_new {
                earlier = Some(started.run);
                return Ok(Exit::Done);
            }
            session.engine.result(&started.run).await?;
            let history = session.engine.history(&started.run).await?;
            let Some(report) = kept::report_of(history) else { return Ok(Exit::Failed) };
            live.finish(&report, &*session.engine.files(&report.run), again::rerun(&app.global, &report)).await
        })
        .await?;
    let Some(run) = earlier else { return Ok(exit) };
    app.console.say(&format!("the run {run} was started with this key before"));
    let kept = Kept::open(app)?;
    let history = kept.engine.history(&run).await?;
    if history.input != input {
        let other = "it was started with another input than this one, which is not looked at; another key starts a run";
        app.console.say(&app.console.style.warning(other));
    }
    follow(app, &kept, &run).await
}

fn keep(app: &App, args: &RunArgs) -> Result<Keep, Problem> {
    match args.no_journal {
        true => Ok(Keep::nothing()),
        false => Ok(Keep::runs(journal::open(&app.global.journal)?)),
    }
}

/// A run as the command line asks for it.
pub(super) fn request(session: &Session, args: &RunArgs, what: What, live: &Arc<Live>) -> RunRequest {
    let mut request = session.request(what.input, Arc::clone(live) as _);
    request.config = what.config;
    request.timeout = args.timeout;
    request.key.clone_from(&args.key);
    request.labels.extend(args.label.iter().cloned());
    request.labels.extend(kept::file_label(&args.flow));
    request
}

fn config(args: &RunArgs, flow: &Flow) -> Result<Value, Problem> {
    match &args.config_file {
        Some(path) => input::from_file(path),
        None => input::from_option("--config", &args.config, flow.config_schema()),
    }
}
