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
mod testing;
mod tooling;
mod watching;

use serde_json::{Value, json};
use tests::command::{Outcome, Shell};
use tests::wire::{Gate, Reply, Seen, Wire};

/// A step that sends a request to the upstream of the test.
fn request(id: &str, method: &str) -> Value {
    let data = (method == "POST").then(|| json!({}));
    let mut step =
        json!({ "id": id, "action": "xai-grok/raw-request", "with": { "url": format!("/{id}"), "method": method } });
    if let Some(data) = data {
        step["with"]["data"] = data;
    }
    step
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

/// An empty object, once the gate is open.
fn held(gate: &Gate) -> Reply {
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    Reply::silence().hold(gate).send(answer)
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
