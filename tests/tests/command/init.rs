//! `linkwork init`: a folder that works at once, and nothing of anybody's replaced.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tests::command::Shell;

const FILES: [&str; 9] = [
    "first.linkwork.json",
    "first.test.json",
    "linkwork.connections.json",
    ".env.example",
    ".gitignore",
    ".vscode/settings.json",
    "AGENTS.md",
    "schemas/flow.schema.json",
    "schemas/connections.schema.json",
];

#[test]
fn what_it_makes_is_valid_and_runs_without_a_key() {
    let shell = Shell::default();
    let made = shell.run(["init", "first", "--output", "json"]).exits(0).json();
    assert_eq!(made["name"], "first");
    assert_eq!(made["files"], Value::from(FILES.to_vec()));
    let validated = shell.run(["validate", "first/first.linkwork.json", "--output", "json"]).exits(0).json();
    assert_eq!(validated[0]["diagnostics"], Value::Array(Vec::new()), "not even a warning");
    let ran = shell.run(["run", "first/first.linkwork.json", "--sandbox", "--output", "json"]).exits(0).json();
    assert_eq!(ran["output"]["answers"].as_array().map(Vec::len), Some(2));
    shell.run(["test", "first/first.test.json"]).exits(0);
}

#[test]
fn the_commands_that_it_names_can_be_pasted() {
    let shell = Shell::default();
    let made = shell.run(["init", "My Flows", "--output", "json"]).exits(0).json();
    assert_eq!(made["next"][0], "linkwork run 'My Flows/my-flows.linkwork.json' --sandbox");
    assert_eq!(made["next"].as_array().map(Vec::len), Some(3));
}

#[test]
fn an_empty_folder_is_filled_under_its_own_name() {
    let shell = Shell::default();
    fs::create_dir(shell.path("second")).expect("a folder can be made");
    shell.run(["init", "second/."]).exits(0);
    assert!(shell.path("second/second.linkwork.json").is_file());
}

#[test]
fn nothing_is_replaced_and_nothing_half_made() {
    let shell = Shell::default();
    fs::create_dir(shell.path("first")).expect("a folder can be made");
    let shell = shell.file("first/AGENTS.md", "mine").file("first/.gitignore", "mine too");
    let refused = shell.run(["init", "first"]).exits(2);
    assert!(refused.stderr.contains(".gitignore, AGENTS.md"), "{}", refused.stderr);
    assert_eq!(text(&shell.path("first/AGENTS.md")), "mine");
    assert_eq!(shell.files().len(), 2, "nothing else was written");
}

#[test]
fn a_folder_that_gives_no_name_is_refused() {
    let shell = Shell::default();
    let refused = shell.run(["init", "2026"]).exits(2);
    assert!(refused.stderr.contains("gives no name for a flow"), "{}", refused.stderr);
    assert!(shell.files().is_empty());
}

#[test]
fn the_schemas_are_those_that_the_command_prints() {
    let shell = Shell::default();
    shell.run(["init", "first"]).exits(0);
    for of in ["flow", "connections"] {
        let printed = shell.run(["schema", of, "--output", "json"]).exits(0).stdout;
        assert_eq!(text(&shell.path(&format!("first/schemas/{of}.schema.json"))), printed);
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("the file can be read")
}
