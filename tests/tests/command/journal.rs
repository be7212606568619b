//! Where runs are kept: in a folder of the person's own, for several processes, and never guessed at where it is damaged.

use std::fs;

use tests::command::Shell;
use tests::wire::{Gate, Wire};

use super::{flow, held, listed, read, shell_at, wait_until};

const FLOW: &str = r#"{"linkwork":1,"name":"f","input":{"type":"object","properties":{"word":{"type":"string"}}},"steps":[{"id":"a","set":"{{ input.word }}"}]}"#;

fn shell() -> Shell {
    Shell::default().file("f.linkwork.json", FLOW)
}

fn run(shell: &Shell, more: &[&str]) -> tests::command::Outcome {
    shell.run(["run", "f.linkwork.json", "--input", "word=marmalade"].iter().chain(more))
}

#[test]
fn it_stands_where_the_person_says() {
    let shell = shell();
    run(&shell, &[]).exits(0);
    run(&shell, &["--journal", "other"]).exits(0);
    assert!(shell.path(".linkwork/journal.db").is_file() && shell.path("other/journal.db").is_file());
    let ignored = fs::read_to_string(shell.path(".linkwork/.gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "*"), "no repository takes it up: {ignored}");
    let shell = shell.env("LINKWORK_JOURNAL", "third");
    run(&shell, &[]).exits(0);
    assert!(shell.path("third/journal.db").is_file());
    assert_eq!(listed(&shell).len(), 1);
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_look_into_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let shell = shell();
    run(&shell, &[]).exits(0);
    let mode = |name| fs::metadata(shell.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(".linkwork"), mode(".linkwork/journal.db")), (0o700, 0o600));
}

#[test]
fn looking_for_runs_makes_nothing() {
    let shell = shell();
    for args in
        [["runs", "list"].as_slice(), &["runs", "show", "last"], &["rerun", "last"], &["runs", "resume", "--all"]]
    {
        let none = shell.run(args).exits(3);
        assert!(none.stderr.contains("no runs are kept in .linkwork"), "{none:?}");
    }
    assert!(!shell.path(".linkwork").exists());
}

#[test]
fn without_a_journal_nothing_is_kept() {
    let failing = r#"{"linkwork":1,"name":"f","steps":[{"id":"a","fail":"no"}]}"#;
    let shell = Shell::default().file("f.linkwork.json", failing);
    let outcome = shell.run(["run", "f.linkwork.json", "--no-journal"]).exits(1);
    assert!(!outcome.stderr.contains("rerun"), "there is nothing to go on with: {outcome:?}");
    assert!(!shell.path(".linkwork").exists());
}

#[test]
fn a_place_that_is_of_no_use_is_said_before_anything_is_sent() {
    let shell = shell().file("plain", "a file").file("garbage.txt", "");
    fs::create_dir(shell.path("garbage")).unwrap();
    fs::write(shell.path("garbage/journal.db"), [0xa5; 10_000]).unwrap();
    for place in ["plain", "plain/below", "garbage"] {
        let refused = run(&shell, &["--journal", place]).exits(3);
        assert!(refused.stderr.contains("error[journal]: runs cannot be kept in"), "{refused:?}");
        assert!(refused.stderr.contains("--no-journal"), "{refused:?}");
        assert_eq!(refused.stdout, "");
    }
    let unread = shell.run(["runs", "list", "--journal", "garbage", "--output", "json"]).exits(3);
    assert_eq!(unread.json()["error"]["code"], "journal");
    assert_eq!(fs::read(shell.path("garbage/journal.db")).unwrap(), [0xa5; 10_000], "it is left as it was");
}

#[test]
fn a_damaged_run_is_said_and_the_others_are_there() {
    let shell = shell();
    run(&shell, &[]).exits(0);
    shell.run(["run", "f.linkwork.json", "--input", "word=porridge"]).exits(0);
    let runs = listed(&shell);
    let file = shell.path(".linkwork/journal.db");
    let mut bytes = fs::read(&file).unwrap();
    let places: Vec<usize> = (0..bytes.len() - 9).filter(|&at| bytes[at..].starts_with(b"marmalade")).collect();
    assert!(!places.is_empty(), "what a run was given is in the file");
    places.into_iter().for_each(|at| bytes[at] = b'M');
    fs::write(&file, bytes).unwrap();
    let (good, bad) = (runs[0]["run"].as_str().unwrap(), runs[1]["run"].as_str().unwrap());
    let damaged = shell.run(["runs", "show", bad]).exits(3);
    assert!(
        damaged.stderr.contains("error[journal]: ")
            && damaged.stderr.contains("is damaged")
            && damaged.stderr.contains(bad),
        "{damaged:?}"
    );
    assert!(damaged.stderr.contains("other runs are not touched by this"), "{damaged:?}");
    shell.run(["runs", "show", good]).exits(0);
    assert_eq!(listed(&shell), runs);
    run(&shell, &[]).exits(0);
}

#[test]
fn processes_share_it() {
    let gate = Gate::closed();
    let upstream = Wire::always(held(&gate));
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one")]));
    let all: Vec<_> = (0..3).map(|_| shell.start(["run", "f.linkwork.json"])).collect();
    wait_until(&upstream, |seen| seen.requests.len() == 3);
    assert!(listed(&shell).iter().all(|run| run["status"] == "running"));
    gate.open();
    all.into_iter().for_each(|running| drop(running.end().exits(0)));
    assert_eq!(listed(&shell).iter().filter(|run| run["status"] == "succeeded").count(), 3);
}
