//! A disk that is full: the system says so, in the middle of a write.

use std::collections::BTreeMap;
use std::path::Path;

use runner_journal::{Claim, Journal};

use crate::child::{Process, acknowledge};
use crate::faults::faults;
use crate::support::{assert_holds, entries, open};

/// A process that fills a disk with so much room, and what it has acknowledged.
struct Filling {
    process: Process,
    acknowledged: BTreeMap<String, u64>,
}

impl Filling {
    fn start(folder: &Path, library: &Path, room: &Path) -> Self {
        let (preload, room) = (library.to_str().unwrap(), room.to_str().unwrap());
        let process = Process::start_with("fill", folder, &[("LD_PRELOAD", preload), ("LINKWORK_ROOM", room)]);
        Self { process, acknowledged: BTreeMap::new() }
    }

    /// Until it says this of what was new.
    fn until(&mut self, word: &str) {
        loop {
            let line = self.process.line().unwrap();
            assert!(!line.starts_with("error"), "{line}");
            acknowledge(&mut self.acknowledged, &line);
            if line == word {
                return;
            }
        }
    }

    async fn assert_nothing_is_lost(mut self, folder: &Path) {
        self.process.kill();
        self.acknowledged.append(&mut self.process.acknowledged());
        let journal = open(folder);
        for (run, count) in self.acknowledged {
            let count = assert_holds(&journal, &run, count).await.entries.len() as u64;
            assert_eq!(journal.claim(&run).await.unwrap(), Claim::Mine);
            journal.append(&run, count, entries(&run, count, 1)).await.unwrap();
        }
    }
}

/// Says how much room there is, at once: nobody reads half a number.
fn give(room: &Path, bytes: u64) {
    let new = room.with_extension("new");
    std::fs::write(&new, bytes.to_string()).unwrap();
    std::fs::rename(new, room).unwrap();
}

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_and_loses_nothing() {
    let root = tempfile::tempdir().unwrap();
    let (library, room) = (faults(root.path(), "room"), root.path().join("room.txt"));
    // It ends within the first log, within later ones, and where the log is moved into the file.
    for bytes in [400_000, 2_000_000, 4_500_000, 6_000_000, 9_000_000] {
        let folder = root.path().join(format!("journal-{bytes}"));
        give(&room, bytes);
        let mut filling = Filling::start(&folder, &library, &room);
        filling.until("refused");
        filling.assert_nothing_is_lost(&folder).await;
    }
}

#[tokio::test]
async fn room_on_the_disk_lets_runs_go_on() {
    let root = tempfile::tempdir().unwrap();
    let (library, room) = (faults(root.path(), "room"), root.path().join("room.txt"));
    let folder = root.path().join("journal");
    give(&room, 400_000);
    let mut filling = Filling::start(&folder, &library, &room);
    for bytes in [2_000_000, 6_000_000, 12_000_000] {
        filling.until("refused");
        give(&room, bytes);
        filling.until("taken");
    }
    filling.until("refused");
    filling.assert_nothing_is_lost(&folder).await;
}
