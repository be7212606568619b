//! How many runs of a flow may be under way together, and which of them are counted together.

use runner_flow::{Failure, Machine, MachineStart, WhenFull};
use serde_json::{Value, json};

use super::driver::flow;

fn with(concurrency: Value) -> Value {
    json!({
        "concurrency": concurrency,
        "input": { "type": "object", "properties": { "customer": { "default": "nobody" } }, "required": ["customer"] },
        "steps": [{ "id": "a", "set": 1 }],
    })
}

fn key(concurrency: Value, input: Value) -> Result<String, Failure> {
    let begin = MachineStart { input, config: json!({ "n": 1 }), tenant: "acme".to_owned(), ..MachineStart::default() };
    Machine::new(flow(with(concurrency)), begin).concurrency_key()
}

#[test]
fn a_flow_says_how_many_runs_may_be_under_way() {
    let said = |concurrency| {
        let flow = flow(with(concurrency));
        flow.concurrency().map(|said| (said.limit(), said.when_full()))
    };
    assert_eq!(said(json!(3)), Some((3, WhenFull::Wait)));
    assert_eq!(said(json!({ "limit": 1, "when_full": "refuse" })), Some((1, WhenFull::Refuse)));
    assert!(flow(json!({ "steps": [{ "id": "a", "set": 1 }] })).concurrency().is_none());
}

#[test]
fn runs_with_the_same_key_are_counted_together() {
    let by = |template: &str| json!({ "limit": 1, "key": template });
    assert_eq!(key(json!(3), json!({})).unwrap(), "");
    assert_eq!(key(by("{{ input.customer }}"), json!({ "customer": "ada" })).unwrap(), "\"ada\"");
    // The defaults are there before the run begins.
    assert_eq!(key(by("{{ input.customer }}"), json!({})).unwrap(), "\"nobody\"");
    let other = json!({ "limit": 1, "key": ["{{ config.n }}", "{{ run.tenant }}"] });
    assert_eq!(key(other, json!({})).unwrap(), "[1,\"acme\"]");
}

#[test]
fn a_key_without_a_value_tells_where_it_stands() {
    let error = key(json!({ "limit": 1, "key": "{{ input.missing }}" }), json!({})).unwrap_err().error;
    assert_eq!((&*error.code, error.violations[0].pointer.as_str()), ("expression", "/concurrency/key"));
    assert!(error.line.is_some() && error.column.is_some());
}
