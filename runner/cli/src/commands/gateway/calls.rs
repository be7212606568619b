//! `linkwork calls`: what members called, and what came of it.

use std::time::Duration;

use runner_gateway::control::{Actor, CallId, CallQuery, CallRow, Content, NotACall};
use serde_json::{Value, json};

use super::{moment, money_if_known, number_if_known};
use crate::app::App;
use crate::args::Format;
use crate::args::{CallsArg, CallsCommand, WorkspaceArg};
use crate::console::pretty;
use crate::exit::Exit;
use crate::gateway::{Workspace, now};
use crate::live::tally::in_words;
use crate::problem::Problem;
use crate::signals;
use crate::table::table;

/// How often the store is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// The most that one look takes in.
const PAGE: u32 = 1_000;

pub(crate) async fn run(app: &App, command: &CallsCommand) -> Result<Exit, Problem> {
    match command {
        CallsCommand::List { which, limit, since } => list(app, which, *limit, *since).await,
        CallsCommand::Show { at, id } => show(app, at, id).await,
        CallsCommand::Tail { which } => tail(app, which).await,
    }
}

async fn list(app: &App, which: &CallsArg, limit: u32, since: Option<Duration>) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, &which.at)?;
    let since = since.map(|age| runner_flow::Timestamp::from_millis(now().as_millis().saturating_sub(millis(age))));
    let calls = ask(&workspace, CallQuery { since, limit, ..query(&workspace, which) }).await?;
    let head = ["call", "came in", "principal", "model", "status", "tokens", "cost", "took"].map(str::to_owned);
    let words = match calls.as_slice() {
        [] => "no call fits".to_owned(),
        calls => table(&std::iter::once(head).chain(calls.iter().map(row)).collect::<Vec<_>>(), ""),
    };
    app.console.result(&words, &calls);
    Ok(Exit::Done)
}

async fn show(app: &App, at: &WorkspaceArg, id: &str) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, at)?;
    let id: CallId = id
        .parse()
        .map_err(|error: NotACall| Problem::usage(error.to_string(), "`linkwork calls list` tells the ids of calls"))?;
    let found = workspace.gateway().call(&Actor::Operator, &workspace.name, id, now()).await;
    let (call, content) = found.map_err(|error| workspace.local.problem(error))?;
    let mut told = json!(call);
    if let Some(Content { request, answer }) = content {
        let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes));
        told["content"] = json!({ "request": text(&request), "answer": text(&answer) });
    }
    let words = told.as_object().into_iter().flatten().map(|(name, value)| match value {
        Value::String(text) => [name.clone(), text.clone()],
        Value::Null if name == "error_type" => [name.clone(), "none".to_owned()],
        Value::Null => [name.clone(), "unknown".to_owned()],
        other => [name.clone(), if other.is_object() { pretty(other) } else { other.to_string() }],
    });
    app.console.result(&table(&words.collect::<Vec<_>>(), ""), &told);
    Ok(Exit::Done)
}

/// Tells each call once it is over, in the order of their ends.
async fn tail(app: &App, which: &CallsArg) -> Result<Exit, Problem> {
    let cancel = signals::listen().cancel;
    let workspace = Workspace::open(app, &which.at)?;
    let known = ask(&workspace, CallQuery { limit: PAGE, ..query(&workspace, which) }).await?;
    let mut last = known.iter().map(|call| call.number).max().unwrap_or(0);
    app.console.say("Calls are printed as they end. Ctrl-C ends this, and nothing else.");
    loop {
        let after = CallQuery { after: Some(last), limit: PAGE, ..query(&workspace, which) };
        for call in ask(&workspace, after).await? {
            last = last.max(call.number);
            match app.console.format {
                Format::Text => app.console.out(&table(&[row(&call)], "")),
                Format::Json | Format::Jsonl => app.console.line(&call),
            }
        }
        tokio::select! {
            () = cancel.cancelled() => return Ok(Exit::Done),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn query(workspace: &Workspace, which: &CallsArg) -> CallQuery {
    CallQuery {
        workspace: workspace.name.clone(),
        principal: which.principal.clone(),
        key: which.key.clone(),
        model: which.model.clone(),
        failed: which.failed,
        ..CallQuery::default()
    }
}

async fn ask(workspace: &Workspace, query: CallQuery) -> Result<Vec<CallRow>, Problem> {
    let calls = workspace.gateway().calls(&Actor::Operator, query, now()).await;
    calls.map_err(|error| workspace.local.problem(error))
}

fn row(call: &CallRow) -> [String; 8] {
    let status = call.status.map(|status| status.to_string());
    let status = call.error_type.clone().or(status).unwrap_or_default();
    [
        call.id.to_string(),
        moment(call.started),
        call.principal.clone(),
        call.model.clone(),
        status,
        number_if_known(call.usage.all()),
        money_if_known(call.cost),
        in_words(call.duration),
    ]
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
