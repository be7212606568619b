//! The host program that embedders copy, run as the process that it is.
#![expect(clippy::disallowed_types, reason = "the example is a process, which is run here")]

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// The built example. It lies beside the folder of this test's own program.
fn example() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let built = own.ancestors().nth(2).unwrap().join("examples/host");
    assert!(built.exists(), "build it first: cargo build -p runner-engine --example host");
    built
}

fn run_in(folder: &TempDir) -> Vec<String> {
    let output = Command::new(example()).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn is_listed(line: &str) -> bool {
    line.starts_with("run_") && line.ends_with(r#" succeeded {"ticket": "4711"}"#)
}

#[test]
fn the_example_of_a_host_runs_a_flow_that_waits_for_approval() {
    let folder = TempDir::new().unwrap();
    let lines = run_in(&folder);
    for step in ["ideas", "approval", "draw"] {
        assert!(lines.contains(&format!("acme: {step} succeeded")), "{lines:#?}");
    }
    let gave = lines.iter().find(|line| line.starts_with("approve-and-draw gave ")).unwrap();
    assert!(gave.contains(r#""title":"#) && gave.contains(r#""picture":"#), "{gave}");
    assert_eq!(lines.iter().filter(|line| is_listed(line)).count(), 1, "{lines:#?}");

    // The next process finds in the journal what this one did.
    let lines = run_in(&folder);
    assert_eq!(lines.iter().filter(|line| is_listed(line)).count(), 2, "{lines:#?}");
}
