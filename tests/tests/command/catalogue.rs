//! What the command knows about connectors, and that what it shows works.

use serde_json::{Value, json};
use tests::command::Shell;

fn actions() -> Vec<String> {
    let list = Shell::default().run(["actions", "--output", "json"]).exits(0).json();
    list.as_array().unwrap().iter().map(|action| action["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn connectors_and_actions_are_listed() {
    let connectors = Shell::default().run(["connectors"]).exits(0).stdout;
    assert!(connectors.contains("xai-grok") && connectors.contains("http"), "{connectors}");
    let grok = Shell::default().run(["actions", "xai-grok"]).exits(0).stdout;
    for action in
        ["create-chat-completion", "create-message", "generate-image", "get-model", "list-models", "raw-request"]
    {
        assert!(grok.contains(&format!("xai-grok/{action}")), "{grok}");
    }
    assert!(!grok.contains("http/"), "{grok}");
}

#[test]
fn an_action_is_shown_whole() {
    let page = Shell::default().run(["actions", "show", "xai-grok/create-chat-completion"]).exits(0).stdout;
    for words in [
        "effect: generate",
        "temperature  (number, default 1)",
        "options select-model",
        "input schema",
        "output schema",
    ] {
        assert!(page.contains(words), "{words:?} is missing in:\n{page}");
    }
    let json = Shell::default().run(["actions", "show", "xai-grok/get-model", "--output", "json"]).exits(0).json();
    assert_eq!(json["input_schema"]["required"], json!(["model_id"]));
}

#[test]
fn every_example_command_and_step_runs_against_the_sandbox() {
    for action in actions().iter().filter(|action| !action.starts_with("http/")) {
        let connector = action.split('/').next().unwrap();
        let example =
            Shell::default().run(["actions", "show", action, "--example", "--output", "json"]).exits(0).json();
        let command = shlex::split(example["command"].as_str().unwrap()).unwrap();
        assert_eq!(command[0], "linkwork");
        let words = command[1..].iter().map(String::as_str).chain(["--sandbox"]);
        Shell::default().run(words).exits(0);

        let mut step = example["step"].clone();
        step["connection"] = Value::from("slot");
        let flow = json!({ "linkwork": 1, "name": "one", "connections": { "slot": { "connector": connector } }, "steps": [step] });
        let shell = Shell::default().file("one.linkwork.json", flow.to_string());
        shell.run(["run", "one.linkwork.json", "--sandbox"]).exits(0);
    }
}

#[test]
fn the_choices_for_an_input_come_from_the_provider() {
    let outcome = Shell::default().run(["options", "xai-grok/select-model", "--sandbox"]).exits(0);
    assert!(outcome.stdout.lines().any(|line| line == "grok-4.3"), "{}", outcome.stdout);
    let outcome = Shell::default().run(["options", "openai/select-model", "--sandbox"]).exits(0);
    assert!(outcome.stdout.lines().any(|line| line == "gpt-4.1-mini"), "{}", outcome.stdout);
}

#[test]
fn schemas_are_printed() {
    let shell = Shell::default();
    assert_eq!(shell.run(["schema"]).exits(0).json()["type"], "object");
    assert_eq!(shell.run(["schema", "xai-grok/get-model"]).exits(0).json()["required"], json!(["model_id"]));
    shell.run(["schema", "xai-grok/nothing"]).exits(2);
}
