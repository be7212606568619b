//! `linkwork options`: the choices for an input.

use std::path::Path;
use std::sync::Arc;

use runner_engine::NoRunEvents;
use serde_json::Value;

use crate::app::{App, Keep};
use crate::exit::Exit;
use crate::problem::Problem;

pub(crate) async fn run(app: &App, id: &str, connection: Option<&str>) -> Result<Exit, Problem> {
    let options = app.registry.options(id)?;
    let connector = app.registry.connector_of(options.id())?.id();
    app.in_session(Path::new(""), Keep::nothing(), async |session| {
        let binding = session.connections.binding_for(connector, connection)?;
        let request = session.request(Value::Null, Arc::new(NoRunEvents));
        let choices = session.engine.options(options.id(), &binding, request).await?;
        let words: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
        app.console.result(&words.join("\n"), &choices);
        Ok(Exit::Done)
    })
    .await
}
