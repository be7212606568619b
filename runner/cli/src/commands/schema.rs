//! `linkwork schema`: the JSON Schemas of what people write, and the documents of the server's API.

use runner_server::Admin;
use serde_json::Value;

use crate::app::App;
use crate::connections;
use crate::console::pretty;
use crate::exit::Exit;
use crate::problem::Problem;

pub(crate) fn run(app: &App, of: &str) -> Result<Exit, Problem> {
    let schema: Value = match of {
        "flow" => runner_flow::schema(&app.registry),
        "connections" => connections::schema(&app.registry),
        "server" => runner_gateway::control::schema(&app.registry),
        "openapi" => Admin::openapi(&app.registry),
        "permissions" => runner_server::permissions(),
        "test" => runner_rehearsal::schema(),
        action => app.registry.action(action)?.input_schema().clone(),
    };
    app.console.result(&pretty(&schema), &schema);
    Ok(Exit::Done)
}
