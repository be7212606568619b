//! `run --watch`: an edit is run from where it was made.

use std::fs;

use serde_json::{Value, json};
use tests::command::{Running, Shell};
use tests::wire::{Reply, Wire};

use super::{MODEL, asked, flow, read, shell_at, write};

const FILE: &str = "f.linkwork.json";

fn set(value: &str) -> Value {
    json!({ "id": "last", "set": value })
}

/// Starts watching, and waits for the first run to end.
fn watch(shell: &Shell, more: &[&str]) -> Running {
    let mut watching = shell.start(["run", FILE, "--watch", "--output", "jsonl"].iter().chain(more));
    watching.event("run_finished");
    watching
}

/// Saves the file whole, as editors do.
fn save(shell: &Shell, text: impl AsRef<[u8]>) {
    let beside = shell.path("new");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, shell.path(FILE)).unwrap();
}

fn end(watching: Running) {
    watching.interrupt();
    watching.end().exits(0);
}

#[test]
fn an_edit_is_run_from_the_edited_step() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let steps = |value| flow("f", &[read("one"), read("two"), set(value)]);
    let shell = shell_at(&upstream).file(FILE, steps("before"));
    let mut watching = watch(&shell, &[]);
    save(&shell, steps("after"));
    watching.says("again from last");
    assert_eq!(watching.event("run_finished")["output"], "after");
    assert_eq!(asked(&upstream), ["one", "two"], "what stands before the edit is reused");
    let inserted = [read("one"), read("between"), read("two"), set("after")];
    save(&shell, flow("f", &inserted));
    watching.says("again from between");
    watching.event("run_finished");
    assert_eq!(asked(&upstream), ["one", "two", "between", "two"]);
    end(watching);
}

#[test]
fn an_edit_before_the_first_step_is_run_from_the_first_step() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let text = flow("f", &[read("one"), set("x")]);
    let shell = shell_at(&upstream).file(FILE, &text);
    let mut watching = watch(&shell, &[]);
    let mut edited: Value = serde_json::from_str(&text).unwrap();
    edited["input"] = json!({ "type": "object", "properties": { "n": { "type": "integer" } } });
    save(&shell, edited.to_string());
    watching.says("again from one");
    watching.event("run_finished");
    assert_eq!(asked(&upstream), ["one", "one"]);
    end(watching);
}

#[test]
fn a_broken_edit_and_a_deleted_file_are_said_and_gone_on_from() {
    let shell = Shell::default().file(FILE, flow("f", &[set("before")]));
    let mut watching = watch(&shell, &[]);
    save(&shell, "{ nonsense");
    watching.says("error[");
    watching.says("watching");
    fs::remove_file(shell.path(FILE)).unwrap();
    watching.says("f.linkwork.json cannot be read");
    watching.says("watching");
    save(&shell, flow("f", &[set("after")]));
    assert_eq!(watching.event("run_finished")["output"], "after");
    end(watching);
}

#[test]
fn a_flow_that_the_flow_runs_is_watched_too() {
    let inner = |value: &str| json!({ "linkwork": 1, "name": "inner", "steps": [set(value)] }).to_string();
    let outer = flow("f", &[json!({ "id": "first", "set": 1 }), json!({ "id": "run", "flow": "inner.linkwork.json" })]);
    let shell = Shell::default().file(FILE, outer).file("inner.linkwork.json", inner("before"));
    let mut watching = watch(&shell, &[]);
    fs::write(shell.path("new"), inner("after")).unwrap();
    fs::rename(shell.path("new"), shell.path("inner.linkwork.json")).unwrap();
    watching.says("again from run");
    assert_eq!(watching.event("run_finished")["output"], "after");
    end(watching);
}

#[test]
fn a_write_is_not_repeated_and_the_refusal_is_not_forgotten() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let steps = |data: i64, value: &str| {
        let mut write = write("pay");
        write["with"]["data"] = json!({ "n": data });
        flow("f", &[write, set(value)])
    };
    let shell = shell_at(&upstream).file(FILE, steps(1, "a"));
    let mut watching = watch(&shell, &[]);
    save(&shell, steps(2, "a"));
    watching.says("not run again: it would repeat what changes something outside (pay)");
    save(&shell, steps(2, "b"));
    watching.says("not run again");
    assert_eq!(upstream.requests().len(), 1);
    save(&shell, steps(1, "c"));
    watching.says("again from last");
    assert_eq!(watching.event("run_finished")["output"], "c");
    end(watching);
    assert_eq!(upstream.requests().len(), 1);
}

#[test]
fn a_write_is_repeated_if_that_was_said() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let shell = shell_at(&upstream).file(FILE, flow("f", &[write("pay")]));
    let mut watching = watch(&shell, &["--yes"]);
    let mut edited = write("pay");
    edited["description"] = "It is paid.".into();
    save(&shell, flow("f", &[edited]));
    watching.event("run_finished");
    assert_eq!(asked(&upstream), ["pay", "pay"]);
    end(watching);
}
