//! What a host does around each call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use connector_sdk::{Error, ErrorKind};
use runner_engine::{ActionCall, ErrorReport, Hooks, RunEvent, RunEvents, RunRequest, Status, Verdict};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Bench, binding, flow, journal, kept, step};

#[derive(Default)]
struct Watch(Mutex<Vec<String>>);

#[async_trait]
impl Hooks for Watch {
    async fn before(&self, call: &ActionCall) -> Verdict {
        match &*call.step {
            "refused" => Verdict::Refuse(Error::new(ErrorKind::Forbidden, "not for this tenant")),
            "answered" => Verdict::Answer(json!("from the host")),
            _ => Verdict::Proceed,
        }
    }

    async fn after(&self, call: &ActionCall, outcome: Result<&Value, &ErrorReport>) {
        let outcome = outcome.map_err(|error| error.code.clone());
        let seen = format!("{} {} {:?} {} {outcome:?}", call.run.tenant, call.step, call.effect, call.input["value"]);
        self.0.lock().unwrap().push(seen);
    }
}

#[tokio::test]
async fn hooks_see_refuse_and_answer() {
    let hooks = Arc::new(Watch::default());
    let bench = Bench::with(|builder| builder.hooks(Arc::clone(&hooks) as _));
    let report = bench
        .run(
            flow(json!([
                step("answered", "write", json!(1)),
                step("made", "write", json!(2)),
                step("refused", "write", json!(3)),
            ])),
            RunRequest { tenant: "acme".to_owned(), ..RunRequest::default() },
        )
        .await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!(*report.steps[0].output, json!("from the host"));
    assert_eq!(report.error.unwrap().code, "forbidden");
    assert_eq!(bench.probe.calls.lock().unwrap().len(), 1);
    insta::assert_snapshot!(hooks.0.lock().unwrap().join("\n"), @r#"
    acme answered Write 1 Ok(String("from the host"))
    acme made Write 2 Ok(Number(2))
    acme refused Write 3 Err("forbidden")
    "#);
}

#[tokio::test]
async fn hooks_of_a_run_with_a_journal_see_each_call_once_with_its_labels() {
    #[derive(Default)]
    struct Labels(Mutex<Vec<String>>);

    #[async_trait]
    impl Hooks for Labels {
        async fn before(&self, call: &ActionCall) -> Verdict {
            self.0.lock().unwrap().push(format!("before {} for {}", call.step, call.run.labels["order"]));
            Verdict::Proceed
        }

        async fn after(&self, call: &ActionCall, _: Result<&Value, &ErrorReport>) {
            self.0.lock().unwrap().push(format!("after {}", call.step));
        }
    }

    let folder = TempDir::new().unwrap();
    let hooks = Arc::new(Labels::default());
    let bench = Bench::with(|builder| builder.journal(journal(folder.path())).hooks(hooks.clone()));
    let labels = BTreeMap::from([("order".to_owned(), "7".to_owned())]);
    let steps = json!([step("a", "write", json!(1)), step("b", "read", json!(2))]);
    bench.run(flow(steps), RunRequest { labels, ..RunRequest::default() }).await;
    let seen = hooks.0.lock().unwrap().clone();
    assert_eq!(seen, ["before a for 7", "after a", "before b for 7", "after b"]);
}

/// Panics before and after.
struct Defective;

#[async_trait]
impl Hooks for Defective {
    async fn before(&self, call: &ActionCall) -> Verdict {
        assert_ne!(&*call.step, "before", "this is meant");
        Verdict::Proceed
    }

    async fn after(&self, call: &ActionCall, _: Result<&Value, &ErrorReport>) {
        assert_ne!(&*call.step, "after", "this is meant");
    }
}

#[tokio::test]
async fn a_host_that_panics_fails_the_step_before_its_call_and_nothing_after_it() {
    let bench = Bench::with(|builder| builder.hooks(Arc::new(Defective)));
    let mut before = step("before", "write", json!("not sent"));
    before["on_error"] = json!("continue");
    let report = bench.run(flow(json!([before, step("after", "write", json!("sent"))])), RunRequest::default()).await;
    assert_eq!((report.status, &*report.output), (Status::Succeeded, &json!("sent")));
    let error = report.steps[0].error.as_ref().unwrap();
    assert_eq!(
        (&*error.code, &*error.origin, &*error.message),
        ("internal", "host", "the host panicked around the call")
    );
    assert_eq!(bench.probe.count(&json!("not sent")), 0);

    let bench = Bench::new();
    let report = bench.engine.call("test/echo", &binding("defective"), RunRequest::default()).await;
    assert_eq!((report.status, &*report.error.unwrap().origin), (Status::Failed, "host"));
    let error = bench.engine.verify(&binding("defective"), RunRequest::default()).await.unwrap_err();
    assert_eq!(error.message(), "the host panicked around the call");
}

/// Looks for ever.
struct Slow;

#[async_trait]
impl Hooks for Slow {
    async fn after(&self, _: &ActionCall, _: Result<&Value, &ErrorReport>) {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_looks_at_a_call_for_ever_is_left() {
    let bench = Bench::with(|builder| builder.hooks(Arc::new(Slow)));
    let report = bench.run(flow(json!([step("a", "write", json!(1))])), RunRequest::default()).await;
    assert_eq!((report.status, report.duration.as_secs()), (Status::Succeeded, 10));
}

/// Panics at each event.
struct Faint;

impl RunEvents for Faint {
    fn emit(&self, _: RunEvent) {
        panic!("this is meant");
    }
}

#[tokio::test]
async fn a_listener_that_panics_changes_nothing_and_the_other_is_told() {
    let bench = Bench::with(|builder| builder.events(Arc::new(Faint)));
    let (kept, request) = kept();
    let report = bench.run(flow(json!([step("a", "talk", json!("one word"))])), request).await;
    assert_eq!(report.status, Status::Succeeded);
    assert!(matches!(kept.events().last(), Some(RunEvent::RunFinished { status: Status::Succeeded, .. })));
}
