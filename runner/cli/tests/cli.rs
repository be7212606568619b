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
    let schema = |name: &'static str| (name, format!("{name}.schema.json"));
    let files = ["flow", "connections", "test", "server"].map(schema).into_iter();
    let files = files.chain(["openapi", "permissions"].map(|name| (name, format!("{name}.json"))));
    for (name, file) in files {
        let path = folder.join(file);
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
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A line that goes on with a description is further in.
    let lines = commands.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names: Vec<&str> = lines.filter_map(|line| line.split(' ').next()).collect();
    assert!(names.len() > 15, "{help}");
    for name in names.into_iter().filter(|name| *name != "help") {
        assert!(linkwork(&[name, "--help"]).contains("Usage: linkwork"), "{name}");
    }
}

#[test]
fn every_option_says_what_it_does() {
    let flows = [["run", "-h"].as_slice(), &["rerun", "-h"], &["runs", "list", "-h"], &["test", "-h"]];
    let endpoint =
        [["serve", "-h"].as_slice(), &["keys", "create", "-h"], &["connections", "add", "-h"], &["usage", "-h"]];
    for command in flows.into_iter().chain(endpoint) {
        let help = linkwork(command);
        let lines: Vec<&str> = help.lines().collect();
        for (line, next) in lines.iter().zip(lines.iter().skip(1).chain(&[""])) {
            let is_option = line.trim_start().starts_with("--");
            let words = line.trim_start().split_once("  ").map_or(next.trim(), |(_, words)| words.trim());
            assert!(!is_option || words.starts_with(char::is_uppercase), "{command:?}: {line}");
        }
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(linkwork(&["completions", shell]).contains("from-curl"), "{shell}");
    }
}

#[cfg(target_os = "linux")]
mod on_a_terminal {
    use super::*;

    const FLOW: &str =
        r#"{"linkwork":1,"name":"f","steps":[{"id":"a","set":"a\u001b[31m\tb\nc"}],"output":"{{ steps.a.output }}"}"#;

    #[test]
    fn text_from_outside_does_not_steer_it() {
        let flow = Path::new(env!("CARGO_TARGET_TMPDIR")).join("steering.linkwork.json");
        fs::write(&flow, FLOW).unwrap();
        let line = format!("'{}' run --no-journal '{}'", env!("CARGO_BIN_EXE_linkwork"), flow.display());
        let output = Command::new("script").args(["-qec", &line, "/dev/null"]).output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(shown.contains("a\u{fffd}[31m") && shown.contains('c'), "{shown:?}");
        assert!(!shown.contains("\u{1b}[31m"), "{shown:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_no_panic() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let run = |args: &[&OsStr]| Command::new(env!("CARGO_BIN_EXE_linkwork")).args(args).output().unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(OsStr::from_bytes(b"\xff.linkwork.json"));
    fs::write(&path, r#"{"linkwork":1,"name":"f","steps":[{"id":"a","set":{"a":1}}]}"#).unwrap();
    let [validate, output, json] = ["validate", "--output", "json"].map(OsStr::new);
    assert_eq!(run(&[validate, path.as_os_str(), output, json]).status.code(), Some(0));
    assert_eq!(run(&[validate, OsStr::from_bytes(b"\xff"), output, json]).status.code(), Some(3));
    let list = ["action", "run", "xai-grok/list-models", "--sandbox", "--env-file"].map(OsStr::new);
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR")).join(OsStr::from_bytes(b"\xff.env"));
    fs::write(&empty, "").unwrap();
    assert_eq!(run(&[list.as_slice(), &[empty.as_os_str()]].concat()).status.code(), Some(0));
}
