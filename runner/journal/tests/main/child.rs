//! Other processes: this test binary again, told by its environment what to do.
#![expect(clippy::disallowed_types, reason = "a test starts itself as a process that can be killed")]
#![expect(clippy::print_stdout, reason = "the process tells what was acknowledged")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use runner_journal::{Error, Health, Journal};
use tokio::task::JoinSet;

use crate::support::{create, entries, message, open, until};

const ROLE: &str = "LINKWORK_JOURNAL_CHILD";
const FOLDER: &str = "LINKWORK_JOURNAL_FOLDER";
const WRITERS: usize = 8;

/// A process that does something to a journal. It is killed when this goes.
pub(crate) struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    _stdin: Option<ChildStdin>,
}

impl Process {
    pub(crate) fn start(role: &str, folder: &Path) -> Self {
        Self::start_with(role, folder, &[])
    }

    pub(crate) fn start_with(role: &str, folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child::child", "--nocapture", "--test-threads=1"]);
        command.env(ROLE, role).env(FOLDER, folder).envs(environment.iter().copied());
        let errors = std::fs::File::create(errors(folder)).unwrap();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stdin = child.stdin.take();
        Self { child, lines, _stdin: stdin }
    }

    pub(crate) fn id(&self) -> String {
        self.child.id().to_string()
    }

    /// The next line that the role prints, without its mark. None when the process has ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        // The test harness may have begun the line.
        self.lines.by_ref().find_map(|line| Some(line.ok()?.split_once("| ")?.1.to_owned()))
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What the process has acknowledged: entries by run. It ends when the process has.
    pub(crate) fn acknowledged(&mut self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        while let Some(line) = self.line() {
            acknowledge(&mut all, &line);
        }
        all
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the last process of a folder wrote its errors.
pub(crate) fn errors(folder: &Path) -> PathBuf {
    folder.with_extension("stderr")
}

pub(crate) fn acknowledge(all: &mut BTreeMap<String, u64>, line: &str) {
    if let Some((run, count)) = line.strip_prefix("ack ").and_then(|line| line.split_once(' ')) {
        all.insert(run.to_owned(), count.parse().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let journal: Arc<dyn Journal> = Arc::new(open(Path::new(&std::env::var(FOLDER).unwrap())));
    match role.as_str() {
        "write" => write(&journal).await,
        "hold" => hold(&*journal).await,
        "fill" => fill(&journal).await,
        "post" => {
            println!("| {:?}", journal.post("run_waiting", message("from-elsewhere")).await.unwrap());
        }
        other => panic!("no such role: {other}"),
    }
}

/// Writes until it is killed, or until the journal fails.
async fn write(journal: &Arc<dyn Journal>) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let journal = journal.clone();
        writers.spawn(async move {
            let run = format!("run_{}_{writer}", std::process::id());
            let error = write_run(&*journal, &run).await.unwrap_err();
            println!("| error {error}");
            // Nothing is taken after that, whoever asks.
            let again = journal.append(&run, 0, Vec::new()).await.unwrap_err();
            assert!(matches!(again, Error::Poisoned { .. }), "{again}");
            assert_eq!(journal.health(), Health::Poisoned);
        });
    }
    writers.join_all().await;
}

async fn write_run(journal: &dyn Journal, run: &str) -> Result<(), Error> {
    journal.create(crate::support::new_run(run)).await?;
    println!("| ack {run} 0");
    for after in (0..).step_by(2) {
        journal.append(run, after, entries(run, after, 2)).await?;
        println!("| ack {run} {}", after + 2);
    }
    Ok(())
}

/// Writes until it is killed, and tells when there is no room and when there is room again.
async fn fill(journal: &Arc<dyn Journal>) {
    for writer in 0..WRITERS {
        let journal = journal.clone();
        let run = format!("run_{}_{writer}", std::process::id());
        tokio::spawn(async move {
            let error = write_run(&*journal, &run).await.unwrap_err();
            println!("| error {error}");
        });
    }
    for (health, intake) in [(Health::Full, "refused"), (Health::Ok, "taken")].into_iter().cycle() {
        until(&**journal, health).await;
        match journal.post(&format!("run_{}_0", std::process::id()), message(intake)).await {
            Err(Error::Full { .. }) if health == Health::Full => println!("| refused"),
            Ok(_) if health == Health::Ok => println!("| taken"),
            // There is room again, or none again, since it was looked.
            Ok(_) | Err(Error::Full { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Holds a run until it is killed.
async fn hold(journal: &dyn Journal) {
    create(journal, "run_held").await;
    journal.append("run_held", 0, entries("run_held", 0, 2)).await.unwrap();
    println!("| ready");
    let _ = std::io::stdin().lines().next();
}
