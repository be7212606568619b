//! Ctrl-C: the connection upstream is closed, and the exit code says what happened. A second one waits for nothing.

use tests::command::Shell;
use tests::wire::{Reply, Wire};

use super::{MODEL, asked, flow, listed, read, shell_at, wait_until};

fn rt() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn ctrl_c_closes_the_connection_upstream() {
    let upstream = Wire::always(Reply::silence().stall());
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let running = shell.start(["action", "run", "xai-grok/list-models"]);
    rt().block_on(upstream.until(|seen| seen.requests.len() == 1));
    running.interrupt();
    rt().block_on(upstream.until(|seen| seen.left == 1));
    let outcome = running.end().exits(130);
    assert!(outcome.stderr.contains("cancelled"), "{}", outcome.stderr);
}

#[test]
fn ctrl_c_in_mid_stream_keeps_what_was_printed() {
    let head = Reply::head(200, &[("content-type", "text/event-stream")]);
    let piece = r#"data: {"id":"1","choices":[{"index":0,"delta":{"content":"so far"}}]}"#;
    let upstream = Wire::always(head.send(format!("{piece}\n\n")).stall());
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let with = r#"{"model":"grok-4.3","messages":[{"role":"user","content":"Hi"}],"stream":true}"#;
    let mut running = shell.start(["action", "run", "xai-grok/create-chat-completion", "--with", with]);
    running.read("so far");
    running.interrupt();
    rt().block_on(upstream.until(|seen| seen.left == 1));
    running.end().exits(130);
}

#[test]
fn a_write_that_is_cancelled_in_flight_has_an_unknown_outcome() {
    let upstream = Wire::always(Reply::silence().stall());
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let running = shell.start([
        "action",
        "run",
        "xai-grok/raw-request",
        "--with",
        r#"{"url":"/files","method":"POST","data":{}}"#,
    ]);
    rt().block_on(upstream.until(|seen| seen.requests.len() == 1));
    running.interrupt();
    let outcome = running.end().exits(7);
    assert!(outcome.stderr.contains("outcome_unknown"), "{}", outcome.stderr);
}

/// What the first one asks for cannot be written while another program keeps the journal to itself.
#[test]
fn the_second_ctrl_c_leaves_a_run_that_cannot_end() {
    let upstream = Wire::script([Reply::silence().stall(), Reply::json(200, MODEL)]);
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &[read("one")]));
    let mut running = shell.start(["run", "f.linkwork.json"]);
    wait_until(&upstream, |seen| seen.requests.len() == 1);
    let journal = rusqlite::Connection::open(shell.path(".linkwork/journal.db")).unwrap();
    journal.execute_batch("BEGIN IMMEDIATE").unwrap();
    running.interrupt();
    wait_until(&upstream, |seen| seen.left == 1);
    running.interrupt();
    running.says("left as it is");
    running.end().exits(130);
    drop(journal);
    assert_eq!(listed(&shell)[0]["status"], "running", "it can be gone on with");
    shell.run(["runs", "resume", "last"]).exits(0);
    assert_eq!(asked(&upstream), ["one", "one"]);
}
