//! The process that is killed: `crash-host FOLDER BASE_URL [FLOW …]`.
//!
//! It goes on with the runs of the journal in `FOLDER`, and keeps some more under way: one of each flow in turn, for ever.
//! Without flows it ends when all runs are over. A line on stdout acknowledges each run that has been started, and each
//! step and each run that is over.

#![expect(clippy::expect_used, clippy::panic, reason = "a process that cannot work must fail the test at once")]

mod engine;

use std::env;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use connector_sdk::{ErrorKind, Result};
use runner_engine::{Engine, RunEvent, RunEvents, RunRequest, Signal};
use runner_flow::{Flow, Folder as _};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use self::engine::Flows;

/// Runs that are under way together.
const TOGETHER: usize = 8;

#[tokio::main]
async fn main() {
    let mut words = env::args().skip(1);
    let folder = words.next().expect("the first argument is the journal's folder");
    let base_url = words.next().expect("the second argument is a URL");
    let flows: Vec<_> = words.collect();
    let (tell, told) = unbounded_channel();
    let engine = engine::engine(Path::new(&folder), &base_url, Arc::new(Told(tell)));
    let resumed = engine.resume().await.expect("the journal can be read");
    for (run, error) in &resumed.refused {
        say(&format!("{run} is not resumed: {error}"));
    }
    let mut host = Host { engine, watched: JoinSet::new() };
    resumed.runs.iter().for_each(|run| host.watch(run));
    host.keep_busy(&flows, told, resumed.runs.len()).await;
    host.watched.join_all().await;
}

fn flow(name: &str) -> Arc<Flow> {
    let text = Flows.read(&format!("{name}.linkwork.json")).expect("the flow can be read");
    Arc::new(Flow::parse_in(&text, &Flows).unwrap_or_else(|found| panic!("{name} is not valid: {found:#?}")))
}

struct Host {
    engine: Engine,
    /// What waits for the end of each run.
    watched: JoinSet<()>,
}

impl Host {
    /// Starts runs, hears what runs ask for, and ends when none is under way.
    async fn keep_busy(&mut self, flows: &[String], mut told: UnboundedReceiver<Asks>, resumed: usize) {
        let mut under_way = resumed;
        let mut next = flows.iter().cycle();
        loop {
            while under_way < TOGETHER
                && let Some(flow) = next.next()
            {
                self.start(flow).await;
                under_way += 1;
            }
            if under_way == 0 {
                return;
            }
            match told.recv().await.expect("the engine keeps the other end") {
                Asks::NothingMore => under_way -= 1,
                Asks::Signal(run, signal) => complain_unless_over(&run, self.engine.signal(&run, signal).await),
                Asks::Cancellation(run) => complain_unless_over(&run, self.engine.cancel(&run).await),
            }
        }
    }

    async fn start(&mut self, name: &str) {
        let started = self.engine.start(flow(name), RunRequest::default()).await.expect("a run can be started");
        say(&format!("run {}", started.run));
        self.watch(&started.run);
    }

    /// Complains if a run stops here before it is over.
    fn watch(&mut self, run: &str) {
        let (engine, run) = (self.engine.clone(), run.to_owned());
        self.watched.spawn(async move {
            if let Err(error) = engine.result(&run).await {
                say(&format!("{run} does not go on: {error}"));
            }
        });
    }
}

/// What was asked before a restart may have come through, and the run may be over since.
fn complain_unless_over<T>(run: &str, told: Result<T>) {
    if let Err(error) = told
        && error.kind() != ErrorKind::Rejected
    {
        say(&format!("{run} is not told: {error}"));
    }
}

/// What a run wants of its host.
enum Asks {
    NothingMore,
    Signal(Arc<str>, Signal),
    Cancellation(Arc<str>),
}

/// Says what the engine tells, at once.
struct Told(UnboundedSender<Asks>);

impl RunEvents for Told {
    fn emit(&self, event: RunEvent) {
        let asks = match event {
            RunEvent::StepFinished { run, step, status, .. } => {
                return say(&format!("step {run} {step} {}", status.code()));
            }
            RunEvent::RunFinished { run, status, .. } => {
                say(&format!("end {run} {}", status.code()));
                Asks::NothingMore
            }
            RunEvent::Waiting { run, step, signal: Some(name), .. } => asked_by(run, &step, name),
            _ => return,
        };
        // Nobody listens any more once the process ends.
        let _ = self.0.send(asks);
    }
}

/// A signal has the same id whichever process sends it, so it comes once.
fn asked_by(run: Arc<str>, step: &str, name: String) -> Asks {
    if name == "never" {
        return Asks::Cancellation(run);
    }
    let signal = Signal { id: format!("for-{step}"), name, data: Value::from(step) };
    Asks::Signal(run, signal)
}

/// A line is written whole or not at all, even where the process is killed.
fn say(line: &str) {
    let line = format!("{line}\n");
    std::io::stdout().lock().write_all(line.as_bytes()).expect("somebody reads");
}
