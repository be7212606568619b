//! The command itself: that it is built, and that what it prints of schemas is what is checked in.
//!
//! The larger suites are in `tests/`, which finds the binary that this test makes cargo build.

#![expect(clippy::disallowed_types, reason = "a test of a command runs the command")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::fs;
use std::path::Path;
use std::process::Command;

fn linkwork(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_linkwork")).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn schemas_are_the_ones_that_are_checked_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    for name in ["flow", "connections"] {
        let path = folder.join(format!("{name}.schema.json"));
        let printed = linkwork(&["schema", name]);
        if std::env::var_os("LINKWORK_UPDATE").is_some() {
            fs::write(&path, &printed).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == printed, "{} has drifted: run this test with LINKWORK_UPDATE=1", path.display());
    }
}

#[test]
fn every_command_explains_itself() {
    let help = linkwork(&["--help"]);
    for command in ["run", "validate", "action", "actions", "connectors", "options", "connection", "schema", "sandbox"]
    {
        assert!(help.contains(command), "{command} is missing in {help}");
        assert!(linkwork(&[command, "--help"]).contains("Usage: linkwork"), "{command}");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(linkwork(&["completions", shell]).contains("from-curl"), "{shell}");
    }
}
