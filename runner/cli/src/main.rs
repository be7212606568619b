//! The `linkwork` command.

mod again;
mod app;
mod args;
mod commands;
mod connections;
mod console;
mod edited;
mod environment;
mod exit;
mod files;
mod flow_files;
mod from_curl;
mod gateway;
mod init;
mod input;
mod journal;
mod kept;
mod live;
mod problem;
mod signals;
mod table;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;

use crate::app::App;
use crate::args::Cli;
use crate::console::Console;
use crate::exit::Exit;

fn main() -> ExitCode {
    let Cli { global, command } = Cli::parse();
    let console = Arc::new(Console::new(global.output));
    let app = App { console: Arc::clone(&console), registry: app::registry(), global };
    let exit = commands::run(&app, command).unwrap_or_else(|problem| {
        console.problem(&problem);
        problem.exit()
    });
    match exit {
        Exit::Done if console.has_failed() => Exit::Failed.into(),
        exit => exit.into(),
    }
}
