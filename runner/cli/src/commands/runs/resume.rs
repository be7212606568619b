//! `linkwork runs resume`: goes on with runs whose process is gone.

use std::path::Path;
use std::sync::Arc;

use runner_engine::{Query, Resumption, RunHistory};
use serde_json::json;

use super::tail::tail;
use crate::again;
use crate::app::{App, Keep, Session};
use crate::exit::Exit;
use crate::flow_files::{folder_of, result_of};
use crate::kept::{self, Kept, report_of};
use crate::live::Live;
use crate::problem::Problem;

pub(crate) async fn one(app: &App, name: &str) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let run = kept.find(name).await?.run;
    let history = kept.engine.history(&run).await?;
    follow(app, &kept, &history, Elsewhere::Tail).await
}

/// What becomes of a run that another process has.
#[derive(Clone, Copy)]
pub(crate) enum Elsewhere {
    /// It is followed.
    Tail,
    /// It is left alone.
    Leave,
}

/// Goes on with a run if nobody else does, and shows it to its end.
pub(crate) async fn follow(
    app: &App,
    kept: &Kept,
    history: &RunHistory,
    elsewhere: Elsewhere,
) -> Result<Exit, Problem> {
    let (run, app) = (history.info.run.as_str(), &app.as_started(&history.info));
    let live = Live::of_flow(app, result_of(&history.flow), true);
    let keep = Keep { events: Arc::clone(&live) as _, ..Keep::runs(Arc::clone(&kept.journal)) };
    app.in_session(folder(history), keep, async |session| match session.engine.resume_run(run).await? {
        Resumption::Resumed | Resumption::UnderWay => until_over(app, session, run, &live).await,
        Resumption::HeldBy { process } => {
            app.console.say(&format!("{run} is under way in another process ({process})"));
            match elsewhere {
                Elsewhere::Tail => Ok(tail(app, kept, run, &session.cancel).await?.unwrap_or(Exit::Cancelled)),
                Elsewhere::Leave => Ok(Exit::Done),
            }
        }
        Resumption::Finished => {
            app.console.say(&format!("{run} is over"));
            shown(app, session, run, &live).await
        }
    })
    .await
}

/// Waits for the end of a run that goes on here, and cancels it when somebody asks for that.
async fn until_over(app: &App, session: &Session, run: &str, live: &Live) -> Result<Exit, Problem> {
    let result = session.engine.result(run);
    let mut result = std::pin::pin!(result);
    tokio::select! {
        ended = &mut result => drop(ended?),
        () = session.cancel.cancelled() => {
            session.engine.cancel(run).await?;
            result.await?;
        }
    }
    shown(app, session, run, live).await
}

async fn shown(app: &App, session: &Session, run: &str, live: &Live) -> Result<Exit, Problem> {
    let Some(report) = report_of(session.engine.history(run).await?) else { return Ok(Exit::Failed) };
    live.finish(&report, &*session.engine.files(run), again::rerun(&app.global, &report)).await
}

/// Goes on with all of them, each with the connections beside its own flow, and says how each ended. One that cannot be
/// gone on with keeps no other from it.
pub(crate) async fn all(app: &App) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let open = open_runs(&kept).await?;
    let mut worst = Exit::Done;
    for run in open.iter().rev() {
        let exit = go_on(app, &kept, run).await.unwrap_or_else(|problem| {
            app.console.problem(&problem);
            problem.exit()
        });
        worst = if worst == Exit::Done { exit } else { worst };
        if exit == Exit::Cancelled {
            break;
        }
    }
    if open.is_empty() {
        app.console.result("no run is left to go on with", &json!([]));
    }
    Ok(worst)
}

/// The ids of all runs that are not over, newest first.
async fn open_runs(kept: &Kept) -> Result<Vec<String>, Problem> {
    let mut open = Vec::new();
    loop {
        let query = Query { status: Some("running".to_owned()), before: open.last().cloned(), ..Query::default() };
        let page = kept.engine.list(query).await?;
        if page.is_empty() {
            return Ok(open);
        }
        open.extend(page.into_iter().map(|info| info.run));
    }
}

async fn go_on(app: &App, kept: &Kept, run: &str) -> Result<Exit, Problem> {
    let history = kept.engine.history(run).await?;
    follow(app, kept, &history, Elsewhere::Leave).await
}

/// The folder of the flow's file, whose connections the run was started with.
fn folder(history: &RunHistory) -> &Path {
    history.info.labels.get(kept::FILE).map_or(Path::new(""), |file| folder_of(Path::new(file)))
}
