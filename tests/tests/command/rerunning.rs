//! Running a flow again: what succeeded is reused, what is repeated is said, and a write is repeated only on request.

use std::fs;

use serde_json::{Value, json};
use tests::command::Shell;
use tests::wire::{Gate, Reply, Wire};

use super::{MODEL, asked, flow, held, listed, paste, read, shell_at, wait_until, write};

fn refusing_once() -> Wire {
    Wire::script([Reply::json(200, MODEL), Reply::json(404, "{}"), Reply::json(200, MODEL)])
}

#[test]
fn the_command_that_a_failure_shows_goes_on_from_there() {
    let upstream = refusing_once();
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one"), read("two")]));
    let failed = shell.run(["run", "f.linkwork.json"]).exits(1);
    assert!(failed.stderr.contains("whose fault: ") && failed.stderr.contains(" in the step two"), "{failed:?}");
    let again = paste(&shell, failed.told("to go on: ")).exits(0);
    assert_eq!(again.told("reuses: "), "one");
    assert_eq!(again.told("repeats: "), "two (read, was tried 1 time, failed)");
    assert_eq!(asked(&upstream), ["one", "two", "two"]);
    let runs = listed(&shell);
    assert_eq!(runs[0]["parent"], runs[1]["run"]);
}

#[test]
fn the_command_works_with_the_options_that_the_run_was_given() {
    let shell = Shell::default().file(
        "f.linkwork.json",
        flow("f", &[json!({ "id": "models", "action": "xai-grok/list-models" }), json!({ "id": "no", "fail": "no" })]),
    );
    let failed = shell.run(["run", "f.linkwork.json", "--sandbox", "--journal", "my runs"]).exits(1);
    let again = paste(&shell, failed.told("to go on: ")).exits(1);
    assert_eq!(again.told("reuses: "), "models");
    let shown = shell.run(["runs", "show", "last", "--journal", "my runs"]).exits(0).stdout;
    assert!(shown.contains("--journal 'my runs' --sandbox"), "{shown}");
}

#[test]
fn the_mended_flow_is_run_wherever_it_is() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let broken = flow("f", &[read("one"), json!({ "id": "two", "fail": "no" })]);
    let mended = flow("f", &[read("one"), json!({ "id": "two", "set": "yes" })]);
    let shell = shell_at(&upstream).file("f.linkwork.json", broken).file("g.linkwork.json", &mended);
    shell.run(["run", "f.linkwork.json"]).exits(1);
    let elsewhere = shell.run(["rerun", "last", "--flow", "g.linkwork.json", "--output", "json"]).exits(0).json();
    assert_eq!(elsewhere["output"], "yes");
    shell.run(["run", "f.linkwork.json"]).exits(1);
    fs::write(shell.path("f.linkwork.json"), mended).unwrap();
    assert_eq!(shell.run(["rerun", "last", "--output", "json"]).exits(0).json()["output"], "yes");
    assert_eq!(asked(&upstream), ["one", "one"]);
}

#[test]
fn a_flow_whose_file_is_gone_is_run_as_it_was_stored() {
    let shell = Shell::default().file("f.linkwork.json", r#"{"linkwork":1,"name":"f","steps":[{"id":"a","set":1}]}"#);
    shell.run(["run", "f.linkwork.json"]).exits(0);
    fs::remove_file(shell.path("f.linkwork.json")).unwrap();
    let again = shell.run(["rerun", "last", "--from", "a", "--output", "json"]).exits(0);
    assert!(again.stderr.contains("with the flow as it was stored with the run"), "{again:?}");
    assert_eq!(again.json()["output"], 1);
}

#[test]
fn another_input_is_worked_through_from_the_beginning_unless_somebody_says_otherwise() {
    let echo = |id: &str| json!({ "id": id, "set": "{{ input.n }}" });
    let steps = json!({
        "linkwork": 1, "name": "f", "input": { "type": "object", "properties": { "n": { "type": "integer" } } },
        "steps": [echo("a"), echo("b")], "output": ["{{ steps.a.output }}", "{{ steps.b.output }}"]
    });
    let shell = Shell::default().file("f.linkwork.json", steps.to_string());
    let first = shell.run(["run", "f.linkwork.json", "--input", "n=1", "--output", "json"]).exits(0).json();
    let run = first["run"].as_str().unwrap();
    let output = |args: &[&str]| {
        let words = [&["rerun", run, "--output", "json"], args].concat();
        shell.run(words).exits(0).json()["output"].clone()
    };
    assert_eq!(output(&[]), json!([1, 1]));
    assert_eq!(output(&["--input", "n=2"]), json!([2, 2]));
    assert_eq!(output(&["--input", "n=3", "--from", "b"]), json!([1, 3]));
}

#[test]
fn a_write_is_repeated_only_on_request() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let steps = [read("look"), write("pay"), json!({ "id": "no", "fail": "no" })];
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &steps));
    shell.run(["run", "f.linkwork.json"]).exits(1);
    let refused = shell.run(["rerun", "last", "--from", "look"]).exits(2);
    assert!(refused.stderr.contains("this would repeat what changes something outside: pay"), "{refused:?}");
    assert!(refused.told("repeats: ").contains("pay (write, was tried 1 time, succeeded)"), "{refused:?}");
    assert_eq!(upstream.requests().len(), 2, "nothing was sent");
    shell.run(["rerun", "last", "--from", "look", "--yes"]).exits(1);
    assert_eq!(asked(&upstream), ["look", "pay", "look", "pay"]);
    shell.run(["rerun", "last"]).exits(1);
    assert_eq!(upstream.requests().len(), 4, "what succeeded is not a write that is repeated");
}

#[test]
fn what_cannot_be_done_again_is_said() {
    let gate = Gate::closed();
    let upstream = Wire::always(held(&gate));
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one")]));
    let running = shell.start(["run", "f.linkwork.json"]);
    wait_until(&upstream, |seen| seen.requests.len() == 1);
    let early = shell.run(["rerun", "last"]).exits(2);
    assert!(early.stderr.contains("is not over"), "{early:?}");
    gate.open();
    running.end().exits(0);
    let done = shell.run(["rerun", "last"]).exits(0);
    assert!(done.told("repeats: ").starts_with("nothing, since the run succeeded"), "{done:?}");
    assert_eq!(upstream.requests().len(), 1);
    let unknown = shell.run(["rerun", "last", "--from", "onee"]).exits(2);
    assert!(unknown.stderr.contains("did you mean \"one\"?"), "{unknown:?}");
    shell.run(["rerun", "nobody"]).exits(2);
}

#[test]
fn labels_go_with_the_flow_and_what_the_sandbox_answered_stays_there() {
    let shell = Shell::default().file("f.linkwork.json", r#"{"linkwork":1,"name":"f","steps":[{"id":"a","set":1}]}"#);
    shell.run(["run", "f.linkwork.json", "--label", "who=me", "--sandbox"]).exits(0);
    shell.run(["rerun", "last"]).exits(0);
    let labels: Vec<Value> = listed(&shell).into_iter().map(|run| run["labels"].clone()).collect();
    let file = shell.path("f.linkwork.json").canonicalize().unwrap().display().to_string();
    let both = json!({ "file": file, "sandbox": "true", "who": "me" });
    assert_eq!(labels, [both.clone(), both]);
    shell.run(["run", "f.linkwork.json", "--label", "sandbox=no"]).exits(2);
}
