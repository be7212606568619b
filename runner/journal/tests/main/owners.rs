//! Several processes, one folder.

use runner_journal::{Claim, Error, Journal};

use crate::child::Process;
use crate::support::{assert_holds, create, entries, finished, open};

#[tokio::test]
async fn a_living_process_keeps_its_runs_and_a_killed_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start("hold", folder.path());
    assert_eq!(process.line().as_deref(), Some("ready"));

    let journal = open(folder.path());
    assert_holds(&journal, "run_held", 2).await;
    assert_eq!(journal.claim("run_held").await.unwrap(), Claim::HeldBy { process: process.id() });
    let fenced = Error::Fenced { run: "run_held".to_owned() };
    assert_eq!(journal.append("run_held", 2, entries("run_held", 2, 1)).await.unwrap_err(), fenced);

    process.kill();
    assert_eq!(journal.claim("run_held").await.unwrap(), Claim::Mine);
    journal.append("run_held", 2, entries("run_held", 2, 1)).await.unwrap();
    assert_holds(&journal, "run_held", 3).await;
}

#[tokio::test]
async fn who_lost_a_run_is_fenced() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (open(folder.path()), open(folder.path()));
    create(&first, "run_a").await;
    assert!(matches!(second.claim("run_a").await.unwrap(), Claim::HeldBy { .. }));
    drop(first);
    assert_eq!(second.claim("run_a").await.unwrap(), Claim::Mine);
    let third = open(folder.path());
    assert!(matches!(third.claim("run_a").await.unwrap(), Claim::HeldBy { .. }));
    let fenced = Error::Fenced { run: "run_a".to_owned() };
    assert_eq!(third.append("run_a", 0, entries("run_a", 0, 1)).await.unwrap_err(), fenced);
    second.append("run_a", 0, entries("run_a", 0, 1)).await.unwrap();
    finished(&third, "run_b", 1).await;
    assert_eq!(second.claim("run_b").await.unwrap(), Claim::Finished);
}

#[tokio::test]
async fn a_run_that_is_let_go_is_anybodys() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (open(folder.path()), open(folder.path()));
    create(&first, "run_a").await;
    assert!(second.is_held_elsewhere("run_a").await.unwrap() && !first.is_held_elsewhere("run_a").await.unwrap());
    second.release("run_a").await.unwrap();
    assert!(matches!(second.claim("run_a").await.unwrap(), Claim::HeldBy { .. }), "nobody lets go of another's run");
    first.release("run_a").await.unwrap();
    assert!(!second.is_held_elsewhere("run_a").await.unwrap());
    let fenced = Error::Fenced { run: "run_a".to_owned() };
    assert_eq!(first.append("run_a", 0, entries("run_a", 0, 1)).await.unwrap_err(), fenced);
    assert_eq!(second.claim("run_a").await.unwrap(), Claim::Mine);
    second.append("run_a", 0, entries("run_a", 0, 1)).await.unwrap();
}

#[tokio::test]
async fn locks_of_the_dead_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let locks = || {
        let files = std::fs::read_dir(folder.path().join("owners")).unwrap();
        files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|kind| kind == "lock")).count()
    };
    let mut process = Process::start("hold", folder.path());
    process.line().unwrap();
    assert_eq!(locks(), 1);
    process.kill();
    assert_eq!(locks(), 1, "nobody was there to remove it");
    let journal = open(folder.path());
    assert_eq!(locks(), 1, "there is this process' own now");
    drop(journal);
    assert_eq!(locks(), 0);
}
