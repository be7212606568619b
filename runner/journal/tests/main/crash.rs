//! kill -9.

use std::collections::BTreeMap;

use runner_journal::{Claim, Journal};

use crate::child::{Process, acknowledge};
use crate::support::{assert_holds, entries, open};

const KILLS: usize = 50;

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = BTreeMap::new();
    for kill in 0..KILLS {
        let mut process = Process::start("write", folder.path());
        // From the first acknowledgement on, at another moment each time.
        for _ in 0..=kill * 37 % 211 {
            acknowledge(&mut all, &process.line().unwrap());
        }
        process.kill();
        all.append(&mut process.acknowledged());
        let journal = open(folder.path());
        for (run, acknowledged) in all.iter().filter(|(run, _)| run.contains(&process.id())) {
            let count = assert_holds(&journal, run, *acknowledged).await.entries.len() as u64;
            assert_eq!(journal.claim(run).await.unwrap(), Claim::Mine, "the killed process holds nothing");
            journal.append(run, count, entries(run, count, 1)).await.unwrap();
        }
    }
    let journal = open(folder.path());
    for (run, acknowledged) in all {
        assert_holds(&journal, &run, acknowledged).await;
    }
}
