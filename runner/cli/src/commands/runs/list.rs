//! `linkwork runs list`: a line a run, newest first.

use runner_engine::{Query, RunInfo};
use runner_flow::Timestamp;

use crate::app::App;
use crate::args::ListArgs;
use crate::exit::Exit;
use crate::kept::Kept;
use crate::live::tally::in_words;
use crate::problem::Problem;
use crate::table::table;

pub(crate) async fn run(app: &App, args: &ListArgs) -> Result<Exit, Problem> {
    let query = Query {
        flow: args.flow.clone(),
        status: args.status.clone(),
        label: args.label.clone(),
        limit: args.limit,
        ..Query::default()
    };
    let runs = Kept::open(app)?.engine.list(query).await?;
    app.console.result(&words(&runs), &runs);
    Ok(Exit::Done)
}

fn words(runs: &[RunInfo]) -> String {
    if runs.is_empty() {
        return "no run fits".to_owned();
    }
    let head = ["run", "flow", "status", "started", "took", "key"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(runs.iter().map(row)).collect();
    table(&rows, "")
}

fn row(info: &RunInfo) -> [String; 6] {
    let took = info.finished.map(|finished| in_words(finished.since(info.created))).unwrap_or_default();
    let (run, flow, status) = (info.run.clone(), info.flow.clone(), stands(info));
    [run, flow, status, moment(info.created), took, info.key.clone().unwrap_or_default()]
}

/// Where a run stands, and whether anybody goes on with it.
pub(super) fn stands(info: &RunInfo) -> String {
    let left = if info.left { ", process gone" } else { "" };
    format!("{}{left}", info.status.code())
}

/// A moment to the second: `2026-01-31 12:00:00Z`.
pub(super) fn moment(at: Timestamp) -> String {
    let whole = Timestamp::from_millis(at.as_millis() / 1_000 * 1_000);
    whole.to_string().replace('T', " ")
}
