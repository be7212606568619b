//! The ways through a flow that no case has taken.

use serde_json::{Value, json};

use crate::support::{and, ask, flow, look, report, send};

fn flow_of_many_ways() -> Value {
    let route = json!({ "id": "route", "branch": [
        { "if": "input.bug", "steps": [look("bug")] },
        { "if": "input.spam", "steps": [send("spam")] },
        { "else": true, "steps": [look("other")] }
    ] });
    let each = json!({ "id": "each", "for_each": "input.items", "steps": [ask("ask")] });
    let steps = json!([
        route,
        each,
        and(look("sure"), json!({ "on_error": [look("repair")] })),
        and(look("loose"), json!({ "on_error": "continue" })),
        and(send("note"), json!({ "if": "input.bug" })),
        { "id": "both", "parallel": { "left": [look("left")], "right": [look("right")] } }
    ]);
    and(flow(steps), json!({ "on_error": [send("alarm")] }))
}

/// Everything is answered.
fn mock() -> Value {
    let answered = ["bug", "spam", "other", "ask", "sure", "repair", "loose", "note", "left", "right", "alarm"];
    let answers = answered.into_iter().map(|step| (step.to_owned(), json!({ "output": {} })));
    Value::Object(answers.collect())
}

fn words(coverage: &runner_rehearsal::Coverage) -> Vec<&str> {
    coverage.untaken.iter().map(|way| way.what.as_str()).collect()
}

#[tokio::test]
async fn what_no_case_takes_is_told() {
    let case = json!({ "name": "spam", "input": { "bug": false, "spam": true, "items": [] }, "mock": mock() });
    let report = report(&flow_of_many_ways(), json!([case])).await;
    assert!(report.passed(), "{:?}", report.cases);
    let untaken = [
        "arm 1 of route was never taken",
        "arm 3 of route was never taken",
        "the loop each never had a turn",
        "sure never failed into its \"on_error\"",
        "loose never failed and went on",
        "the \"if\" of note never held",
        "the flow never failed into its \"on_error\"",
    ];
    let mut found = words(&report.coverage);
    found.sort_unstable();
    let mut expected = untaken;
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!((report.coverage.ways, report.coverage.taken), (10, 3));
}

#[tokio::test]
async fn cases_add_up() {
    let cases = [
        json!({ "name": "bug", "input": { "bug": true, "spam": false, "items": [1] }, "mock": mock() }),
        json!({ "name": "spam", "input": { "bug": false, "spam": true, "items": [] }, "mock": mock() }),
        json!({
            "name": "other", "input": { "bug": false, "spam": false, "items": [] },
            "mock": and(mock(), json!({ "sure": { "error": { "status": 404 } }, "loose": { "error": { "status": 404 } } }))
        }),
        json!({
            "name": "failing", "input": { "bug": false, "spam": false, "items": [] },
            "mock": and(mock(), json!({ "other": { "error": { "status": 404 } } })),
            "expect": { "called": ["alarm"], "status": "failed" }
        }),
    ];
    let report = report(&flow_of_many_ways(), json!(cases)).await;
    assert!(report.passed(), "{:?}", report.cases);
    assert_eq!(words(&report.coverage), [""; 0]);
    assert_eq!(report.coverage.ways, report.coverage.taken);
}

#[tokio::test]
async fn a_way_is_told_with_its_line_and_its_step() {
    let flow = "{ \"linkwork\": 1, \"name\": \"lines\", \"steps\": [\n  { \"id\": \"a\",\n    \"if\": \"input.on\", \"set\": 1 }\n] }";
    let flow: Value = serde_json::from_str(flow).unwrap();
    let report = report(&flow, json!([{ "name": "one", "input": { "on": false } }])).await;
    assert_eq!(
        json!(report.coverage),
        json!({
            "ways": 1, "taken": 0,
            "untaken": [{ "step": "a", "way": "if", "what": "the \"if\" of a never held", "line": 1 }]
        })
    );
}
