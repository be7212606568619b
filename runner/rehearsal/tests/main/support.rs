//! Flows of real connectors, which are never called, and the reports of their tests.

use std::sync::Arc;

use connector_sdk::Registry;
use connector_sdk::exchange::Recorded;
use runner_flow::{Diagnostic, Flow};
use runner_rehearsal::{CaseReport, Report, Suite, TestFile, Verdict};
use serde_json::{Value, json};

pub(crate) fn registry() -> Registry {
    Registry::new([connector_xai_grok::connector(), connector_http::connector()])
}

/// A flow with these steps, and with a connection of each connector.
pub(crate) fn flow(steps: Value) -> Value {
    json!({
        "linkwork": 1,
        "name": "support",
        "connections": { "grok": { "connector": "xai-grok" }, "api": { "connector": "http" } },
        "steps": steps
    })
}

/// A step that asks a model: it costs money and changes nothing.
pub(crate) fn ask(id: &str) -> Value {
    let messages = json!([{ "role": "user", "content": "hello" }]);
    json!({
        "id": id, "action": "xai-grok/create-chat-completion", "with": { "model": "grok-4.3", "messages": messages }
    })
}

/// A step that changes something.
pub(crate) fn send(id: &str) -> Value {
    json!({
        "id": id, "action": "http/raw-request",
        "with": { "method": "POST", "url": "/messages", "data": { "text": "hello" } }
    })
}

/// A step that reads.
pub(crate) fn look(id: &str) -> Value {
    json!({ "id": id, "action": "xai-grok/get-model", "with": { "model_id": "grok-4.3" } })
}

/// With these further keys.
pub(crate) fn and(mut value: Value, further: Value) -> Value {
    value.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    value
}

/// The test file of these cases.
pub(crate) fn file(cases: Value) -> String {
    json!({ "flow": "./support.linkwork.json", "cases": cases }).to_string()
}

pub(crate) fn suite(flow: &Value, test: &str, recorded: Option<Recorded>) -> Result<Suite, Vec<Diagnostic>> {
    let flow = Flow::parse(&flow.to_string()).expect("the flow is right");
    Suite::new(TestFile::parse(test)?, Arc::new(flow), recorded)
}

/// The report of these cases.
pub(crate) async fn report(flow: &Value, cases: Value) -> Report {
    suite(flow, &file(cases), None).unwrap().run(&registry(), &|_| true).await
}

/// What came of one case, to which a name is given.
pub(crate) async fn case(flow: &Value, case: Value) -> CaseReport {
    let mut report = report(flow, json!([and(case, json!({ "name": "a case" }))])).await;
    report.cases.remove(0)
}

pub(crate) async fn passes(flow: &Value, given: Value) {
    let report = case(flow, given).await;
    assert_eq!(told(&report), [""; 0]);
    assert_eq!(report.verdict, Verdict::Passed);
}

/// A case fails with these complaints, each as `path: message (fix)`.
pub(crate) async fn complains(flow: &Value, given: Value, complaints: &[&str]) {
    let report = case(flow, given).await;
    assert_eq!(told(&report), complaints);
    assert_eq!(report.verdict, Verdict::Failed);
}

pub(crate) fn told(report: &CaseReport) -> Vec<String> {
    let told = report.complaints.iter().map(|complaint| {
        let fix = complaint.fix.as_ref().map(|fix| format!(" ({fix})")).unwrap_or_default();
        format!("{}: {}{fix}", complaint.path, complaint.message)
    });
    told.collect()
}
