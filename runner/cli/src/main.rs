//! The `linkwork` command.

mod app;
mod args;
mod commands;
mod connections;
mod console;
mod environment;
mod exit;
mod files;
mod from_curl;
mod input;
mod live;
mod problem;
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
    if app.global.sandbox && exit == Exit::Done {
        console.say(&sandbox_notice());
    }
    exit.into()
}

/// Says that the answer came from the sandbox, and how to get it from the real API.
fn sandbox_notice() -> String {
    let words: Vec<String> = std::env::args().filter(|word| word != "--sandbox").collect();
    let line = shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
    format!("The sandbox answered. From the real API: XAI_API_KEY=… {line}")
}
