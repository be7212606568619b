//! A flow's exchanges, recorded against the sandbox and replayed without it.

use std::sync::Arc;

use connector_sdk::exchange::{Exchanges, Recorded, Recording};
use connector_sdk::http::Egress;
use connector_sdk::{Context, Scope};
use runner_rehearsal::{read_recording, write_recording};
use runner_sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};

use crate::support::{and, ask, file, flow, registry, suite, told};

const KEY: &str = "xai-canary-0123456789abcdef";

/// The exchanges of the step `ask` with this text, and what it gave.
async fn recorded(text: &str, stream: bool) -> (Recorded, Value) {
    let sandbox =
        Sandbox::start(SandboxOptions { chunk_delay: std::time::Duration::ZERO, ..Default::default() }).await.unwrap();
    let connector = connector_xai_grok::connector();
    let fields = json!({ "api_key": KEY, "base_url": format!("{}/v1", sandbox.origin()) });
    let connection = connector.connect("grok@1", fields, Egress::Private).unwrap();
    let recording = Arc::new(Recording::default());
    let exchanges = Exchanges::Record(recording.clone());
    let scope = Scope { run_id: "run_live".to_owned(), step_path: "ask".to_owned(), exchanges, ..Scope::default() };
    let action = connector.actions().iter().find(|action| action.id().ends_with("/create-chat-completion")).unwrap();
    let input = json!({ "model": "grok-4.3", "messages": [{ "role": "user", "content": text }], "stream": stream });
    let output = action.call(&Context::new(scope), &connection, action.prepare(input).unwrap()).await.unwrap();
    sandbox.stop().await;
    (recording.recorded(), output)
}

fn asking(stream: bool) -> Value {
    let mut step = ask("ask");
    step["with"]["messages"][0]["content"] = json!("{{ input.text }}");
    step["with"]["stream"] = json!(stream);
    flow(json!([step]))
}

#[tokio::test]
async fn a_recorded_flow_runs_without_its_provider() {
    for stream in [false, true] {
        let (live, output) = recorded("hello", stream).await;
        let text = write_recording(&live).unwrap();
        assert!(!text.contains(KEY), "{text}");
        assert_eq!(write_recording(&read_recording(&text).unwrap()).unwrap(), text);

        let case = json!([{ "name": "a", "input": { "text": "hello" }, "expect": { "output": output } }]);
        let suite = suite(&asking(stream), &file(case), Some(read_recording(&text).unwrap())).unwrap();
        let report = suite.run(&registry(), &|_| true).await;
        assert_eq!(told(&report.cases[0]), [""; 0]);
    }
}

#[tokio::test]
async fn another_request_than_the_recorded_one_fails_the_case() {
    let (live, _) = recorded("hello", false).await;
    let case = json!([{ "name": "a", "input": { "text": "bye" }, "expect": { "status": "failed" } }]);
    let suite = suite(&asking(false), &file(case), Some(live)).unwrap();
    let report = suite.run(&registry(), &|_| true).await;
    let complaint = "run: the step ask: request 1 of the step is not POST /chat/completions as it was recorded: its body \
                     differs at /messages/0/content (record it again, or mock the step)";
    assert_eq!(told(&report.cases[0]), [complaint]);
}

#[tokio::test]
async fn a_mock_goes_before_the_recording() {
    let case = json!([{ "name": "a", "input": { "text": "x" }, "mock": { "ask": { "output": 1 } }, "expect": { "output": 1 } }]);
    let suite = suite(&asking(false), &file(case), Some(Recorded::default())).unwrap();
    assert!(suite.run(&registry(), &|_| true).await.passed());
}

#[tokio::test]
async fn only_the_wanted_cases_run() {
    let cases = json!([{ "name": "one" }, { "name": "two" }]);
    let flow = and(flow(json!([{ "id": "a", "set": 1 }])), json!({}));
    let suite = suite(&flow, &file(cases), None).unwrap();
    assert_eq!(suite.names().collect::<Vec<_>>(), ["one", "two"]);
    let report = suite.run(&registry(), &|name| name == "two").await;
    assert_eq!(report.cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), ["two"]);
}

#[tokio::test]
async fn the_waits_that_an_input_asks_for_pass_on_the_runs_clock() {
    let request = json!({
        "method": "GET", "target": "/jobs/7", "headers": { "accept": "application/json, text/plain, */*" }
    });
    let exchange = |status: u16| {
        let headers = json!({ "content-type": "application/json" });
        let answered = json!({ "status": status, "headers": headers, "body": { "json": { "state": "ready" } } });
        json!({ "request": request, "outcome": { "answered": answered } })
    };
    let recording = json!({ "recording": 1, "steps": { "look": [exchange(503), exchange(503), exchange(200)] } });
    let step = json!({
        "id": "look", "action": "http/raw-request",
        "with": { "url": "/jobs/7", "method": "GET", "max_retry_count": 2, "retry_delay_ms": 3_600_000 }
    });
    let case = json!([{ "name": "a", "expect": { "output.body.state": "ready", "duration": "2h" } }]);
    let recorded = read_recording(&recording.to_string()).unwrap();
    let suite = suite(&flow(json!([step])), &file(case), Some(recorded)).unwrap();
    let report = suite.run(&registry(), &|_| true).await;
    assert_eq!(told(&report.cases[0]), [""; 0]);
}
