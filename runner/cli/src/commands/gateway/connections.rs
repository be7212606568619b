//! `linkwork connections`: the providers' keys, stored once and tried at once.

use connector_sdk::Connector;
use connector_sdk::http::Egress;
use runner_gateway::control::Object;
use runner_server::prove;
use serde_json::{Value, json};

use crate::app::App;
use crate::args::{AddConnectionArgs, ConnectionsCommand, NamedConnection, SecretArg, WorkspaceArg};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::files;
use crate::gateway::Workspace;
use crate::input;
use crate::problem::Problem;
use crate::signals;
use crate::table::table;

pub(crate) async fn run(app: &App, command: &ConnectionsCommand) -> Result<Exit, Problem> {
    match command {
        ConnectionsCommand::Add(args) => add(app, args).await,
        ConnectionsCommand::Test(named) => test(app, &Workspace::open(app, &named.at)?, &named.name, "").await,
        ConnectionsCommand::List { at } => list(app, at),
        ConnectionsCommand::Rotate { named, secret } => rotate(app, named, secret).await,
        ConnectionsCommand::Remove(named) => remove(app, named).await,
    }
}

async fn add(app: &App, args: &AddConnectionArgs) -> Result<Exit, Problem> {
    let NamedConnection { at, name } = &args.named;
    let workspace = Workspace::open(app, at)?;
    workspace.is_free(Object::Connection, name)?;
    let connector = app.registry.connector(&args.connector)?;
    let mut fields = input::from_option("--field", &args.field, Some(connector.connection_schema()))?;
    if let Some(field) = connector.secret_fields().next() {
        if fields.get(field).is_some() {
            let message = format!("{field} is secret, and an argument is no place for it: others may see it");
            return Err(Problem::usage(message, "leave it out, and give it on stdin or with --from-env VARIABLE"));
        }
        fields[field] = Value::from(secret(app, &args.secret)?);
    }
    // What cannot be a connection is not stored.
    let egress = if args.allow_private { Egress::Private } else { Egress::Public };
    connector.connect(name, fields.clone(), egress).inspect_err(|_| {
        if !args.allow_private {
            app.console.say("If it is in your own network, add --allow-private.");
        }
    })?;
    let mut value = json!({ "connector": connector.id(), "fields": fields });
    if args.allow_private {
        value["allow_private"] = Value::Bool(true);
    }
    workspace.change(Object::Connection, name, Some(value)).await?;
    test(app, &workspace, name, "stored; ").await
}

async fn rotate(app: &App, named: &NamedConnection, from: &SecretArg) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, &named.at)?;
    let mut value = workspace.object(Object::Connection, &named.name)?;
    let connector = connector(app, &value)?;
    let field = connector.secret_fields().next().ok_or_else(|| {
        Problem::usage(format!("a connection to {} has no secret", connector.label()), "there is nothing to rotate")
    })?;
    value["fields"][field] = Value::from(secret(app, from)?);
    workspace.change(Object::Connection, &named.name, Some(value)).await?;
    test(app, &workspace, &named.name, "stored; ").await
}

/// Tries a connection. What was done before stays done, whatever comes of it.
async fn test(app: &App, workspace: &Workspace, name: &str, done: &str) -> Result<Exit, Problem> {
    let cancel = signals::listen().cancel;
    workspace.object(Object::Connection, name)?;
    let bound = workspace.gateway().connect(&workspace.name, name);
    let (connector, connection) = bound.map_err(|error| workspace.local.problem(error))?;
    match prove(&connector, &connection, &cancel).await {
        Ok(learned) => {
            let told = json!({ "connection": name, "works": true, "learned": learned });
            app.console.result(&format!("{name}: {done}{learned}"), &told);
            Ok(Exit::Done)
        }
        Err(error) => {
            if !done.is_empty() {
                app.console.say(&format!("{name} is stored, but it does not work:"));
            }
            Err(error.into())
        }
    }
}

fn list(app: &App, at: &WorkspaceArg) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, at)?;
    let snapshot = workspace.gateway().snapshot();
    let all: Vec<(&str, &Value)> = snapshot.objects(&workspace.name, Object::Connection).collect();
    let head = ["connection", "connector", "fields"].map(str::to_owned);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |(name, value): &(&str, &Value)| {
        let fields = value["fields"].as_object().into_iter().flatten();
        let fields: Vec<String> = fields.map(|(field, value)| format!("{field}={}", text(value))).collect();
        [(*name).to_owned(), text(&value["connector"]), fields.join(" ")]
    };
    let words = match all.as_slice() {
        [] => "there is no connection".to_owned(),
        all => table(&std::iter::once(head).chain(all.iter().map(row)).collect::<Vec<_>>(), ""),
    };
    let told: serde_json::Map<String, Value> =
        all.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    app.console.result(&words, &told);
    Ok(Exit::Done)
}

async fn remove(app: &App, named: &NamedConnection) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, &named.at)?;
    workspace.object(Object::Connection, &named.name)?;
    workspace.change(Object::Connection, &named.name, None).await?;
    app.console.result(&format!("{} is removed", named.name), &json!({ "connection": named.name, "removed": true }));
    Ok(Exit::Done)
}

fn connector<'a>(app: &'a App, value: &Value) -> Result<&'a Connector, Problem> {
    Ok(app.registry.connector(value["connector"].as_str().unwrap_or_default())?)
}

/// The secret, from where it was said to be. It is on no command line.
fn secret(app: &App, from: &SecretArg) -> Result<String, Problem> {
    let (secret, place) = match &from.from_env {
        Some(variable) => {
            let environment = Environment::load(app.global.env_file.as_deref())?;
            (environment.get(variable).unwrap_or_default(), variable.as_str())
        }
        None => (files::read_stdin()?, "stdin"),
    };
    match secret.trim() {
        "" => {
            let fix = "pipe it in, such as: linkwork connections add … < key.txt, or name a variable with --from-env";
            Err(Problem::usage(format!("there is no key in {place}"), fix))
        }
        secret => Ok(secret.to_owned()),
    }
}
