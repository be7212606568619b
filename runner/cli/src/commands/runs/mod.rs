//! `linkwork runs`: sees and steers the runs that are kept, of whichever process.

mod list;
mod prune;
mod resume;
mod show;
mod steer;
mod tail;

use crate::app::App;
use crate::args::RunsCommand;
use crate::exit::Exit;
use crate::problem::Problem;

pub(super) use self::resume::follow;

pub(crate) async fn run(app: &App, command: &RunsCommand) -> Result<Exit, Problem> {
    match command {
        RunsCommand::List(args) => list::run(app, args).await,
        RunsCommand::Show { run, step } => show::run(app, &run.run, step.as_deref()).await,
        RunsCommand::Tail(run) => tail::run(app, &run.run).await,
        RunsCommand::Cancel(run) => steer::cancel(app, &run.run).await,
        RunsCommand::Resume { run, .. } => match run {
            Some(run) => resume::one(app, run).await,
            None => resume::all(app).await,
        },
        RunsCommand::Signal(args) => steer::signal(app, args).await,
        RunsCommand::Prune(args) => prune::run(app, args).await,
    }
}
