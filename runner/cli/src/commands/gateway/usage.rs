//! `linkwork usage`: what was used, by model, by key or by day.

use runner_flow::Timestamp;
use runner_gateway::control::{Actor, UsageBy, UsageQuery, UsageRow};

use super::money_if_known;
use crate::app::App;
use crate::args::{By, UsageArgs};
use crate::exit::Exit;
use crate::gateway::{Workspace, now};
use crate::problem::Problem;
use crate::table::table;

pub(crate) async fn run(app: &App, args: &UsageArgs) -> Result<Exit, Problem> {
    let workspace = Workspace::open(app, &args.at)?;
    let age = u64::try_from(args.since.as_millis()).unwrap_or(u64::MAX);
    let (by, name) = match args.by {
        By::Model => (UsageBy::Model, "model"),
        By::Key => (UsageBy::Key, "key"),
        By::Day => (UsageBy::Day, "day"),
    };
    let query = UsageQuery {
        workspace: workspace.name.clone(),
        principal: args.principal.clone(),
        since: Timestamp::from_millis(now().as_millis().saturating_sub(age)),
        until: now(),
        by,
    };
    let usage = workspace.gateway().usage(&Actor::Operator, query, now()).await;
    let usage = usage.map_err(|error| workspace.local.problem(error))?;
    let head = [name, "calls", "failed", "unknown", "input", "output", "total", "cost"].map(str::to_owned);
    let words = match usage.as_slice() {
        [] => "nothing was used".to_owned(),
        rows => table(&std::iter::once(head).chain(rows.iter().map(row)).collect::<Vec<_>>(), ""),
    };
    app.console.result(&words, &usage);
    Ok(Exit::Done)
}

fn row(UsageRow { of, sums }: &UsageRow) -> [String; 8] {
    let [calls, errors, unknown, input, output, total] =
        [sums.calls, sums.errors, sums.unknown, sums.input, sums.output, sums.total].map(|number| number.to_string());
    [of.clone(), calls, errors, unknown, input, output, total, money_if_known(sums.cost)]
}
