//! `linkwork runs prune`: forgets finished runs.

use std::time::{Duration, SystemTime};

use runner_engine::{Query, Retention, RunInfo};
use runner_flow::Timestamp;
use serde_json::json;

use crate::app::App;
use crate::args::PruneArgs;
use crate::exit::Exit;
use crate::kept::Kept;
use crate::live::tally::counted;
use crate::problem::Problem;

/// How long runs are kept by who says nothing.
const USUAL_AGE: Duration = Duration::from_secs(30 * 24 * 3_600);

pub(crate) async fn run(app: &App, args: &PruneArgs) -> Result<Exit, Problem> {
    let kept = Kept::open(app)?;
    let age = args.older_than.or_else(|| args.keep.is_none().then_some(USUAL_AGE));
    let age = age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
    let retention = Retention { age, count: args.keep };
    if args.dry_run {
        let going = going(&finished(&kept).await?, retention);
        let words = format!("{} would be forgotten\n{}", counted(going.len() as u64, "run"), going.join("\n"));
        app.console.result(words.trim_end(), &json!({ "would_forget": going }));
        return Ok(Exit::Done);
    }
    let pruned = kept.engine.prune(retention).await?;
    let words = format!("{} forgotten", counted(pruned.runs, "run"));
    app.console.result(&words, &json!({ "runs": pruned.runs, "files": pruned.blobs }));
    Ok(Exit::Done)
}

/// Every run that is over, and when it ended.
async fn finished(kept: &Kept) -> Result<Vec<(Timestamp, String)>, Problem> {
    let mut finished = Vec::new();
    let mut before = None;
    loop {
        let page = kept.engine.list(Query { before: before.take(), ..Query::default() }).await?;
        let Some(last) = page.last() else { return Ok(finished) };
        before = Some(last.run.clone());
        finished.extend(page.into_iter().filter_map(|RunInfo { finished, run, .. }| Some((finished?, run))));
    }
}

/// Those that need not be kept, the first to end last.
fn going(finished: &[(Timestamp, String)], keep: Retention) -> Vec<String> {
    let now = Timestamp::from(SystemTime::now());
    let is_old = |ended: Timestamp| keep.age.is_some_and(|age| now.since(ended) > Duration::from_millis(age));
    let is_too_many = |place: usize| keep.count.is_some_and(|count| place as u64 >= count);
    let mut order: Vec<&(Timestamp, String)> = finished.iter().collect();
    order.sort_by(|a, b| b.cmp(a));
    let going = order.into_iter().enumerate().filter(|(place, (ended, _))| is_old(*ended) || is_too_many(*place));
    going.map(|(_, (_, run))| run.clone()).collect()
}
