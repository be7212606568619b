//! `linkwork vault rotate`: another master key for the secrets at rest.

use serde_json::json;

use crate::app::App;
use crate::args::VaultCommand;
use crate::exit::Exit;
use crate::gateway::{Local, now};
use crate::live::tally::counted;
use crate::problem::Problem;

pub(crate) async fn run(app: &App, command: &VaultCommand) -> Result<Exit, Problem> {
    let VaultCommand::Rotate { server, env, file } = command;
    let source = match (env, file) {
        (Some(variable), _) => json!({ "env": variable }),
        (None, file) => json!({ "file": file }),
    };
    let local = Local::open(app, server)?;
    let sealed = local.gateway.rotate(&source, now()).await.map_err(|error| local.problem(error))?;
    let mut words = format!("{} sealed anew", counted(sealed.anew as u64, "secret"));
    if sealed.left > 0 {
        words += &format!("; {} that no known key opens stay as they are", counted(sealed.left as u64, "secret"));
    }
    app.console.result(&words, &json!({ "sealed_anew": sealed.anew, "left": sealed.left }));
    app.console
        .say("The key before is among the file's old_master_keys; take it out once the server runs with the new one.");
    Ok(Exit::Done)
}
