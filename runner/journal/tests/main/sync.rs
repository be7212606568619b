//! Syncs that fail, and kills at the very sync.

use std::path::Path;

use runner_journal::{Claim, Journal};

use crate::child::{Process, errors};
use crate::faults::faults;
use crate::support::{assert_holds, entries, open};

fn start(folder: &Path, library: &Path, fault: &str) -> Process {
    let preload = library.to_str().unwrap();
    Process::start_with("write", folder, &[("LD_PRELOAD", preload), ("LINKWORK_SYNC_FAULT", fault)])
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged_and_a_restart_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let library = faults(root.path(), "sync");
    for nth in [8, 9, 20, 120] {
        let folder = root.path().join(format!("journal-{nth}"));
        let mut process = start(&folder, &library, &format!("fail:{nth}"));
        let (mut lines, mut acknowledged) = (Vec::new(), Default::default());
        while let Some(line) = process.line() {
            crate::child::acknowledge(&mut acknowledged, &line);
            lines.push(line);
        }
        let poisoned = lines.iter().filter(|line| line.contains("takes nothing more")).count();
        assert_eq!(poisoned, 8, "each writer is told: {lines:#?}");
        let errors = std::fs::read_to_string(errors(&folder)).unwrap();
        assert!(!errors.contains("synced after the fault") && !errors.contains("panicked"), "{errors}");

        let journal = open(&folder);
        for (run, count) in acknowledged {
            let count = assert_holds(&journal, &run, count).await.entries.len() as u64;
            assert_eq!(journal.claim(&run).await.unwrap(), Claim::Mine);
            journal.append(&run, count, entries(&run, count, 1)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_kill_at_any_sync_loses_nothing_that_was_acknowledged() {
    let root = tempfile::tempdir().unwrap();
    let library = faults(root.path(), "sync");
    for nth in 1..=25 {
        let folder = root.path().join(format!("journal-{nth}"));
        let acknowledged = start(&folder, &library, &format!("kill:{nth}")).acknowledged();
        let journal = open(&folder);
        for (run, count) in acknowledged {
            assert_holds(&journal, &run, count).await;
        }
        for row in journal.unfinished(None, 0).await.unwrap() {
            assert_holds(&journal, &row.id, row.entries).await;
        }
    }
}
