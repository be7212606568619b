//! `runs signal`: a run that waits is told something by another process.

use serde_json::json;
use tests::command::{Running, Shell};

const FLOW: &str = r#"{"linkwork":1,"name":"f","steps":[{"id":"first","wait":{"signal":"approved"}},{"id":"second","wait":{"signal":"approved"}}],"output":["{{ steps.first.output }}","{{ steps.second.output }}"]}"#;

fn waiting() -> (Shell, Running) {
    let shell = Shell::default().file("f.linkwork.json", FLOW);
    let mut running = shell.start(["run", "f.linkwork.json", "--output", "jsonl"]);
    assert_eq!(running.event("waiting")["signal"], "approved");
    (shell, running)
}

#[test]
fn what_comes_with_a_signal_is_the_output_of_who_waits() {
    let (shell, mut running) = waiting();
    shell.run(["runs", "signal", "last", "approved", "--data", r#"{"by":"me"}"#]).exits(0);
    running.event("waiting");
    shell.run(["runs", "signal", "last", "approved"]).exits(0);
    assert_eq!(running.event("run_finished")["output"], json!([{ "by": "me" }, null]));
    running.end().exits(0);
    let late = shell.run(["runs", "signal", "last", "approved"]).exits(2);
    assert!(late.stderr.contains("is over (succeeded)"), "{late:?}");
}

#[test]
fn a_signal_with_an_id_counts_once() {
    let (shell, mut running) = waiting();
    let send = |data: &str, id: &str| {
        let words = ["runs", "signal", "last", "approved", "--data", data, "--id", id, "--output", "json"];
        shell.run(words).exits(0).json()["is_new"].clone()
    };
    assert_eq!((send("1", "a"), send("2", "a"), send("3", "b")), (json!(true), json!(false), json!(true)));
    assert_eq!(running.event("run_finished")["output"], json!([1, 3]));
    running.end().exits(0);
}

#[test]
fn a_signal_that_nobody_waits_for_is_doubted() {
    let (shell, running) = waiting();
    let doubted = shell.run(["runs", "signal", "last", "aproved"]).exits(0);
    assert!(
        doubted.stderr.contains("warning: ") && doubted.stderr.contains("did you mean \"approved\"?"),
        "{doubted:?}"
    );
    let refused = shell.run(["runs", "signal", "last", "approved", "--data", "{nonsense"]).exits(2);
    assert!(refused.stderr.contains("--data:1:2"), "{refused:?}");
    running.interrupt();
    running.end().exits(130);
}

#[test]
fn the_command_that_sends_it_is_said() {
    let shell = Shell::default().file("f.linkwork.json", FLOW);
    let mut running = shell.start(["run", "f.linkwork.json"]);
    for _ in 0..2 {
        let line = running.says("to send it: ");
        super::paste(&shell, line.trim().trim_start_matches("to send it: ")).exits(0);
    }
    running.end().exits(0);
}
