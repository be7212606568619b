//! `linkwork audit`: who did what, and who was refused what.

use runner_gateway::control::{Actor, AuditLine};
use serde_json::{Value, json};

use super::moment;
use crate::app::App;
use crate::args::AuditArgs;
use crate::exit::Exit;
use crate::gateway::{self, Local, now};
use crate::problem::Problem;
use crate::table::table;

pub(crate) async fn run(app: &App, args: &AuditArgs) -> Result<Exit, Problem> {
    let local = Local::open(app, &args.server)?;
    let lines = match &args.workspace {
        Some(workspace) => {
            let lines = local.gateway.audit(&Actor::Operator, workspace, None, args.limit, now()).await;
            lines.map_err(|error| local.problem(error))?
        }
        None => local.gateway.whole_audit(None, args.limit).await.map_err(gateway::store)?,
    };
    let head = ["when", "workspace", "who", "key", "what", "to", "outcome", "times"].map(str::to_owned);
    let words = match lines.as_slice() {
        [] => "nothing was done yet".to_owned(),
        lines => table(&std::iter::once(head).chain(lines.iter().map(|(_, line)| row(line))).collect::<Vec<_>>(), ""),
    };
    app.console.result(&words, &lines.iter().map(told).collect::<Vec<_>>());
    Ok(Exit::Done)
}

fn told((number, line): &(u64, AuditLine)) -> Value {
    let mut told = json!(line);
    told["number"] = json!(number);
    told
}

fn row(line: &AuditLine) -> [String; 8] {
    let AuditLine { at, workspace, actor, key, action, object, outcome, times } = line;
    let texts = [workspace, actor, key, action, object, outcome].map(|text| if text.is_empty() { "-" } else { text });
    let [workspace, actor, key, action, object, outcome] = texts.map(str::to_owned);
    [moment(*at), workspace, actor, key, action, object, outcome, times.to_string()]
}
