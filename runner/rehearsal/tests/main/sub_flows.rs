//! Flows that run other flows: their steps are mocked like any, and their ways are not this flow's.

use std::sync::Arc;

use runner_flow::{Flow, Folder};
use runner_rehearsal::{Suite, TestFile};
use serde_json::json;

use crate::support::{ask, file, flow, registry, told};

/// A folder with one flow, `inner.linkwork.json`.
struct Inner(String);

impl Folder for Inner {
    fn read(&self, _: &str) -> Result<String, String> {
        Ok(self.0.clone())
    }
}

#[tokio::test]
async fn the_steps_of_another_flow_are_mocked_like_any() {
    let inner = flow(json!([{ "id": "each", "for_each": "input.items", "steps": [ask("ask")] }]));
    let run = |id: &str| json!({ "id": id, "flow": "inner", "with": { "items": [1] } });
    let outer = flow(json!([run("first"), run("second"), { "id": "ask", "if": "input.no", "set": 1 }]));
    let outer = Arc::new(Flow::parse_in(&outer.to_string(), &Inner(inner.to_string())).unwrap());
    let case = json!([{
        "name": "a", "input": { "no": false },
        "mock": { "first.each.ask": { "output": 1 }, "ask": { "output": 0 }, "second.each[0].ask": { "output": 2 } },
        "expect": { "steps.first.output": [1], "steps.second.output": [2], "called": ["first.each.ask"] }
    }]);
    let suite = Suite::new(TestFile::parse(&file(case)).unwrap(), outer, None).unwrap();
    let report = suite.run(&registry(), &|_| true).await;
    assert_eq!(told(&report.cases[0]), [""; 0]);
    // The inner flow's own `ask` ran, and this flow's did not.
    assert_eq!(report.coverage.untaken[0].what, "the \"if\" of ask never held");
    assert_eq!((report.coverage.ways, report.coverage.taken), (1, 0));
}
