//! `linkwork connectors`: what this program can connect to.

use serde_json::{Value, json};

use crate::app::App;
use crate::exit::Exit;

pub(crate) fn run(app: &App) -> Exit {
    let connectors = app.registry.connectors();
    let width = connectors.iter().map(|connector| connector.id().len()).max().unwrap_or(0);
    let words: Vec<String> = connectors
        .iter()
        .map(|connector| format!("{:width$}  {}: {}", connector.id(), connector.label(), connector.description()))
        .collect();
    let list: Vec<Value> = connectors
        .iter()
        .map(|connector| {
            json!({
                "id": connector.id(),
                "label": connector.label(),
                "description": connector.description(),
                "connection": {
                    "label": connector.connection().label,
                    "help": connector.connection().help,
                    "schema": connector.connection_schema(),
                },
                "actions": connector.actions().iter().map(|action| action.id()).collect::<Vec<_>>(),
                "options": connector.options().iter().map(|options| options.id()).collect::<Vec<_>>(),
            })
        })
        .collect();
    app.console.result(&words.join("\n"), &list);
    Exit::Done
}
