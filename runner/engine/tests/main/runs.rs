//! Whole runs, single steps, single actions.

use std::sync::Arc;

use runner_engine::{RunRequest, Status};
use runner_flow::Flow;
use serde_json::{Value, json};

use crate::support::{Bench, binding, flow, step};

#[tokio::test]
async fn a_flow_runs_its_steps_in_order() {
    let bench = Bench::new();
    let file = json!({
        "linkwork": 1, "name": "two",
        "connections": { "link": { "connector": "test" } },
        "input": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] },
        "steps": [
            step("a", "echo", json!("<{{ input.text }}>")),
            { "id": "b", "set": { "again": "{{ steps.a.output.echo }}" } },
            step("c", "echo", json!("{{ steps.b.output }}")),
        ],
        "output": { "all": "{{ steps.c.output.echo }}", "run": "{{ run.id }}" }
    });
    let flow = Arc::new(Flow::parse(&file.to_string()).unwrap());
    let request = RunRequest { input: json!({ "text": "hello" }), ..RunRequest::default() };
    let report = bench.run(Arc::clone(&flow), request).await;
    assert_eq!(report.status, Status::Succeeded, "{report:?}");
    assert_eq!(*report.output, json!({ "all": { "again": "<hello>" }, "run": report.run }));
    let steps: Vec<_> = report.steps.iter().map(|step| (&*step.id, step.attempts)).collect();
    assert_eq!(steps, [("a", 1), ("b", 0), ("c", 1)]);
    assert!(report.run.starts_with("run_") && report.error.is_none());

    let wrong = bench.run(flow, RunRequest::default()).await;
    assert_eq!((wrong.status, wrong.error.unwrap().code), (Status::Failed, "invalid_input".into()));
    assert!(wrong.steps.is_empty());
}

#[tokio::test]
async fn a_failed_step_ends_the_run_and_is_named() {
    let bench = Bench::new();
    let flow = flow(json!([
        step("a", "echo", json!(1)),
        step("b", "echo", json!("{{ steps.a.output.ehco }}")),
        step("c", "echo", json!(3)),
    ]));
    let report = bench.run(flow, RunRequest::default()).await;
    let error = report.error.unwrap();
    assert_eq!((report.status, &*error.code, error.step.as_deref()), (Status::Failed, "expression", Some("b")));
    assert_eq!(error.fix.as_deref(), Some("did you mean steps.a.output.echo?"));
    assert_eq!(report.steps.iter().map(|step| &*step.id).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn one_step_runs_with_pins_in_every_form() {
    let bench = Bench::new();
    let flow = flow(json!([
        step("a", "panic", json!(1)),
        step("b", "echo", json!("{{ steps.a.output.x }}")),
        step("c", "panic", json!(3)),
    ]));
    let forms = [
        json!({ "a": { "x": 7 } }),
        json!({ "steps": { "a": { "output": { "x": 7 } } } }),
        json!({ "run": "run_0", "steps": [{ "id": "a", "status": "succeeded", "output": { "x": 7 } }] }),
    ];
    for pins in forms {
        let report = bench.run_step(Arc::clone(&flow), "b", pins, RunRequest::default()).await;
        assert_eq!((report.status, &*report.output), (Status::Succeeded, &json!({ "echo": 7 })), "{report:?}");
        assert_eq!(report.steps.len(), 1);
    }
    for pins in [json!(1), json!({ "steps": 1 }), json!({ "steps": { "a": 1 } }), json!({ "nowhere": 1 })] {
        let code = match bench.engine.run_step(Arc::clone(&flow), "b", pins, RunRequest::default()).await {
            Ok(report) => report.error.unwrap().code,
            Err(error) => error.kind().code().into(),
        };
        assert_eq!(code, "invalid_input");
    }
    let report = bench.run_step(flow, "nowhere", json!({}), RunRequest::default()).await;
    assert_eq!(report.error.unwrap().message, "there is no step \"nowhere\"");
}

#[tokio::test]
async fn a_report_of_a_run_pins_the_steps_of_the_next() {
    let bench = Bench::new();
    let flow = flow(json!([step("a", "echo", json!(1)), step("b", "echo", json!("{{ steps.a.output }}"))]));
    let report = bench.run(Arc::clone(&flow), RunRequest::default()).await;
    let pins = serde_json::to_value(&report).unwrap();
    let again = bench.run_step(flow, "b", pins, RunRequest::default()).await;
    assert_eq!((again.output, again.steps.len()), (report.output, 1), "the step itself runs");
}

#[tokio::test]
async fn steps_of_a_report_that_did_not_succeed_pin_nothing() {
    let bench = Bench::new();
    let flow = flow(json!([step("a", "panic", json!(1)), step("b", "echo", json!("{{ steps.a.output }}"))]));
    let report = bench.run(Arc::clone(&flow), RunRequest::default()).await;
    assert_eq!(report.steps[0].status, Status::Failed);
    let pins = serde_json::to_value(&report).unwrap();
    let error = bench.run_step(flow, "b", pins, RunRequest::default()).await.error.unwrap();
    assert_eq!(error.message, "there is nothing at steps.a.output: the step \"a\" has not run");
}

#[tokio::test]
async fn a_step_that_is_called_steps_is_pinned_like_any_other() {
    let bench = Bench::new();
    let flow = flow(json!([step("steps", "echo", json!(1)), step("b", "echo", json!("{{ steps.steps.output }}"))]));
    let whole = bench.run(Arc::clone(&flow), RunRequest::default()).await;
    for pins in [json!({ "steps": { "echo": 1 } }), serde_json::to_value(&whole).unwrap()] {
        let report = bench.run_step(Arc::clone(&flow), "b", pins, RunRequest::default()).await;
        assert_eq!(report.output, whole.output, "{report:?}");
    }
}

#[tokio::test]
async fn one_action_is_called_without_a_flow() {
    let bench = Bench::new();
    let request = |input: Value| RunRequest { input, ..RunRequest::default() };
    let report = bench.engine.call("test/echo", &binding("link"), request(json!({ "value": 1 }))).await;
    assert_eq!((report.status, &*report.output), (Status::Succeeded, &json!({ "echo": 1 })));
    assert_eq!((report.steps.len(), &*report.steps[0].id, report.steps[0].attempts), (1, "echo", 1));

    let wrong = bench.engine.call("test/echo", &binding("link"), request(json!({ "valeu": 1 }))).await;
    let error = wrong.error.unwrap();
    assert_eq!((&*error.code, error.violations[0].pointer.as_str()), ("invalid_input", "/valeu"));
    assert_eq!(bench.host.asked.load(std::sync::atomic::Ordering::SeqCst), 1, "nothing is resolved for a wrong input");

    let unknown = bench.engine.call("test/ehco", &binding("link"), request(json!({}))).await;
    assert_eq!(unknown.error.unwrap().fix.as_deref(), Some("did you mean test/echo?"));
}

#[tokio::test]
async fn a_connection_that_is_missing_fails_the_step() {
    let bench = Bench::new();
    let report = bench.engine.call("test/echo", &binding("missing"), RunRequest::default()).await;
    assert_eq!((report.status, report.error.unwrap().code), (Status::Failed, "invalid_connection".into()));
}

#[tokio::test]
async fn a_panic_fails_its_step_and_nothing_else() {
    let bench = Bench::new();
    let report = bench.run(flow(json!([step("a", "panic", json!(1))])), RunRequest::default()).await;
    let error = report.error.unwrap();
    assert_eq!((report.status, &*error.code, &*error.origin), (Status::Failed, "internal", "connector"));
    assert!(!error.message.contains("this is meant"));
    let report = bench.run(flow(json!([step("a", "panic-write", json!(1))])), RunRequest::default()).await;
    assert_eq!((report.status, report.error.unwrap().code), (Status::OutcomeUnknown, "outcome_unknown".into()));
    let report = bench.engine.call("test/panic", &binding("link"), RunRequest::default()).await;
    assert_eq!((report.status, report.error.unwrap().code), (Status::Failed, "internal".into()));
    let report = bench.run(flow(json!([step("a", "echo", json!(1))])), RunRequest::default()).await;
    assert_eq!(report.status, Status::Succeeded);
}

#[tokio::test]
async fn a_panic_is_in_doubt_only_where_this_input_writes() {
    let bench = Bench::new();
    let link = binding("link");
    for harmless in ["only read", "at once"] {
        let report = bench.run(flow(json!([step("a", "panic-write", json!(harmless))])), RunRequest::default());
        let report = report.await;
        assert_eq!((report.status, report.error.unwrap().code), (Status::Failed, "internal".into()), "{harmless}");
        let request = RunRequest { input: json!({ "value": harmless }), ..RunRequest::default() };
        let report = bench.engine.call("test/panic-write", &link, request).await;
        assert_eq!((report.status, report.error.unwrap().code), (Status::Failed, "internal".into()), "{harmless}");
    }
    let report = bench.engine.call("test/panic-write", &link, RunRequest::default()).await;
    assert_eq!(report.status, Status::OutcomeUnknown);
}
