//! `linkwork run --watch`: runs a flow, and again from the edited step whenever one of its files is saved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use runner_engine::Reuse;
use runner_flow::Flow;

use super::rerun::writes;
use super::run::{What, request};
use crate::again;
use crate::app::{App, Keep, Session};
use crate::args::RunArgs;
use crate::edited::first_edited;
use crate::exit::Exit;
use crate::files;
use crate::flow_files::{self, folder_of, result_of};
use crate::journal;
use crate::live::Live;
use crate::problem::Problem;
use crate::words::named;

/// How often the files are looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

pub(super) async fn run(app: &App, args: &RunArgs, flow: Arc<Flow>, what: What) -> Result<Exit, Problem> {
    let keep = Keep::runs(journal::open(&app.global.journal)?);
    app.in_session(folder_of(&args.flow), keep, async |session| {
        let mut files = Files::default();
        files.follow(&args.flow, &flow);
        let mut watch = Watch { app, args, session, what, flow, last: None };
        watch.run(None).await?;
        loop {
            app.console.say("watching; Ctrl-C ends it");
            if !files.change(session).await {
                return Ok(Exit::Done);
            }
            match flow_files::load(app, &args.flow) {
                Ok(flow) => {
                    files.follow(&args.flow, &flow);
                    watch.run_again(Arc::new(flow)).await?;
                }
                Err(problem) => app.console.say(&app.console.style.problem(&problem)),
            }
        }
    })
    .await
}

/// The files of a flow, as they were when they were looked at last.
#[derive(Default)]
struct Files(BTreeMap<PathBuf, Look>);

/// A file as it is. Its time tells that it was saved as it had been; its text, that it was saved twice within a moment.
#[derive(PartialEq)]
struct Look {
    saved: Option<SystemTime>,
    text: Option<String>,
}

impl Files {
    /// From now on these too, as they were when this flow was read from them.
    fn follow(&mut self, file: &Path, flow: &Flow) {
        self.add(file.to_owned(), flow.text());
        for (name, flow) in flow.sub_flows() {
            self.add(folder_of(file).join(name), flow.text());
        }
    }

    /// What was saved between reading it and looking at it counts as changed.
    fn add(&mut self, file: PathBuf, read: &str) {
        let saved = Look::at(&file).saved;
        self.0.entry(file).or_insert(Look { saved, text: Some(read.to_owned()) });
    }

    /// Waits until a file is saved. False if somebody does not want to wait for that.
    async fn change(&mut self, session: &Session) -> bool {
        loop {
            let now = self.0.keys().map(|file| (file.clone(), Look::at(file))).collect();
            if self.0 != now {
                self.0 = now;
                return true;
            }
            tokio::select! {
                () = session.asked.cancel.cancelled() => return false,
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }
}

impl Look {
    fn at(file: &Path) -> Self {
        let saved = file.metadata().and_then(|metadata| metadata.modified()).ok();
        Self { saved, text: files::read_text(file).ok() }
    }
}

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
    /// Runs the edited flow from what was edited on, unless that would repeat what must not be repeated unasked.
    async fn run_again(&mut self, edited: Arc<Flow>) -> Result<(), Problem> {
        let console = &self.app.console;
        let from = first_edited(&self.flow, &edited).map(str::to_owned);
        let Some(run) = self.last.clone() else { return Ok(()) };
        let reuse = Reuse { run, from };
        let plan = self.session.engine.plan_rerun(&edited, &reuse).await?;
        let writes: Vec<&str> = writes(&plan).map(|again| again.step.as_str()).collect();
        if !writes.is_empty() && !self.args.yes {
            let writes = named(writes.iter().copied());
            console.say(&format!(
                "not run again: it would repeat what changes something outside ({writes}); --yes allows that"
            ));
            return Ok(());
        }
        console.say(&match &reuse.from {
            Some(step) => format!("again from {step}"),
            None => "again".to_owned(),
        });
        self.flow = edited;
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
}
