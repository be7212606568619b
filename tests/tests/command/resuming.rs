//! A process that is killed: its runs are found and gone on with, and nothing that was done is done again.

use serde_json::{Value, json};
use tests::command::Shell;
use tests::wire::{Gate, Reply, Wire};

use super::{MODEL, asked, flow, held, listed, read, shell_at, wait_until, write};

const WAITS: &str = r#"{"linkwork":1,"name":"waits","steps":[{"id":"before","set":1},{"id":"pause","wait":{"signal":"go"}},{"id":"after","set":"{{ steps.pause.output }}"}]}"#;

/// Answers the first step, and the second once the gate is open.
fn upstream(gate: &Gate) -> Wire {
    Wire::script([Reply::json(200, MODEL), held(gate)])
}

/// A folder with the run of two steps that was killed while its second request was in flight.
fn killed(upstream: &Wire, second: Value) -> Shell {
    let shell = shell_at(upstream).file("f.linkwork.json", flow("f", &[read("one"), second]));
    let running = shell.start(["run", "f.linkwork.json"]);
    wait_until(upstream, |seen| seen.requests.len() == 2);
    running.kill();
    assert_eq!(listed(&shell)[0]["status"], "running", "nobody has said that it is over");
    shell
}

#[test]
fn what_is_done_is_not_done_again() {
    let gate = Gate::closed();
    let upstream = upstream(&gate);
    let shell = killed(&upstream, read("two"));
    assert_eq!(listed(&shell)[0]["left"], true);
    let table = shell.run(["runs", "list"]).exits(0).stdout;
    assert!(table.contains("running, process gone"), "{table}");
    let shown = shell.run(["runs", "show", "last"]).exits(0).stdout;
    assert!(shown.contains("its process is gone; this goes on: linkwork runs resume run_"), "{shown}");
    gate.open();
    let outcome = shell.run(["runs", "resume", "last", "--output", "jsonl"]).exits(0);
    assert_eq!(asked(&upstream), ["one", "two", "two"], "a read is made again, and the step before it is not");
    let events = outcome.lines();
    assert_eq!((&events[0]["type"], &events[0]["message"]), (&json!("log"), &json!("the run is resumed")));
    assert_eq!(events.last().unwrap()["status"], "succeeded");
    assert_eq!(listed(&shell)[0]["status"], "succeeded");

    let again = shell.run(["runs", "resume", "last", "--output", "json"]).exits(0);
    assert!(again.stderr.contains("is over"), "{again:?}");
    assert_eq!(again.json()["steps"].as_array().map(Vec::len), Some(2));
    assert_eq!(upstream.requests().len(), 3);
}

#[test]
fn a_write_in_flight_stays_in_doubt() {
    let upstream = upstream(&Gate::closed());
    let shell = killed(&upstream, write("two"));
    let outcome = shell.run(["runs", "resume", "last", "--output", "json"]).exits(7).json();
    assert_eq!((&outcome["status"], &outcome["error"]["step"]), (&json!("outcome_unknown"), &json!("two")));
    assert_eq!(asked(&upstream), ["one", "two"], "it is not sent again");
}

#[test]
fn a_run_that_another_process_has_is_followed() {
    let shell = Shell::default().file("waits.linkwork.json", WAITS);
    let mut running = shell.start(["run", "waits.linkwork.json", "--output", "jsonl"]);
    running.event("waiting");
    let mut follower = shell.start(["runs", "resume", "last", "--output", "jsonl"]);
    follower.says("is under way in another process");
    follower.event("waiting");
    let left = shell.run(["runs", "resume", "--all"]).exits(0);
    assert!(left.stderr.contains("is under way in another process"), "{left:?}");
    shell.run(["runs", "signal", "last", "go"]).exits(0);
    assert_eq!(follower.event("run_finished")["status"], "succeeded");
    follower.end().exits(0);
    running.end().exits(0);
}

#[test]
fn all_of_them_are_gone_on_with() {
    let shell = Shell::default().file("waits.linkwork.json", WAITS);
    for _ in 0..2 {
        let mut running = shell.start(["run", "waits.linkwork.json", "--output", "jsonl"]);
        let run = running.event("waiting")["run"].as_str().unwrap().to_owned();
        running.kill();
        // It is kept until somebody goes on with the run.
        shell.run(["runs", "signal", &run, "go", "--data", "7"]).exits(0);
    }
    let outcome = shell.run(["runs", "resume", "--all", "--output", "jsonl"]).exits(0);
    let finished: Vec<_> = outcome.lines().into_iter().filter(|event| event["type"] == "run_finished").collect();
    assert_eq!(finished.iter().map(|event| &event["output"]).collect::<Vec<_>>(), [&json!(7), &json!(7)]);
    assert!(listed(&shell).iter().all(|run| run["status"] == "succeeded"));
    assert_eq!(shell.run(["runs", "resume", "--all"]).exits(0).stdout, "no run is left to go on with\n");
}

#[test]
fn one_that_waits_keeps_no_other_from_going_on() {
    let shell = Shell::default().file("waits.linkwork.json", WAITS);
    let [waits, hears] = [(); 2].map(|()| {
        let mut running = shell.start(["run", "waits.linkwork.json", "--output", "jsonl"]);
        let run = running.event("waiting")["run"].as_str().unwrap().to_owned();
        running.kill();
        run
    });
    shell.run(["runs", "signal", &hears, "go"]).exits(0);
    let mut resuming = shell.start(["runs", "resume", "--all"]);
    assert!(resuming.says("succeeded after").contains(&hears));
    shell.run(["runs", "signal", &waits, "go"]).exits(0);
    assert!(resuming.says("succeeded after").contains(&waits));
    resuming.end().exits(0);
}

#[test]
fn a_run_in_the_sandbox_stays_there() {
    let steps = [
        json!({ "id": "pause", "wait": { "signal": "go" } }),
        json!({ "id": "models", "action": "xai-grok/list-models" }),
    ];
    let shell = Shell::default().file("f.linkwork.json", flow("f", &steps));
    let mut running = shell.start(["run", "f.linkwork.json", "--sandbox", "--output", "jsonl"]);
    running.event("waiting");
    running.kill();
    shell.run(["runs", "signal", "last", "go"]).exits(0);
    let outcome = shell.run(["runs", "resume", "last"]).exits(0);
    assert!(outcome.stderr.contains("The sandbox answered."), "{outcome:?}");
}

#[test]
fn a_key_starts_one_run_whatever_becomes_of_the_process() {
    let gate = Gate::closed();
    let upstream = upstream(&gate);
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one"), read("two")]));
    let command = ["run", "f.linkwork.json", "--key", "order-7", "--output", "json"];
    let running = shell.start(command);
    wait_until(&upstream, |seen| seen.requests.len() == 2);
    running.kill();
    gate.open();
    let resumed = shell.run(command).exits(0);
    assert!(resumed.stderr.contains("was started with this key before"), "{resumed:?}");
    let shown = shell.run(command).exits(0);
    assert_eq!(shown.json()["run"], resumed.json()["run"]);
    assert_eq!(asked(&upstream), ["one", "two", "two"]);
    assert_eq!(listed(&shell).len(), 1);
}

#[test]
fn a_key_that_comes_with_another_input_is_pointed_out() {
    let flow = r#"{"linkwork":1,"name":"f","input":{"type":"object","properties":{"n":{"type":"integer"},"m":{"default":1}}},"steps":[{"id":"a","set":"{{ input.n }}"}]}"#;
    let shell = Shell::default().file("f.linkwork.json", flow);
    let run = |n: &str| shell.run(["run", "f.linkwork.json", "--key", "k", "--output", "json", "--input", n]).exits(0);
    run("n=1");
    let (same, other) = (run("n=1"), run("n=2"));
    assert!(!same.stderr.contains("another input"), "{same:?}");
    assert!(other.stderr.contains("was started with another input"), "{other:?}");
    assert_eq!(other.json()["output"], 1);
}
