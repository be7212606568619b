//! `run --dry-run`: every request is shown, and only those that read are sent.

use serde_json::{Value, json};
use tests::command::Shell;
use tests::wire::{Reply, Wire};

use super::{MODEL, asked, flow, read, shell_at, write};

fn steps() -> [Value; 4] {
    let mut use_it = write("use");
    use_it["with"]["data"] = json!({ "id": "{{ steps.pay.output.body.id }}" });
    [read("look"), json!({ "id": "pause", "wait": { "signal": "never" } }), write("pay"), use_it]
}

#[test]
fn only_what_reads_is_sent() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &steps()));
    let shown = shell.run(["run", "f.linkwork.json", "--dry-run"]).exits(0).stdout;
    assert_eq!(asked(&upstream), ["look"]);
    assert!(shown.contains("# look: sent\ncurl -X GET"), "{shown}");
    assert!(shown.contains("# pay: not sent\ncurl -X POST"), "{shown}");
    assert!(shown.contains("# use: unknown, there is nothing at steps.pay.output"), "{shown}");
    assert!(!shown.contains("xai-test"), "{shown}");
    assert!(!shell.path(".linkwork").exists(), "nothing is kept");
}

#[test]
fn for_machines_it_is_a_list_or_a_line_a_step() {
    let upstream = Wire::always(Reply::json(200, MODEL));
    let shell = shell_at(&upstream).file("f.linkwork.json", flow("f", &steps()));
    let list = shell.run(["run", "f.linkwork.json", "--dry-run", "--output", "json"]).exits(0).json();
    let lines = shell.run(["run", "f.linkwork.json", "--dry-run", "--output", "jsonl"]).exits(0).lines();
    assert_eq!(list, Value::from(lines));
    let told: Vec<Value> = list.as_array().unwrap().iter().map(|line| json!([line["step"], line["sent"]])).collect();
    assert_eq!(told, [json!(["look", true]), json!(["pay", false]), json!(["use", false])]);
    assert_eq!(list[1]["what"]["request"]["method"], "POST");
    assert_eq!(list[2]["what"]["unknown"]["code"], "expression");
}

#[test]
fn a_connection_that_is_missing_is_said_with_its_code() {
    let shell = Shell::default().file("f.linkwork.json", flow("f", &steps()));
    let outcome = shell.run(["run", "f.linkwork.json", "--dry-run"]).exits(5);
    assert!(outcome.stdout.contains("# look: unknown") && outcome.stdout.contains("set XAI_API_KEY"), "{outcome:?}");
    shell.run(["run", "f.linkwork.json", "--dry-run", "--step", "look"]).exits(2);
}

#[test]
fn an_input_that_does_not_fit_is_refused() {
    let text = r#"{"linkwork":1,"name":"f","input":{"type":"object","required":["n"]},"steps":[{"id":"a","set":1}]}"#;
    let shell = Shell::default().file("f.linkwork.json", text);
    let outcome = shell.run(["run", "f.linkwork.json", "--dry-run"]).exits(2);
    assert!(outcome.stderr.contains("/n: is missing"), "{outcome:?}");
}
