//! A panic in one case leaves the others alone.

use std::sync::Arc;

use async_trait::async_trait;
use connector_sdk::exchange::Recorded;
use connector_sdk::{About, Action, Auth, Connection, ConnectionAbout, Connector, Context, Registry, Result};
use runner_flow::Flow;
use runner_rehearsal::{Suite, TestFile, Verdict};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::told;

#[derive(Deserialize, JsonSchema)]
struct Nowhere {}

#[async_trait]
impl Connection for Nowhere {
    fn about() -> ConnectionAbout {
        ConnectionAbout { label: "Nowhere", description: "Connects to nothing.", help: "", environment: &[] }
    }

    fn base_url(&self) -> &str {
        "https://nowhere.invalid"
    }

    fn auth(&self) -> Auth<'_> {
        Auth::None
    }

    async fn verify(&self, _: &Context) -> Result<String> {
        Ok("it answers".to_owned())
    }
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

struct Panics;

#[async_trait]
impl Action for Panics {
    type Connection = Nowhere;
    type Input = Nothing;
    type Output = Value;

    fn about(&self) -> About {
        About::new("panic", "Panic", "Panics.")
    }

    #[expect(clippy::panic, reason = "it is what the test is about")]
    async fn perform(&self, _: &Context, _: &Nowhere, _: Nothing) -> Result<Value> {
        panic!("a defect")
    }
}

#[tokio::test]
async fn only_the_case_that_panics_fails_by_it() {
    let registry = Registry::new([Connector::builder::<Nowhere>("odd", "Odd", "Has a defect.").action(Panics).build()]);
    let flow = json!({
        "linkwork": 1, "name": "f", "connections": { "odd": { "connector": "odd" } },
        "steps": [{ "id": "a", "action": "odd/panic" }]
    });
    let file = json!({ "flow": "./f.linkwork.json", "cases": [
        { "name": "bad" }, { "name": "good", "mock": { "a": { "output": 1 } }, "expect": { "output": 1 } }
    ] });
    let flow = Arc::new(Flow::parse(&flow.to_string()).unwrap());
    let suite = Suite::new(TestFile::parse(&file.to_string()).unwrap(), flow, Some(Recorded::default())).unwrap();
    let report = suite.run(&registry, &|_| true).await;
    let complaint = "run: it panicked (this is a defect of the connector or of the program; report it with the flow)";
    assert_eq!(told(&report.cases[0]), [complaint]);
    assert_eq!(report.cases[0].verdict, Verdict::Failed);
    assert_eq!(report.cases[1].verdict, Verdict::Passed);
}
