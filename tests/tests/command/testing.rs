//! `linkwork test` and `linkwork record`: the tests of flows.

use std::fs;

use serde_json::{Value, json};
use tests::command::Shell;
use tests::wire::{Reply, Wire};

use super::{MODEL, flow, read, shell_at};

fn cases(cases: &Value) -> String {
    json!({ "flow": "./f.linkwork.json", "cases": cases }).to_string()
}

/// A folder with a flow, and a test of it with a good and a bad case.
fn shell() -> Shell {
    let tests = json!([
        { "name": "what is so", "input": { "n": 1 }, "expect": { "output": 1 } },
        { "name": "what is not so", "input": { "n": 1 }, "expect": { "output": 2 } }
    ]);
    let flow = r#"{"linkwork":1,"name":"f","input":{"type":"object","properties":{"n":{"type":"integer"}}},"steps":[{"id":"a","set":"{{ input.n }}"}]}"#;
    Shell::default().file("f.linkwork.json", flow).file("f.test.json", cases(&tests))
}

#[test]
fn what_was_not_expected_is_shown_with_its_place_and_has_a_code_of_its_own() {
    let outcome = shell().run(["test"]).exits(4);
    assert!(outcome.stdout.starts_with("1 passed, 1 failed"), "{outcome:?}");
    assert!(outcome.stderr.contains("passed  what is so") && outcome.stderr.contains("failed  what is not so"));
    assert!(outcome.stderr.contains("f.test.json:1:"), "{outcome:?}");
    assert!(outcome.stderr.contains("expected: 2") && outcome.stderr.contains("found: 1"), "{outcome:?}");
    let json = shell().run(["test", "--output", "json"]).exits(4).json();
    assert_eq!((&json[0]["file"], &json[0]["passed"]), (&json!("f.test.json"), &json!(false)));
    assert_eq!(json[0]["report"]["cases"][0]["verdict"], "passed");
}

#[test]
fn cases_are_chosen_by_their_names() {
    shell().run(["test", "--case", "what is so"]).exits(0);
    let none = shell().run(["test", "--case", "whatever"]).exits(2);
    assert!(none.stderr.contains("no case has \"whatever\" in its name"), "{none:?}");
}

#[test]
fn folders_below_are_looked_into_but_for_those_that_are_nobodys_own() {
    let shell = shell();
    for folder in ["more/deep", ".hidden", "node_modules/x", "target"] {
        fs::create_dir_all(shell.path(folder)).unwrap();
        for file in ["f.linkwork.json", "f.test.json"] {
            fs::copy(shell.path(file), shell.path(folder).join(file)).unwrap();
        }
    }
    let json = shell.run(["test", "--case", "what is so", "--output", "json"]).exits(0).json();
    let files: Vec<&Value> = json.as_array().unwrap().iter().map(|report| &report["file"]).collect();
    assert_eq!(files, ["f.test.json", "more/deep/f.test.json"]);
}

#[test]
fn a_report_in_junits_form_has_every_case() {
    let shell = shell();
    shell.run(["test", "--junit", "report.xml"]).exits(4);
    let report = fs::read_to_string(shell.path("report.xml")).unwrap();
    assert!(report.contains("tests=\"2\" failures=\"1\""), "{report}");
    assert!(report.contains("<failure"), "{report}");
}

#[test]
fn what_cannot_be_tested_is_no_failed_test() {
    let shell = shell().file("bad.test.json", r#"{"flow":"./f.linkwork.json","casses":[]}"#);
    let outcome = shell.run(["test", "bad.test.json", "f.test.json"]).exits(3);
    assert!(outcome.stderr.contains("bad.test.json:1:"), "{outcome:?}");
    assert!(outcome.stderr.contains("passed  what is so"), "the other file is run: {outcome:?}");
    let none = Shell::default().run(["test"]).exits(2);
    assert!(none.stderr.contains("no file ends in .test.json"), "{none:?}");
}

#[test]
fn what_was_recorded_is_replayed_without_the_provider() {
    let upstream = Wire::script([Reply::json(503, "{}"), Reply::json(200, MODEL)]);
    let mut step = read("one");
    step["retry"] = json!({ "max_attempts": 2, "delay": "0s" });
    let recorded = json!({
        "flow": "./f.linkwork.json", "recording": "./f.recording.json",
        "cases": [{ "name": "as it was", "expect": { "output.id": "a", "steps.one.attempts": 2 } }]
    });
    let shell =
        shell_at(&upstream).file("f.linkwork.json", flow("f", &[step])).file("f.test.json", recorded.to_string());
    let outcome = shell.run(["record", "f.linkwork.json"]).exits(0);
    assert!(outcome.stderr.contains("f.recording.json holds 2 exchanges"), "{outcome:?}");
    let text = fs::read_to_string(shell.path("f.recording.json")).unwrap();
    assert!(!text.contains("xai-test"), "{text}");
    assert!(!shell.path(".linkwork").exists(), "the run itself is not kept");
    drop(upstream);
    fs::remove_file(shell.path("linkwork.connections.json")).unwrap();
    shell.run(["test"]).exits(0);
}

#[test]
fn a_recording_that_could_not_be_written_is_refused_before_anything_is_sent() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one")]));
    fs::create_dir(shell.path("folder")).unwrap();
    for (to, why) in [("folder", "is a folder"), ("new/", "names no file"), ("nowhere/r.json", "cannot be written")] {
        let refused = shell.run(["record", "f.linkwork.json", "--to", to]).exits(3);
        assert!(refused.stderr.contains(&format!("{to} {why}")), "{refused:?}");
    }
    assert_eq!(upstream.seen().connections, 0);
}

#[test]
#[cfg(unix)]
#[expect(clippy::disallowed_types, reason = "only a program makes a pipe with a name")]
fn what_would_have_to_be_waited_for_is_no_file() {
    let shell = shell();
    let made = std::process::Command::new("mkfifo").arg(shell.path("pipe.test.json")).status().unwrap();
    assert!(made.success());
    for command in [["fmt", "pipe.test.json"], ["test", "pipe.test.json"]] {
        let refused = shell.run(command).exits(3);
        assert!(refused.stderr.contains("pipe.test.json is no regular file"), "{refused:?}");
    }
}
