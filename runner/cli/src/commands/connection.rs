//! `linkwork connection test`: proves with a cheap call that a connection works.

use std::path::Path;
use std::sync::Arc;

use runner_engine::{Binding, NoRunEvents};
use serde_json::{Value, json};

use crate::app::{App, Keep};
use crate::exit::Exit;
use crate::problem::Problem;

pub(crate) async fn test(app: &App, name: &str) -> Result<Exit, Problem> {
    app.in_session(Path::new(""), Keep::nothing(), async |session| {
        // A connector's own id stands for the connection that the environment gives.
        let connector = session.connections.connector_of(name).unwrap_or(name);
        let connector = app.registry.connector(connector).map_err(|_| unknown(name))?;
        let binding = Binding { name: name.to_owned(), connector: connector.id().to_owned() };
        let request = session.request(Value::Null, Arc::new(NoRunEvents));
        let learned = session.engine.verify(&binding, request).await?;
        let words = format!("{name} works: {learned}");
        app.console.result(&words, &json!({ "connection": name, "works": true, "learned": learned }));
        Ok(Exit::Done)
    })
    .await
}

fn unknown(name: &str) -> Problem {
    Problem::usage(
        format!("there is no connection {name:?}"),
        "name one of the connections file, or a connector whose key is in the environment",
    )
}
