//! The `linkwork` command as a person uses it.

mod bad_input;
mod canaries;
mod cancelling;
mod catalogue;
mod connections;
mod docs;
mod dry_run;
mod exit_codes;
mod files;
mod from_curl;
mod gateway;
mod init;
mod journal;
mod output;
mod rerunning;
mod resuming;
mod running;
mod runs;
mod signals;
mod steps;
mod tail;
mod terminal;
mod testing;
mod tooling;
mod watching;

use serde_json::{Value, json};
use tests::command::{Outcome, Shell};
use tests::wire::{Gate, Reply, Seen, Wire};

/// What answers a step that reads.
const MODEL: &str = r#"{"id":"a","object":"model","created":1,"owned_by":"xai"}"#;

/// A step that asks the upstream for what has the step's name.
fn read(id: &str) -> Value {
    json!({ "id": id, "action": "xai-grok/get-model", "with": { "model_id": id } })
}

/// A step that changes something there.
fn write(id: &str) -> Value {
    let with = json!({ "url": format!("/{id}"), "method": "POST", "data": {} });
    json!({ "id": id, "action": "xai-grok/raw-request", "with": with })
}

/// A flow with these steps.
fn flow(name: &str, steps: &[Value]) -> String {
    json!({ "linkwork": 1, "name": name, "connections": { "grok": { "connector": "xai-grok" } }, "steps": steps })
        .to_string()
}

/// A folder that is connected to this upstream.
fn shell_at(upstream: &Wire) -> Shell {
    Shell::default().grok_at(&upstream.url("/v1"), "xai-test")
}

/// An answer to a step that reads, once the gate is open.
fn held(gate: &Gate) -> Reply {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", MODEL.len());
    Reply::silence().hold(gate).send(head + MODEL)
}

/// The last parts of the targets of the requests so far.
fn asked(upstream: &Wire) -> Vec<String> {
    let last = |target: &str| target.rsplit('/').next().unwrap_or_default().to_owned();
    upstream.requests().iter().map(|request| last(request.target())).collect()
}

/// Waits until the upstream has seen this.
fn wait_until(upstream: &Wire, condition: impl FnMut(&Seen) -> bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(upstream.until(condition));
}

/// Runs a command line that was shown.
fn paste(shell: &Shell, line: &str) -> Outcome {
    let words = shlex::split(line).expect("the line can be pasted");
    assert_eq!(words[0], "linkwork", "{line}");
    shell.run(&words[1..])
}

/// The runs that are kept, newest first.
fn listed(shell: &Shell) -> Vec<Value> {
    serde_json::from_value(shell.run(["runs", "list", "--output", "json"]).exits(0).json()).expect("it is a list")
}
