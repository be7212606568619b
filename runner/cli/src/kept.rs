//! The runs that are kept: found by what a person calls them, and shown as if they had just ended.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use connector_sdk::nearest;
use runner_engine::{Engine, Query, RunHistory, RunInfo, RunReport, RunStatus, StepReport};
use runner_journal::{SqliteJournal, limits};

use crate::app::App;
use crate::connections::Connections;
use crate::journal;
use crate::problem::Problem;

/// The label that says which file a run's flow is in.
pub(crate) const FILE: &str = "file";
/// The label of a run that the sandbox answers.
const SANDBOX: &str = "sandbox";
/// What stands for the run that was started last.
const LAST: &str = "last";
/// Runs that the beginning of an id is looked for in.
const LOOKED_AT: u32 = 1_000;
/// Runs that are named to somebody who asked for one that is not there.
const NAMED: usize = 3;

/// The runs that are kept, for commands that dial nobody.
pub(crate) struct Kept {
    pub(crate) engine: Engine,
    pub(crate) journal: Arc<SqliteJournal>,
}

impl Kept {
    /// In the folder that the command line names.
    pub(crate) fn open(app: &App) -> Result<Self, Problem> {
        let journal = journal::open_existing(&app.global.journal)?;
        let nobody = Arc::new(Connections::none(&app.registry));
        let engine = Engine::builder(app.registry.clone(), nobody).journal(Arc::clone(&journal) as _).build();
        Ok(Self { engine, journal })
    }

    /// The run that is meant by its id, the beginning of its id, or `last`.
    pub(crate) async fn find(&self, name: &str) -> Result<RunInfo, Problem> {
        if name.is_empty() {
            return Err(Problem::usage("the name of the run is empty", "write its id, the beginning of it, or `last`"));
        }
        let limit = if name == LAST { 1 } else { LOOKED_AT };
        let runs = self.engine.list(Query { limit, ..Query::default() }).await?;
        if let Some(exact) = runs.iter().find(|info| info.run == name || name == LAST) {
            return Ok(exact.clone());
        }
        let fitting: Vec<&RunInfo> = runs.iter().filter(|info| info.run.starts_with(name)).collect();
        match fitting.as_slice() {
            [only] => Ok((*only).clone()),
            // It may be older than those that were looked at.
            [] => self.engine.status(name).await.map_err(|_| unknown(name, &runs)),
            several => {
                let names = names(several.iter().copied());
                Err(Problem::usage(format!("{name:?} is the beginning of several runs"), format!("name one: {names}")))
            }
        }
    }
}

/// Whether a run can still change.
pub(crate) fn is_open(info: &RunInfo) -> bool {
    !matches!(info.status, RunStatus::Over(_))
}

fn unknown(name: &str, runs: &[RunInfo]) -> Problem {
    let message = format!("there is no run {name:?}");
    let fix = match nearest(name, runs.iter().map(|info| info.run.as_str())) {
        Some(near) => format!("did you mean {near}?"),
        None if runs.is_empty() => "no run is kept there; name another folder with --journal DIR".to_owned(),
        None => format!("the last ones are {}", names(runs)),
    };
    Problem::usage(message, fix)
}

fn names<'r>(runs: impl IntoIterator<Item = &'r RunInfo>) -> String {
    let names: Vec<&str> = runs.into_iter().take(NAMED).map(|info| info.run.as_str()).collect();
    names.join(", ")
}

/// The report of a run that is over, as whoever ran it saw it. None if it is not over.
pub(crate) fn report_of(history: RunHistory) -> Option<RunReport> {
    let RunHistory { info, steps, steps_left_out, result, .. } = history;
    let result = result?;
    let steps = steps.into_iter().map(|record| StepReport {
        id: record.key.as_str().into(),
        status: record.status,
        attempts: if record.kind == "action" { record.attempts } else { 0 },
        duration: record.finished.since(record.started),
        output: record.output,
        error: record.error,
    });
    Some(RunReport {
        run: Arc::clone(&result.run),
        status: result.status,
        output: Arc::clone(&result.output),
        steps: steps.collect(),
        steps_left_out,
        error: result.error.clone(),
        duration: info.finished.unwrap_or(info.created).since(info.created),
    })
}

/// The label of a run that the sandbox answers.
pub(crate) fn sandbox_label() -> (String, String) {
    (SANDBOX.to_owned(), "true".to_owned())
}

/// Whether the sandbox answers this run.
pub(crate) fn is_in_sandbox(run: &RunInfo) -> bool {
    run.labels.contains_key(SANDBOX)
}

/// The labels that somebody has given a run, without those that say how it was started.
pub(crate) fn own_labels(run: &RunInfo) -> BTreeMap<String, String> {
    let own = run.labels.iter().filter(|(name, _)| !is_our_label(name));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether a label says how a run was started.
pub(crate) fn is_our_label(name: &str) -> bool {
    matches!(name, FILE | SANDBOX)
}

/// The label that says which file a flow is in. A path that is too long for one is not kept: whoever goes on with the run
/// then has to name the connections.
pub(crate) fn file_label(flow: &Path) -> Option<(String, String)> {
    let path = std::path::absolute(flow).ok()?.to_str()?.to_owned();
    (path.len() <= limits::LABEL).then(|| (FILE.to_owned(), path))
}
