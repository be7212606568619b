//! What a process has cost so far.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process that is measured; its children count as its own. It ends when dropped.
pub(crate) struct Process(Child);

/// Keeps this process, which is the load and the provider, off the core that is measured, and both cores awake: how long
/// a virtual machine takes to wake one is nobody's merit.
pub(crate) fn prepare() {
    for core in [0, 1] {
        std::thread::spawn(move || {
            stay_on(core);
            rustix::process::nice(19).expect("a thread may be lowered");
            loop {
                std::hint::spin_loop();
            }
        });
    }
    stay_on(1);
}

fn stay_on(core: usize) {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(core);
    rustix::thread::sched_setaffinity(None, &cores).expect("there are two cores");
}

impl Process {
    /// Starts it on the core that is measured.
    pub(crate) fn start(program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("taskset");
        command.args(["-c", "0", program]).args(arguments).stdout(Stdio::piped());
        Self(command.spawn().expect("taskset is there, and the program too"))
    }

    /// What it says.
    pub(crate) fn output(&mut self) -> std::process::ChildStdout {
        self.0.stdout.take().expect("its output is piped")
    }

    /// How long processors have worked for it.
    pub(crate) fn cpu(&self) -> Duration {
        // The kernel counts in hundredths of a second.
        self.all().iter().map(|id| ticks(*id)).sum::<u64>() as u32 * Duration::from_millis(10)
    }

    /// Its memory, in megabytes.
    pub(crate) fn memory(&self) -> f64 {
        self.all().iter().map(|id| resident(*id)).sum::<u64>() as f64 / 1024.0
    }

    fn all(&self) -> Vec<u32> {
        let id = self.0.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        children.split_whitespace().filter_map(|id| id.parse().ok()).chain([id]).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        for id in self.all() {
            let _ = Command::new("kill").arg(id.to_string()).status();
        }
        let _ = self.0.wait();
    }
}

fn ticks(id: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |index: usize| fields.get(index).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    field(11) + field(12)
}

fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
