//! `linkwork init`: a folder that works at once, and nothing of anybody's replaced.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::command::Shell;

const FILES: [&str; 10] = [
    "first.linkwork.json",
    "first.test.json",
    "linkwork.connections.json",
    ".env.example",
    ".gitignore",
    ".vscode/settings.json",
    "AGENTS.md",
    "schemas/flow.schema.json",
    "schemas/connections.schema.json",
    "schemas/test.schema.json",
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

/// With nothing but what it prints, in a folder that was empty: no key, no network, no file of one's own.
#[test]
fn every_command_line_that_it_prints_works() {
    let shell = Shell::default();
    let printed = shell.run(["init", "My Flows"]).exits(0).stdout;
    let (without_key, with_key): (Vec<_>, Vec<_>) =
        command_lines(&printed).into_iter().partition(|line| line[0] == "linkwork");
    let ran: Vec<&str> = without_key.iter().map(|line| line[1].as_str()).collect();
    assert_eq!(ran, ["run", "test", "validate"]);
    for line in &without_key {
        shell.run(&line[1..]).exits(0);
    }
    let [line] = with_key.as_slice() else { panic!("one line needs a key: {printed}") };
    assert_eq!((&*line[0], &*line[1]), ("XAI_API_KEY=…", "linkwork"));
    let refused = shell.run(&line[2..]).exits(5);
    assert!(refused.stderr.contains("XAI_API_KEY"), "{}", refused.stderr);
}

#[test]
fn every_command_line_that_it_leaves_for_agents_works_and_changes_nothing() {
    let shell = Shell::default();
    shell.run(["init", "."]).exits(0);
    let before = contents(&shell);
    let lines = command_lines(&text(&shell.path("AGENTS.md")));
    assert_eq!(lines.len(), 7, "{lines:?}");
    for line in &lines {
        shell.run(&line[1..]).exits(0);
    }
    let flow = &lines[0][2];
    shell.run(["fmt", "--check", flow]).exits(0);
    let after = contents(&shell);
    assert!(before.iter().all(|file| after.contains(file)), "what it makes is in its one form");
}

#[test]
fn any_folder_will_do() {
    for (folder, flow) in
        [("Überflüge", "first-flow"), ("2026", "first-flow"), ("it's \"mine\" $1", "it-s-mine-1"), ("-dash", "dash")]
    {
        let shell = Shell::default();
        let made = shell.run(["init", "--output", "json", "--", folder]).exits(0).json();
        assert_eq!(made["name"], flow, "{folder}");
        let next = made["next"][0].as_str().and_then(shlex::split).expect("it can be pasted");
        shell.run(&next[1..]).exits(0);
    }
}

#[test]
fn what_stands_in_the_folder_already_stays() {
    let shell = Shell::default();
    fs::create_dir(shell.path("first")).expect("a folder can be made");
    let shell = shell.file("first/notes.txt", "mine");
    shell.run(["init", "first"]).exits(0);
    assert_eq!(text(&shell.path("first/notes.txt")), "mine");
    assert_eq!(shell.files().len(), 1 + FILES.len());
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
fn a_file_is_no_folder() {
    let shell = Shell::default().file("first", "mine");
    let refused = shell.run(["init", "first"]).exits(3);
    assert!(refused.stderr.contains("first cannot be made"), "{}", refused.stderr);
    assert_eq!(text(&shell.path("first")), "mine");
}

#[test]
fn the_schemas_are_those_that_the_command_prints() {
    let shell = Shell::default();
    shell.run(["init", "first"]).exits(0);
    for of in ["flow", "connections", "test"] {
        let printed = shell.run(["schema", of, "--output", "json"]).exits(0).stdout;
        assert_eq!(text(&shell.path(&format!("first/schemas/{of}.schema.json"))), printed);
    }
}

/// The lines of a text that are commands, as their words: what is indented in a message, or in a block of a page.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let lines =
        text.lines().map(str::trim).filter(|line| line.starts_with("linkwork ") || line.contains("=… linkwork "));
    lines.map(|line| shlex::split(line).expect("a command line can be pasted")).collect()
}

/// Every file with what it holds.
fn contents(shell: &Shell) -> Vec<(PathBuf, String)> {
    let files = shell.files().into_iter().filter(|path| !path.components().any(|part| part.as_os_str() == ".linkwork"));
    files.map(|path| (path.clone(), text(&path))).collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("the file can be read")
}
