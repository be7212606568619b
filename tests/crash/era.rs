//! One journal and one provider through many kills, and what the processes acknowledged meanwhile.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::FileRef;
use runner_engine::{Engine, NoRunEvents, Query, RunHistory};
use runner_flow::Folder as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::dice::Dice;
use crate::engine::{Flows, engine};
use crate::process::{Kill, Process, Victim, faults};
use crate::provider::Provider;

/// The number of the signal that kills.
const SIGKILL: i32 = 9;
/// The kinds of kills.
const KINDS: u64 = 5;
/// Processes are killed at each of so many first syncs of theirs, one after the other.
const SYNCS: u64 = 60;
/// Processes are killed at one of so many first writes of theirs to the journal's files.
const WRITES: u64 = 800;
/// Processes are killed at one of so many first requests of theirs.
const REQUESTS: u64 = 60;
/// Processes are killed at one of so many first lines of theirs.
const LINES: u64 = 100;
/// Processes are killed within so many microseconds of their first line.
const MOMENTS: u64 = 60_000;

/// One journal and one provider through many kills.
pub(crate) struct Era {
    folder: TempDir,
    faults: PathBuf,
    victim: Victim,
    dice: Dice,
    pub(crate) provider: Provider,
    pub(crate) told: Told,
    /// How many processes there have been.
    pub(crate) processes: u32,
    /// How many of them were killed, by the kind of kill.
    pub(crate) kills: BTreeMap<&'static str, u64>,
}

/// What processes have acknowledged.
#[derive(Default)]
pub(crate) struct Told {
    /// Which process started each run.
    pub(crate) runs: BTreeMap<String, u32>,
    pub(crate) steps: Vec<StepTold>,
    pub(crate) ends: Vec<EndTold>,
    /// What must not be.
    pub(crate) complaints: Vec<String>,
}

/// That a step is over.
pub(crate) struct StepTold {
    pub(crate) run: String,
    pub(crate) key: String,
    pub(crate) status: String,
    pub(crate) generation: u32,
}

/// That a run is over.
pub(crate) struct EndTold {
    pub(crate) run: String,
    pub(crate) status: String,
    pub(crate) generation: u32,
}

impl Told {
    fn hear(&mut self, line: &str, generation: u32) {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        match words.as_slice() {
            [word, run] if word == "run" => drop(self.runs.insert(run.clone(), generation)),
            [word, run, key, status] if word == "step" => {
                let (run, key, status) = (run.clone(), key.clone(), status.clone());
                self.steps.push(StepTold { run, key, status, generation });
            }
            [word, run, status] if word == "end" => {
                let (run, status) = (run.clone(), status.clone());
                self.ends.push(EndTold { run, status, generation });
            }
            _ => self.complain(format_args!("process {generation}: {line}")),
        }
    }

    fn complain(&mut self, what: impl Display) {
        self.complaints.push(what.to_string());
    }
}

impl Era {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        let faults = faults(folder.path());
        let victim = Victim::default();
        let provider = Provider::start(&victim);
        let (dice, told, kills) = (Dice::new(seed), Told::default(), BTreeMap::new());
        Self { folder, faults, victim, dice, provider, told, processes: 0, kills }
    }

    /// Starts a process that goes on with what is there and begins more, and kills it. The number of the kill says how.
    pub(crate) fn live_and_die(&mut self, number: u64) {
        let kill = match number % KINDS {
            0 => Kill::AtSync(1 + number / KINDS % SYNCS),
            1 => Kill::AtWrite(self.dice.throw(1..=WRITES)),
            2 => Kill::AtRequest(self.dice.throw(1..=REQUESTS)),
            3 => Kill::AtLine(self.dice.throw(1..=LINES)),
            _ => Kill::AtMoment(Duration::from_micros(self.dice.throw(0..=MOMENTS))),
        };
        let mut flows: Vec<_> = expected().into_keys().collect();
        let first = self.dice.throw(0..=flows.len() as u64 - 1);
        flows.rotate_left(first as usize);
        match self.live(&flows, kill).signal() {
            Some(SIGKILL) => *self.kills.entry(kill.name()).or_default() += 1,
            _ => self.told.complain(format_args!("a process that was to be killed has ended by itself ({kill:?})")),
        }
    }

    /// Starts a process that brings everything to its end.
    pub(crate) fn finish(&mut self) {
        if !self.live(&[], Kill::Never).success() {
            self.told.complain("the process that was left alone did not end well");
        }
    }

    fn live(&mut self, flows: &[String], kill: Kill) -> ExitStatus {
        let generation = self.processes;
        self.processes += 1;
        let (folder, url) = (self.journal(), self.provider.url(generation));
        let mut arguments = vec![folder.to_str().expect("the folder's name is text"), &url];
        arguments.extend(flows.iter().map(String::as_str));
        self.provider.kill_after(generation, if let Kill::AtRequest(nth) = kill { Some(nth) } else { None });
        let process = Process::start(&arguments, &self.faults, kill, &self.victim);
        for (line, count) in process.lines().zip(1..) {
            self.told.hear(&line, generation);
            match kill {
                Kill::AtLine(nth) if nth == count => self.victim.kill(),
                Kill::AtMoment(moment) if count == 1 => self.victim.kill_after(moment),
                _ => {}
            }
        }
        process.end()
    }

    /// What the journal tells of all its runs: every entry of them is read and checked, and so is the database.
    pub(crate) fn histories(&mut self) -> Vec<RunHistory> {
        self.told.complaints.extend(damage(&self.journal().join("journal.db")));
        let engine = engine(&self.journal(), "http://127.0.0.1:1", Arc::new(NoRunEvents));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(all(&engine, &mut self.told))
    }

    /// Keeps the journal, for whoever wants to look into it.
    pub(crate) fn keep(self) -> PathBuf {
        self.folder.keep().join("journal")
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }
}

/// What the database itself finds to be damaged.
fn damage(file: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(file).expect("the database can be opened");
    let mut check = db.prepare("PRAGMA integrity_check").expect("a database can be checked");
    let found = check.query_map([], |row| row.get(0)).and_then(Iterator::collect);
    let found: Vec<String> = found.expect("what is found can be read");
    found.into_iter().filter(|found| found != "ok").collect()
}

async fn all(engine: &Engine, told: &mut Told) -> Vec<RunHistory> {
    let mut found = Vec::new();
    let mut query = Query::default();
    loop {
        let page = engine.list(query.clone()).await.expect("the runs can be listed");
        let Some(last) = page.last() else { return found };
        query.before = Some(last.run.clone());
        for info in page {
            match engine.history(&info.run).await {
                Ok(history) => {
                    read_files(engine, &history, told).await;
                    found.push(history);
                }
                Err(error) => told.complain(error),
            }
        }
    }
}

/// Reads every file that a step of a run gave.
async fn read_files(engine: &Engine, history: &RunHistory, told: &mut Told) {
    let files = engine.files(&history.info.run);
    for step in &history.steps {
        let Ok(file) = serde_json::from_value::<FileRef>(step.output["body"].clone()) else { continue };
        match files.get(&file).await {
            Ok(content) if content.len() as u64 == file.size => {}
            Ok(content) => told.complain(format_args!("a file of {} has {} bytes", history.info.run, content.len())),
            Err(error) => told.complain(error),
        }
    }
}

/// What a run of each flow must come to.
pub(crate) fn expected() -> BTreeMap<String, Value> {
    let text = Flows.read("expected.json").expect("the file can be read");
    serde_json::from_str(&text).expect("the file is JSON")
}
