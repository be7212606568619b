//! What helps to write flows: one form, a drawing, an explanation of every code.

use std::fs;

use serde_json::json;
use tests::command::Shell;

const TIDY: &str =
    "{\n  \"linkwork\": 1,\n  \"name\": \"f\",\n  \"steps\": [\n    { \"id\": \"a\", \"set\": 1 }\n  ]\n}\n";
const UNTIDY: &str = r#"{"name":"f","linkwork":1,"steps":[{"set":1,"id":"a"}]}"#;

#[test]
fn files_are_written_in_one_form_or_named() {
    let shell = Shell::default().file("tidy.linkwork.json", TIDY).file("untidy.linkwork.json", UNTIDY);
    let both = ["tidy.linkwork.json", "untidy.linkwork.json"];
    let checked = shell.run(["fmt", "--check"].iter().chain(&both)).exits(1);
    assert_eq!(checked.stdout, "untidy.linkwork.json is not formatted\n");
    let read = |name| fs::read_to_string(shell.path(name)).unwrap();
    assert_eq!(read("untidy.linkwork.json"), UNTIDY, "nothing is changed");
    let listed = shell.run(["fmt", "--output", "json"].iter().chain(&both)).exits(0).json();
    assert_eq!(listed, json!([{ "file": both[0], "changed": false }, { "file": both[1], "changed": true }]));
    assert_eq!((read("tidy.linkwork.json"), read("untidy.linkwork.json")), (TIDY.to_owned(), TIDY.to_owned()));
    assert_eq!(shell.run(["fmt", "--check"].iter().chain(&both)).exits(0).stdout, "");
}

#[test]
fn a_file_that_is_not_json_is_left_alone() {
    let shell = Shell::default().file("f.linkwork.json", "{ nonsense");
    shell.run(["fmt", "f.linkwork.json"]).exits(3);
    shell.run(["fmt", "nowhere.linkwork.json"]).exits(3);
    assert_eq!(fs::read_to_string(shell.path("f.linkwork.json")).unwrap(), "{ nonsense");
}

#[test]
fn a_flow_is_drawn() {
    let shell = Shell::default().file("f.linkwork.json", TIDY);
    let mermaid = shell.run(["graph", "f.linkwork.json"]).exits(0).stdout;
    assert!(mermaid.starts_with("flowchart TD\n") && mermaid.contains("a<br/>set"), "{mermaid}");
    let dot = shell.run(["graph", "f.linkwork.json", "--format", "dot", "--output", "json"]).exits(0).json();
    assert!(dot["graph"].as_str().unwrap().starts_with("digraph {"), "{dot}");
    shell.run(["graph", "nowhere.linkwork.json"]).exits(3);
    let short = shell.file("near.linkwork.json", "{}").run(["graph", "near"]).exits(3);
    assert!(short.stderr.contains("did you mean near.linkwork.json?"), "{short:?}");
}

#[test]
fn a_code_is_explained() {
    let words = Shell::default().run(["explain", "later_step"]).exits(0).stdout;
    assert!(words.contains("Wrong:") && words.contains("Right:"), "{words}");
    let json = Shell::default().run(["explain", "outcome_unknown", "--output", "json"]).exits(0).json();
    assert_eq!(json["code"], "outcome_unknown");
    let unknown = Shell::default().run(["explain", "latr_step"]).exits(2);
    assert!(unknown.stderr.contains("did you mean \"later_step\"?"), "{unknown:?}");
    let all = Shell::default().run(["explain"]).exits(0).stdout;
    assert!(all.contains("later_step") && all.contains("journal"), "{all}");
}
