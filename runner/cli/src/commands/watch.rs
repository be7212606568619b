//! `linkwork run --watch`: runs a flow, and again from the edited step whenever one of its files is saved.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use runner_engine::Reuse;
use runner_flow::{Flow, Step, StepKind};
use serde_json::Value;

use super::rerun::writes;
use super::run::{What, request};
use crate::again;
use crate::app::{App, Keep, Session};
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::flow_files::{self, folder_of, result_of};
use crate::journal;
use crate::live::Live;
use crate::problem::Problem;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(200);

pub(super) async fn run(app: &App, args: &RunArgs, flow: Arc<Flow>, what: What) -> Result<Exit, Problem> {
    let keep = Keep::runs(journal::open(&app.global.journal)?);
    app.in_session(folder_of(&args.flow), keep, async |session| {
        let mut watch = Watch { app, args, session, what, flow, last: None };
        let mut stamps = watch.stamps();
        watch.run(None).await?;
        loop {
            app.console.say("watching; Ctrl-C ends it");
            if !changed(session, &mut stamps, || watch.stamps()).await {
                return Ok(Exit::Done);
            }
            watch.run_again().await?;
        }
    })
    .await
}

/// Waits until a file is another one. False if somebody does not want to wait for that.
async fn changed(session: &Session, stamps: &mut Stamps, now: impl Fn() -> Stamps) -> bool {
    loop {
        let found = now();
        if found != *stamps {
            *stamps = found;
            return true;
        }
        tokio::select! {
            () = session.cancel.cancelled() => return false,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// When each of the files was saved.
type Stamps = Vec<(PathBuf, Option<SystemTime>)>;

struct Watch<'w> {
    app: &'w App,
    args: &'w RunArgs,
    session: &'w Session,
    what: What,
    /// The flow as it was run last.
    flow: Arc<Flow>,
    /// The last run.
    last: Option<String>,
}

impl Watch<'_> {
    /// Runs the edited flow from what was edited on, if it can be run.
    async fn run_again(&mut self) -> Result<(), Problem> {
        let console = &self.app.console;
        let flow = match flow_files::load(self.app, &self.args.flow) {
            Ok(flow) => Arc::new(flow),
            Err(problem) => {
                console.say(&console.style.problem(&problem));
                return Ok(());
            }
        };
        let edited = first_edited(&self.flow, &flow).map(str::to_owned);
        self.flow = flow;
        let Some(run) = self.last.clone() else { return self.run(None).await };
        let reuse = Reuse { run, from: edited };
        let plan = self.session.engine.plan_rerun(&self.flow, &reuse).await?;
        let writes: Vec<&str> = writes(&plan).map(|again| again.step.as_str()).collect();
        if !writes.is_empty() && !self.args.yes {
            let writes = writes.join(", ");
            console.say(&format!(
                "not run again: it would repeat what changes something outside ({writes}); --yes allows that"
            ));
            return Ok(());
        }
        console.say(&match &reuse.from {
            Some(step) => format!("again from {step}"),
            None => "again".to_owned(),
        });
        self.run(Some(reuse)).await
    }

    async fn run(&mut self, reuse: Option<Reuse>) -> Result<(), Problem> {
        let live = Live::of_flow(self.app, result_of(&self.flow), true);
        let mut request = request(self.session, self.args, self.what.clone(), &live);
        request.reuse = reuse;
        let report = self.session.engine.run(Arc::clone(&self.flow), request).await?;
        self.last = Some(report.run.to_string());
        let again = again::rerun(&self.app.global, &report);
        live.finish(&report, &*self.session.engine.files(&report.run), again).await?;
        Ok(())
    }

    /// The files of the flow as they are now.
    fn stamps(&self) -> Stamps {
        let folder = folder_of(&self.args.flow);
        let others = self.flow.sub_flows().into_keys().map(|file| folder.join(file));
        let files = std::iter::once(self.args.flow.clone()).chain(others);
        files.map(|file| (file.clone(), saved(&file))).collect()
    }
}

fn saved(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// The first step of a flow that is not the same in an earlier text of it.
fn first_edited<'f>(before: &Flow, after: &'f Flow) -> Option<&'f str> {
    let (old, new) = (json_of(before), json_of(after));
    let edited = |(index, step): &(usize, &Step)| {
        let same = before.steps().get(*index).is_some_and(|other| is_same((other, &old), (step, &new)));
        !same
    };
    let first = after.steps().iter().enumerate().find(edited).map(|(_, step)| step.id());
    // What stands before the steps is seen by all of them.
    let head = |file: &Value| ["input", "config", "connections"].map(|key| file.get(key).cloned());
    let is_other = head(&old) != head(&new);
    if is_other { after.steps().first().map(Step::id) } else { first }
}

fn is_same((before, old): (&Step, &Value), (after, new): (&Step, &Value)) -> bool {
    let text = old.pointer(before.pointer()) == new.pointer(after.pointer());
    text && flows_in(before) == flows_in(after)
}

/// The texts of the flows that are run within a step.
fn flows_in(step: &Step) -> Vec<String> {
    let own: Vec<String> = match step.kind() {
        StepKind::SubFlow(sub) => {
            let inner = sub.flow().sub_flows();
            let inner = inner.values().map(|flow| flow.text().to_owned());
            std::iter::once(sub.flow().text().to_owned()).chain(inner).collect()
        }
        _ => Vec::new(),
    };
    own.into_iter().chain(step.blocks().flat_map(|block| block.iter()).flat_map(flows_in)).collect()
}

fn json_of(flow: &Flow) -> Value {
    serde_json::from_str(flow.text()).unwrap_or_default()
}
