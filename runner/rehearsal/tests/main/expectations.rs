//! Every kind of expectation, met and not met.

use serde_json::{Value, json};

use crate::support::{and, ask, case, complains, flow, passes, send};

fn triage() -> Value {
    let urgent = and(send("escalate"), json!({ "if": "steps.classify.output.urgent" }));
    let mut classify = ask("classify");
    classify["with"]["messages"][0]["content"] = json!("{{ input.text }}");
    let output = json!({ "team": "{{ steps.classify.output.team }}", "count": 2, "list": [{ "a b": "x" }] });
    and(flow(json!([classify, urgent])), json!({ "output": output }))
}

fn given(expect: Value) -> Value {
    let mock = json!({ "classify": { "output": { "team": "billing", "urgent": false } } });
    json!({ "input": { "text": "the card was charged twice" }, "mock": mock, "expect": expect })
}

#[tokio::test]
async fn everything_as_expected() {
    let expect = json!({
        "status": "succeeded",
        "output": { "team": "billing", "count": 2, "list": [{ "a b": "x" }] },
        "output.team": "billing",
        "output.count": 2.0,
        "output.list[0][\"a b\"]": "x",
        "steps.classify.status": "succeeded",
        "steps.classify.attempts": 1,
        "steps.classify.output.team": "billing",
        "steps.classify.error": null,
        "steps.classify.input.messages[0].content": "the card was charged twice",
        "steps.escalate.status": "skipped",
        "steps.escalate.attempts": 0,
        "steps.escalate.output": null,
        "called": ["classify"],
        "not_called": ["escalate"],
        "duration": "0s",
        "duration_at_most": "1s"
    });
    passes(&triage(), given(expect)).await;
}

#[tokio::test]
async fn nothing_as_expected() {
    let expect = json!({
        "status": "failed",
        "output": { "team": "sales", "list": [{ "a b": "y" }], "more": true },
        "output.team": "sales",
        "output.nowhere[3]": 1,
        "error.code": "timeout",
        "steps.classify.status": "failed",
        "steps.classify.attempts": 3,
        "steps.classify.output.team": "sales",
        "called": ["escalate"],
        "not_called": ["classify"],
        "duration": "5s"
    });
    let complaints = [
        r#"status: expected "failed", found "succeeded""#,
        r#"output.team: expected "sales", found "billing""#,
        r#"output.list[0]["a b"]: expected "y", found "x""#,
        r#"output.more: expected true, found nothing"#,
        r#"output.count: expected nothing, found 2"#,
        r#"output.team: expected "sales", found "billing""#,
        r#"output.nowhere[3]: expected 1, found nothing"#,
        r#"error.code: expected "timeout", found nothing"#,
        r#"steps.classify.status: expected "failed", found "succeeded""#,
        r#"steps.classify.attempts: expected 3, found 1"#,
        r#"steps.classify.output.team: expected "sales", found "billing""#,
        r#"called: expected the step escalate to run; it did not"#,
        r#"not_called: expected the step classify not to run; it did"#,
        r#"duration: expected exactly 5s, found 0s"#,
    ];
    complains(&triage(), given(expect), &complaints).await;
}

#[tokio::test]
async fn a_run_has_to_succeed_unless_it_is_said_how_it_ends() {
    let mock = json!({ "classify": { "error": { "status": 404 } } });
    let fails = |expect: Value| json!({ "input": { "text": "x" }, "mock": mock, "expect": expect });
    let complaint = r#"status: expected "succeeded", found "failed": classify: the provider answered 404 Not Found"#;
    complains(&triage(), fails(json!({})), &[complaint]).await;
    passes(&triage(), fails(json!({ "status": "failed" }))).await;
    passes(&triage(), fails(json!({ "error.code": "not_found", "error.status": 404, "error.step": "classify" }))).await;
}

#[tokio::test]
async fn a_complaint_says_where_the_expectation_stands_and_what_the_values_are() {
    let report = case(&triage(), given(json!({ "output.team": { "a": 1 } }))).await;
    let complaint = &report.complaints[0];
    assert_eq!(complaint.line, 1);
    assert!(complaint.column > 1);
    assert_eq!(
        (complaint.expected.clone(), complaint.found.clone()),
        (Some(json!({ "a": 1 })), Some(json!("billing")))
    );
}
