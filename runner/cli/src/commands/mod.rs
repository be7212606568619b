//! One file a command.

mod action;
mod actions;
mod connection;
mod connectors;
mod dry_run;
mod explain;
mod fmt;
mod from_curl;
mod gateway;
mod graph;
mod init;
mod options;
mod pins;
mod record;
mod rerun;
mod run;
mod runs;
mod sandbox;
mod schema;
mod serve;
mod test;
mod validate;
mod watch;

use clap::CommandFactory as _;

use crate::app::App;
use crate::args::{ActionCommand, ActionsCommand, Cli, Command, ConnectionCommand};
use crate::exit::Exit;
use crate::problem::Problem;

/// Does what the command line asks for.
pub(crate) fn run(app: &App, command: Command) -> Result<Exit, Problem> {
    match command {
        Command::Run(args) => block_on(run::run(app, &args)),
        Command::Rerun(args) => block_on(rerun::run(app, &args)),
        Command::Runs(command) => block_on(runs::run(app, &command)),
        Command::Init { folder } => init::run(app, &folder),
        Command::Validate { flows } => validate::run(app, &flows),
        Command::Explain { code } => explain::run(app, code.as_deref()),
        Command::Fmt { flows, check } => fmt::run(app, &flows, check),
        Command::Graph { flow, format } => graph::run(app, &flow, format),
        Command::Test(args) => block_on(test::run(app, &args)),
        Command::Record(args) => block_on(record::run(app, &args)),
        Command::Action(ActionCommand::Run(args)) => block_on(action::run(app, &args)),
        Command::Actions(args) => match args.command {
            Some(ActionsCommand::Show { action, example }) => actions::show(app, &action, example),
            None => actions::list(app, args.connector.as_deref()),
        },
        Command::Connectors => Ok(connectors::run(app)),
        Command::Options { id, connection } => block_on(options::run(app, &id, connection.connection.as_deref())),
        Command::Connection(ConnectionCommand::Test { name }) => block_on(connection::test(app, &name)),
        Command::Serve(args) => serve::run(app, &args),
        Command::Check(server) => gateway::check::run(app, &server.file),
        Command::Keys(command) => block_on(gateway::keys::run(app, &command)),
        Command::Connections(command) => block_on(gateway::connections::run(app, &command)),
        Command::Vault(command) => block_on(gateway::vault::run(app, &command)),
        Command::Models(command) => block_on(gateway::models::run(app, &command)),
        Command::Calls(command) => block_on(gateway::calls::run(app, &command)),
        Command::Usage(args) => block_on(gateway::usage::run(app, &args)),
        Command::Audit(args) => block_on(gateway::audit::run(app, &args)),
        Command::Schema { of } => schema::run(app, &of),
        Command::FromCurl { line } => from_curl::run(app, &line),
        Command::Sandbox { port } => block_on(sandbox::run(app, port)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "linkwork", &mut script);
            app.console.out(&String::from_utf8_lossy(&script));
            Ok(Exit::Done)
        }
    }
}

/// One thread is enough for one run, and starts faster.
fn block_on(work: impl Future<Output = Result<Exit, Problem>>) -> Result<Exit, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Problem::usage(format!("no event loop can be made: {error}"), "look at the system's limits")
    })?;
    let exit = runtime.block_on(work);
    // A name that is still being looked up must not keep a finished command alive.
    runtime.shutdown_background();
    exit
}
