//! `linkwork runs resume`: goes on with runs whose process is gone.

use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use runner_engine::{Query, Resumption, RunHistory, RunInfo};
use serde_json::json;

use super::tail::tail;
use crate::again;
use crate::app::{App, Keep, Session};
use crate::exit::Exit;
use crate::flow_files::{folder_of, result_of};
use crate::kept::{self, Kept, report_of};
use crate::live::Live;
use crate::problem::Problem;

/// Runs that `--all` goes on with at the same time.
const TOGETHER: usize = 1_000;

pub(crate) async fn one(app: &App, name: &str) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let run = kept.find(name).await?.run;
    follow(app, &kept, &run).await
}

/// What becomes of a run that another process has.
#[derive(Clone, Copy)]
enum Elsewhere {
    /// It is followed.
    Tail,
    /// It is left alone.
    Leave,
}

/// Goes on with a run if nobody else does, and shows it to its end, wherever that is.
pub(crate) async fn follow(app: &App, kept: &Kept, run: &str) -> Result<Exit, Problem> {
    let RunHistory { info, flow, .. } = kept.engine.history(run).await?;
    let app = &app.as_started(&info);
    let live = Live::of_flow(app, result_of(&flow), true);
    go_on(app, kept, &info, &live, Elsewhere::Tail).await
}

async fn go_on(
    app: &App,
    kept: &Kept,
    info: &RunInfo,
    live: &Arc<Live>,
    elsewhere: Elsewhere,
) -> Result<Exit, Problem> {
    let run = info.run.as_str();
    let keep = Keep { events: Arc::clone(live) as _, ..Keep::runs(Arc::clone(&kept.journal)) };
    app.in_session(folder(info), keep, async |session| match session.engine.resume_run(run).await? {
        Resumption::Resumed | Resumption::UnderWay => until_over(app, session, run, live).await,
        Resumption::HeldBy { process } => {
            app.console.say(&format!("{run} is under way in another process ({process})"));
            match elsewhere {
                Elsewhere::Tail => Ok(tail(app, kept, run, &session.asked.cancel).await?.unwrap_or(Exit::Cancelled)),
                Elsewhere::Leave => Ok(Exit::Done),
            }
        }
        Resumption::Finished => {
            app.console.say(&format!("{run} is over"));
            shown(app, session, run, live).await
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
        () = session.asked.cancel.cancelled() => {
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

/// Goes on with all of them together, each with the connections beside its own flow, and says how each ended. One that
/// cannot be gone on with, or waits for days, keeps no other from it.
pub(crate) async fn all(app: &App) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let open = open_runs(&kept).await?;
    if open.is_empty() {
        app.console.result("no run is left to go on with", &json!([]));
    }
    if open.len() > TOGETHER {
        app.console
            .say(&format!("{TOGETHER} of {} runs go on together; each that ends makes room for another", open.len()));
    }
    let ends = stream::iter(open.iter().rev()).map(|run| one_of_all(app, &kept, run)).buffer_unordered(TOGETHER);
    Ok(ends.fold(Exit::Done, async |worst, exit| if worst == Exit::Done { exit } else { worst }).await)
}

async fn one_of_all(app: &App, kept: &Kept, run: &str) -> Exit {
    let gone_on = async {
        let info = kept.engine.status(run).await?;
        let app = &app.as_started(&info);
        go_on(app, kept, &info, &Live::among_others(app, run), Elsewhere::Leave).await
    };
    gone_on.await.unwrap_or_else(|problem| {
        app.console.say(&format!("{run} cannot be gone on with"));
        app.console.problem(&problem);
        problem.exit()
    })
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

/// The folder of the flow's file, whose connections the run was started with.
fn folder(info: &RunInfo) -> &Path {
    info.labels.get(kept::FILE).map_or(Path::new(""), |file| folder_of(Path::new(file)))
}
