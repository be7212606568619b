//! `linkwork models`: what members may call, and where.

use runner_gateway::control::Object;
use runner_server::{Place, search};
use serde_json::{Value, json};

use crate::app::App;
use crate::args::{ModelArgs, ModelsCommand, WorkspaceArg};
use crate::exit::Exit;
use crate::gateway::Workspace;
use crate::problem::Problem;
use crate::signals;
use crate::table::table;

pub(crate) async fn run(app: &App, command: &ModelsCommand) -> Result<Exit, Problem> {
    match command {
        ModelsCommand::Search { at, text, connection } => look(app, at, text, connection).await,
        ModelsCommand::Create(args) => create(app, args).await,
        ModelsCommand::List { at } => list(app, at),
        ModelsCommand::Remove { at, name } => remove(app, at, name).await,
    }
}

async fn look(app: &App, at: &WorkspaceArg, text: &str, connection: &str) -> Result<Exit, Problem> {
    let cancel = signals::listen().cancel;
    let workspace = Workspace::open(app, at)?;
    workspace.object(Object::Connection, connection)?;
    let bound = workspace.gateway().connect(&workspace.name, connection);
    let (connector, connection) = bound.map_err(|error| workspace.local.problem(error))?;
    let found = search(&connector, &connection, text, &cancel).await?;
    let names: Vec<&str> = found.iter().map(|choice| choice.value.as_str()).collect();
    let words = if names.is_empty() { "no model fits".to_owned() } else { names.join("\n") };
    app.console.result(&words, &names);
    Ok(Exit::Done)
}

async fn create(app: &App, args: &ModelArgs) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, &args.at)?;
    workspace.is_free(Object::Model, &args.name)?;
    let connection = workspace.object(Object::Connection, &args.connection)?;
    let mut value = json!({ "connection": args.connection, "model": args.model });
    if let Some(allow) = &args.allow {
        value["allow"] = json!(allow);
    }
    workspace.change(Object::Model, &args.name, Some(value)).await?;
    let snapshot = workspace.gateway().snapshot();
    let Place { endpoint, curl } = Place::of(&snapshot, &workspace.name, &args.name);
    let connector = app.registry.connector(connection["connector"].as_str().unwrap_or_default())?;
    app.console.result(&endpoint, &json!({ "model": args.name, "endpoint": endpoint, "curl": curl }));
    app.console.say(&format!(
        "Members call it with a key of their own:\n\n{curl}\n\n\
         Calls are billed to the account of {}'s key at {}.",
        args.connection,
        connector.label()
    ));
    Ok(Exit::Done)
}

fn list(app: &App, at: &WorkspaceArg) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, at)?;
    let snapshot = workspace.gateway().snapshot();
    let all: Vec<(&str, &Value)> = snapshot.objects(&workspace.name, Object::Model).collect();
    let head = ["model", "connection", "at the provider", "who", "state"].map(str::to_owned);
    let words = match all.as_slice() {
        [] => "there is no model".to_owned(),
        all => table(&std::iter::once(head).chain(all.iter().map(row)).collect::<Vec<_>>(), ""),
    };
    let told: serde_json::Map<String, Value> =
        all.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    app.console.result(&words, &told);
    Ok(Exit::Done)
}

fn row((name, model): &(&str, &Value)) -> [String; 5] {
    let text = |key: &str| model[key].as_str().unwrap_or_default().to_owned();
    let who = match model["allow"].as_array().map(Vec::as_slice) {
        None => "everybody".to_owned(),
        Some([]) => "nobody".to_owned(),
        Some(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
    };
    let state = if model["enabled"] == false { "disabled" } else { "enabled" };
    [(*name).to_owned(), text("connection"), text("model"), who, state.to_owned()]
}

async fn remove(app: &App, at: &WorkspaceArg, name: &str) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, at)?;
    workspace.object(Object::Model, name)?;
    workspace.change(Object::Model, name, None).await?;
    app.console.result(&format!("{name} is removed"), &json!({ "model": name, "removed": true }));
    Ok(Exit::Done)
}
