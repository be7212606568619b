//! One journal and one provider through many kills, and what the processes acknowledged meanwhile.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use connector_sdk::FileRef;
use runner_engine::{Engine, NoRunEvents, Query, RunHistory};
use runner_flow::Folder as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::dice::Dice;
use crate::engine::{Flows, engine};
use crate::process::{Kill, Process, Victim, faults};
use crate::provider::Provider;

/// Processes are killed at each of so many first syncs of theirs, one after the other.
const SYNCS: u64 = 60;
/// Processes are killed at one of so many first requests of theirs.
const REQUESTS: u64 = 60;
/// Processes are killed at one of so many first lines of theirs.
const LINES: u64 = 100;

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
}

/// What processes have acknowledged.
#[derive(Default)]
pub(crate) struct Told {
    /// The flow of each run, and which process started it.
    pub(crate) runs: BTreeMap<String, (String, u32)>,
    pub(crate) steps: Vec<StepTold>,
    /// How each run ended, and in which process.
    pub(crate) ends: Vec<(String, String, u32)>,
    /// Lines that must not come.
    pub(crate) complaints: Vec<String>,
}

/// That a step is over.
pub(crate) struct StepTold {
    pub(crate) run: String,
    pub(crate) key: String,
    pub(crate) status: String,
    pub(crate) generation: u32,
}

impl Told {
    fn hear(&mut self, line: &str, generation: u32) {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        match words.as_slice() {
            [word, run, flow] if word == "run" => drop(self.runs.insert(run.clone(), (flow.clone(), generation))),
            [word, run, key, status] if word == "step" => {
                let (run, key, status) = (run.clone(), key.clone(), status.clone());
                self.steps.push(StepTold { run, key, status, generation });
            }
            [word, run, status] if word == "end" => self.ends.push((run.clone(), status.clone(), generation)),
            _ => self.complaints.push(line.to_owned()),
        }
    }
}

impl Era {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        let faults = faults(folder.path());
        let victim = Victim::default();
        let provider = Provider::start(&victim);
        let dice = Dice::new(seed);
        Self { folder, faults, victim, dice, provider, told: Told::default(), processes: 0 }
    }

    /// Starts a process that goes on with what is there and begins more, and kills it. The number of the kill says how.
    pub(crate) fn live_and_die(&mut self, number: u64) {
        let kill = match number % 3 {
            0 => Kill::AtSync(1 + number / 3 % SYNCS),
            1 => Kill::AtRequest(self.dice.throw(1..=REQUESTS)),
            _ => Kill::AtLine(self.dice.throw(1..=LINES)),
        };
        let mut flows: Vec<_> = expected().keys().cloned().collect();
        let first = self.dice.throw(0..=flows.len() as u64 - 1);
        flows.rotate_left(first as usize);
        let ended_well = self.live(&flows, kill);
        assert!(!ended_well, "a process that is to be killed has ended by itself ({kill:?})");
    }

    /// Starts a process that brings everything to its end.
    pub(crate) fn finish(&mut self) {
        assert!(self.live(&[], Kill::Never), "the process that is left alone ends well");
    }

    fn live(&mut self, flows: &[String], kill: Kill) -> bool {
        let generation = self.processes;
        self.processes += 1;
        let (folder, url) = (self.journal(), self.provider.url(generation));
        let mut arguments = vec![folder.to_str().expect("the folder's name is text"), &url];
        arguments.extend(flows.iter().map(String::as_str));
        self.provider.kill_after(if let Kill::AtRequest(nth) = kill { Some(nth) } else { None });
        let process = Process::start(&arguments, &self.faults, kill, &self.victim);
        for (line, count) in process.lines().zip(1..) {
            self.told.hear(&line, generation);
            if kill == Kill::AtLine(count) {
                self.victim.kill();
            }
        }
        self.provider.kill_after(None);
        process.end().success()
    }

    /// What the journal tells of all its runs: every entry of them is read and checked.
    pub(crate) fn histories(&self) -> Vec<RunHistory> {
        let engine = engine(&self.journal(), "http://127.0.0.1:1", Arc::new(NoRunEvents));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(all(&engine))
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }
}

async fn all(engine: &Engine) -> Vec<RunHistory> {
    let mut found = Vec::new();
    let mut query = Query::default();
    loop {
        let page = engine.list(query.clone()).await.expect("the runs can be listed");
        let Some(last) = page.last() else { return found };
        query.before = Some(last.run.clone());
        for info in page {
            let history = engine.history(&info.run).await.expect("what a run did can be read");
            read_files(engine, &history).await;
            found.push(history);
        }
    }
}

/// Reads every file that a step of a run gave.
async fn read_files(engine: &Engine, history: &RunHistory) {
    let files = engine.files(&history.info.run);
    for step in &history.steps {
        if let Ok(file) = serde_json::from_value::<FileRef>(step.output["body"].clone()) {
            let content = files.get(&file).await.expect("the file is there");
            assert_eq!(content.len() as u64, file.size);
        }
    }
}

/// What a run of each flow must come to.
pub(crate) fn expected() -> BTreeMap<String, Value> {
    let text = Flows.read("expected.json").expect("the file can be read");
    serde_json::from_str(&text).expect("the file is JSON")
}
