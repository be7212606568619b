//! `linkwork keys`: keys of members.

use runner_flow::Timestamp;
use runner_gateway::control::{Actor, KeyRow, NewKey};
use serde_json::json;

use super::{moment, moment_if_any};
use crate::app::App;
use crate::args::{KeyArgs, KeysCommand, WorkspaceArg};
use crate::exit::Exit;
use crate::gateway::{Workspace, now};
use crate::problem::Problem;
use crate::table::table;

pub(crate) async fn run(app: &App, command: &KeysCommand) -> Result<Exit, Problem> {
    match command {
        KeysCommand::Create(args) => create(app, args).await,
        KeysCommand::List { at } => list(app, at).await,
        KeysCommand::Revoke { at, id } => revoke(app, at, id).await,
    }
}

/// The key stands alone on stdout, so that it can be piped to where it is kept.
async fn create(app: &App, args: &KeyArgs) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, &args.at)?;
    let expires = args.expires.map(|length| now() + length);
    let new = NewKey {
        workspace: workspace.name.clone(),
        principal: args.principal.clone(),
        label: args.name.clone(),
        models: args.models.clone(),
        expires,
    };
    let made = workspace.gateway().make_key(&Actor::Operator, new, now()).await;
    let made = made.map_err(|error| workspace.local.problem(error))?;
    app.console.result(&made.key, &json!({ "key": *made.key, "about": made.row }));
    let ends = expires.map(|expires| format!(", and ends {}", moment(expires))).unwrap_or_default();
    app.console.say(&format!(
        "This key is shown this once. It is {}'s in {}{ends}. A server that runs knows it within a second. \
         To end it: linkwork keys revoke {}",
        made.row.principal, workspace.name, made.row.id
    ));
    Ok(Exit::Done)
}

async fn list(app: &App, at: &WorkspaceArg) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, at)?;
    let mut keys: Vec<KeyRow> = Vec::new();
    loop {
        let after = keys.last().map(|key| key.id.clone());
        let page = workspace.gateway().keys(&Actor::Operator, &workspace.name, after.as_deref(), now()).await;
        let page = page.map_err(|error| workspace.local.problem(error))?;
        if page.is_empty() {
            break;
        }
        keys.extend(page);
    }
    let head = ["key", "principal", "name", "models", "state", "made", "last used"].map(str::to_owned);
    let words = match keys.as_slice() {
        [] => "there is no key".to_owned(),
        keys => table(&std::iter::once(head).chain(keys.iter().map(row)).collect::<Vec<_>>(), ""),
    };
    app.console.result(&words, &keys);
    Ok(Exit::Done)
}

fn row(key: &KeyRow) -> [String; 7] {
    let models = key.models.as_ref().map_or_else(|| "all".to_owned(), |models| models.join(","));
    let (made, used) = (moment(key.created), moment_if_any(key.used));
    [key.id.clone(), key.principal.clone(), key.label.clone(), models, state(key, now()), made, used]
}

fn state(key: &KeyRow, now: Timestamp) -> String {
    match (key.revoked, key.expires) {
        (Some(_), _) => "revoked".to_owned(),
        (None, Some(expires)) if expires <= now => "ended".to_owned(),
        (None, Some(expires)) => format!("until {}", moment(expires)),
        (None, None) => "good".to_owned(),
    }
}

async fn revoke(app: &App, at: &WorkspaceArg, id: &str) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, at)?;
    // Whoever has found a whole key revokes that, and does not see it again.
    let id = id.strip_prefix("lwk_").and_then(|key| key.split('_').next()).unwrap_or(id);
    let revoked = workspace.gateway().revoke_key(&Actor::Operator, &workspace.name, id, now()).await;
    revoked.map_err(|error| workspace.local.problem(error))?;
    app.console.result(&format!("{id} opens nothing any more"), &json!({ "key": id, "revoked": true }));
    Ok(Exit::Done)
}
