//! A process that is killed: when, and what it said until then.

#![expect(clippy::disallowed_types, reason = "a test of kills starts what it kills")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a process may be silent.
const PATIENCE: Duration = Duration::from_secs(120);

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kill {
    /// Instead of this sync of the journal.
    AtSync(u64),
    /// Instead of this write to the journal's files, most of which are in the middle of a commit.
    AtWrite(u64),
    /// When the provider has so many of its requests, before the last one is answered.
    AtRequest(u64),
    /// When so many of its lines have been read.
    AtLine(u64),
    /// So long after its first line, whatever it does then.
    AtMoment(Duration),
    /// It ends by itself.
    Never,
}

impl Kill {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AtSync(_) => "at a sync",
            Self::AtWrite(_) => "at a write",
            Self::AtRequest(_) => "at a request",
            Self::AtLine(_) => "at an acknowledgement",
            Self::AtMoment(_) => "at a moment",
            Self::Never => "never",
        }
    }

    /// As the library knows it that kills from within.
    fn fault(self) -> Option<String> {
        match self {
            Self::AtSync(nth) => Some(format!("kill:{nth}")),
            Self::AtWrite(nth) => Some(format!("torn:{nth}")),
            Self::AtRequest(_) | Self::AtLine(_) | Self::AtMoment(_) | Self::Never => None,
        }
    }
}

/// Whoever is to be killed, if anybody is under way.
#[derive(Clone, Default)]
pub(crate) struct Victim(Arc<Mutex<Option<Child>>>);

impl Victim {
    pub(crate) fn kill(&self) {
        if let Some(child) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            child.kill().expect("a process of ours can be killed");
        }
    }

    /// Kills it in a while. Nobody waits for that but its own end.
    pub(crate) fn kill_after(&self, delay: Duration) {
        let victim = self.clone();
        thread::spawn(move || {
            thread::sleep(delay);
            victim.kill();
        });
    }

    fn set(&self, child: Child) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
    }

    fn wait(&self) -> ExitStatus {
        let child = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        child.expect("a process is under way").wait().expect("it can be waited for")
    }
}

/// A process under way.
pub(crate) struct Process {
    kill: Kill,
    victim: Victim,
    lines: Receiver<String>,
}

impl Process {
    pub(crate) fn start(arguments: &[&str], faults: &Path, kill: Kill, victim: &Victim) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crash-host"));
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some(fault) = kill.fault() {
            command.env("LD_PRELOAD", faults).env("LINKWORK_SYNC_FAULT", fault);
        }
        let mut child = command.spawn().expect("the process starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        victim.set(child);
        let (send, lines) = sync_channel(1_000);
        // It ends with the process, or with whoever hears it.
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { kill, victim: victim.clone(), lines }
    }

    /// What it says, until it has ended. Of one that hangs, a complaint is the last line.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        std::iter::from_fn(|| match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.victim.kill();
                Some(format!("a process said nothing for {PATIENCE:?} ({:?})", self.kill))
            }
        })
    }

    pub(crate) fn end(self) -> ExitStatus {
        self.victim.wait()
    }
}

/// Compiles the library that kills from within.
pub(crate) fn faults(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/sync.c");
    let library = folder.join("sync.so");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(compiled.expect("there is a C compiler").success());
    library
}
