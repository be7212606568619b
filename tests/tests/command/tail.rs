//! `runs tail`: a run of another process, followed by what its journal tells.

use serde_json::{Value, json};
use tests::command::Shell;
use tests::wire::{Gate, Reply, Wire};

use super::{MODEL, flow, held, listed, read, shell_at, wait_until};

/// What both the run and its journal know of an event.
fn essence(event: &Value) -> Option<String> {
    let known = ["run_started", "step_started", "retry", "waiting", "step_finished", "run_finished"];
    let kind = event["type"].as_str().filter(|kind| known.contains(kind))?;
    let parts = ["step", "action", "signal", "code", "status", "output", "error"].map(|part| event[part].to_string());
    Some(format!("{kind} {}", parts.join(" ")))
}

fn essences(events: &[Value]) -> Vec<String> {
    let mut all: Vec<String> = events.iter().filter_map(essence).collect();
    // Steps that are over are told once they are written: what comes of them may be told before.
    all.sort();
    all
}

#[test]
fn it_tells_what_the_run_itself_tells() {
    let gate = Gate::closed();
    let upstream = Wire::script([Reply::json(200, MODEL), held(&gate)]);
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one"), read("two")]));
    let running = shell.start(["run", "f.linkwork.json", "--output", "jsonl"]);
    wait_until(&upstream, |seen| seen.requests.len() == 2);
    let mut tail = shell.start(["runs", "tail", "last", "--output", "jsonl"]);
    let first = tail.event("run_started");
    gate.open();
    let (ran, mut told) = (running.end().exits(0), vec![first]);
    let rest = tail.end().exits(0);
    told.extend(rest.lines());
    assert_eq!(essences(&told), essences(&ran.lines()));
    assert_eq!(told.last().unwrap()["type"], "run_finished");
}

#[test]
fn a_run_that_is_over_is_told_whole_with_its_exit_code() {
    let upstream = Wire::always(Reply::json(404, "{}"));
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one")]));
    let ran = shell.run(["run", "f.linkwork.json", "--output", "jsonl"]).exits(1);
    let told = shell.run(["runs", "tail", "last", "--output", "jsonl"]).exits(1);
    assert_eq!(essences(&told.lines()), essences(&ran.lines()));
    let words = shell.run(["runs", "tail", "last"]).exits(1).stderr;
    assert!(words.contains("error[not_found]") && words.contains("to go on: linkwork rerun"), "{words}");
}

#[test]
fn what_was_tried_again_and_what_waits_are_told_as_the_run_tells_them() {
    let upstream = Wire::script([Reply::json(503, "{}"), Reply::json(200, MODEL)]);
    let mut tried_again = read("one");
    tried_again["retry"] = json!({ "max_attempts": 2, "delay": "0s" });
    let steps = [tried_again, json!({ "id": "pause", "wait": { "signal": "go" } })];
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &steps));
    let mut running = shell.start(["run", "f.linkwork.json", "--output", "jsonl"]);
    let mut ran: Vec<Value> = vec![running.event("run_started")];
    for kind in ["step_started", "retry", "step_finished", "step_started", "waiting"] {
        ran.push(running.event(kind));
    }
    let mut tail = shell.start(["runs", "tail", "last", "--output", "jsonl"]);
    let mut told: Vec<Value> = vec![tail.event("run_started")];
    while told.last().unwrap()["type"] != "waiting" {
        told.push(serde_json::from_str(&tail.line()).unwrap());
    }
    shell.run(["runs", "signal", "last", "go"]).exits(0);
    ran.extend(running.end().exits(0).lines());
    told.extend(tail.end().exits(0).lines());
    assert_eq!(essences(&told), essences(&ran));
    assert!(essences(&told).iter().any(|told| told.starts_with("step_started \"one\" \"xai-grok/get-model\"")));
}

#[test]
fn a_step_that_rests_between_attempts_does_not_wait() {
    let upstream = Wire::always(Reply::json(503, "{}"));
    let mut rests = read("one");
    rests["retry"] = json!({ "max_attempts": 2, "delay": "1h" });
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[rests]));
    let mut running = shell.start(["run", "f.linkwork.json", "--output", "jsonl"]);
    let mut ran: Vec<Value> = ["run_started", "step_started", "retry"].map(|kind| running.event(kind)).into();
    let mut tail = shell.start(["runs", "tail", "last", "--output", "jsonl"]);
    let mut told: Vec<Value> = ["run_started", "step_started", "retry"].map(|kind| tail.event(kind)).into();
    shell.run(["runs", "cancel", "last"]).exits(0);
    ran.extend(running.end().exits(130).lines());
    told.extend(tail.end().exits(130).lines());
    assert_eq!(essences(&told), essences(&ran));
}

#[test]
fn whoever_looks_away_cancels_nothing() {
    let gate = Gate::closed();
    let upstream = Wire::always(held(&gate));
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one")]));
    let running = shell.start(["run", "f.linkwork.json"]);
    wait_until(&upstream, |seen| seen.requests.len() == 1);
    let mut tail = shell.start(["runs", "tail", "last", "--output", "jsonl"]);
    tail.event("step_started");
    tail.interrupt();
    tail.end().exits(130);
    gate.open();
    running.end().exits(0);
    assert_eq!(listed(&shell)[0]["status"], "succeeded");
}

#[test]
fn where_no_run_is_kept_there_is_nothing_to_follow() {
    Shell::default().run(["runs", "tail", "last"]).exits(3);
}
