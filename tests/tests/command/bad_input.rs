//! Wrong input: one clear error that lists everything, nothing sent, the right exit code.

use std::fs::File;

use tests::command::Shell;
use tests::wire::{Reply, Wire};

/// Runs against an upstream that must see nothing.
fn refused(args: &[&str], code: i32, expected: &[&str]) {
    let upstream = Wire::always(Reply::json(200, "{}"));
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let outcome = shell.run(args).exits(code);
    for words in expected {
        assert!(outcome.stderr.contains(words), "{words:?} is missing in:\n{}", outcome.stderr);
    }
    assert_eq!(outcome.stdout, "");
    assert_eq!(upstream.seen().connections, 0, "nothing is sent");
}

const CHAT: &str = "xai-grok/create-chat-completion";

#[test]
fn everything_that_is_wrong_with_an_input_is_listed_at_once() {
    let with = r#"{"temperature":7,"topP":1,"messages":[{"role":"sytem","content":"x"}]}"#;
    refused(
        &["action", "run", CHAT, "--with", with],
        2,
        &[
            "error[invalid_input]",
            "/model: is missing",
            "/temperature: must be at most 2, not 7",
            "did you mean \"top_p\"?",
            "did you mean \"system\"?",
        ],
    );
}

#[test]
fn a_name_in_another_products_spelling_is_recognised() {
    let chat = r#"{"model":"a","messages":[{"role":"user","content":"x"}],"maxTokens":3}"#;
    refused(
        &["action", "run", CHAT, "--with", chat],
        2,
        &["did you mean \"max_tokens\"? If the API knows it, put it into \"additional_fields\""],
    );
    let message = r#"{"messages":[{"role":"user","content":"x"}],"maxTokens":3}"#;
    refused(
        &["action", "run", "xai-grok/create-message", "--with", message],
        2,
        &["/maxTokens: is not known here; did you mean \"max_tokens\"?"],
    );
}

#[test]
fn json_that_is_not_json_is_shown_with_its_place() {
    refused(&["action", "run", CHAT, "--with", r#"{"model": grok}"#], 2, &["--with:1:11"]);
    refused(&["action", "run", CHAT, "--with", r#"{"model": "a", "model": "b"}"#], 2, &["duplicate_key", "--with:1:"]);
    refused(&["action", "run", CHAT, "--with", r#"{"n": 123456789012345678901234567890}"#], 2, &["error[number]"]);
    refused(&["action", "run", CHAT, "--with", "nonsense"], 2, &["KEY=VALUE"]);
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    refused(
        &["action", "run", "xai-grok/create-chat-completions"],
        2,
        &["did you mean xai-grok/create-chat-completion?"],
    );
    refused(&["actions", "xai-gork"], 2, &["did you mean xai-grok?"]);
    refused(&["options", "xai-grok/select-modle"], 2, &["did you mean xai-grok/select-model?"]);
    refused(&["connection", "test", "nobody"], 2, &["there is no connection \"nobody\""]);
}

#[test]
fn a_file_that_is_too_large_or_not_there_is_one_clear_error() {
    let shell = Shell::default();
    File::create(shell.path("huge.json")).unwrap().set_len(200 << 20).unwrap();
    for args in [
        ["action", "run", CHAT, "--with-file", "huge.json"],
        ["run", "huge.json", "--sandbox", "--output", "text"],
        ["action", "run", "xai-grok/raw-request", "--file", "a=huge.json"],
    ] {
        let outcome = shell.run(args).exits(3);
        assert!(outcome.stderr.contains("huge.json is over"), "{}", outcome.stderr);
    }
    let outcome = shell.run(["run", "nowhere.linkwork.json"]).exits(3);
    assert!(outcome.stderr.contains("nowhere.linkwork.json cannot be read"), "{}", outcome.stderr);
}

#[test]
fn a_file_that_is_not_valid_is_shown_with_line_and_column() {
    let shell =
        Shell::default().file("f.linkwork.json", "{\n  \"linkwork\": 1,\n  \"name\": \"f\",\n  \"step\": []\n}\n");
    let outcome = shell.run(["validate", "f.linkwork.json"]).exits(3);
    assert!(outcome.stderr.contains("f.linkwork.json:4:3"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("did you mean \"steps\"?"), "{}", outcome.stderr);
    let findings = shell.run(["validate", "f.linkwork.json", "--output", "json"]).exits(3).json();
    let places: Vec<_> =
        findings[0]["diagnostics"].as_array().unwrap().iter().map(|found| (&found["code"], &found["line"])).collect();
    assert!(places.iter().any(|(code, line)| **code == "unknown_key" && **line == 4), "{places:?}");
}

#[test]
fn a_deep_file_ends_in_an_error() {
    let shell = Shell::default().file("deep.json", "[".repeat(100_000)).file("utf8.json", b"\xff\xfe");
    assert!(shell.run(["run", "deep.json"]).exits(3).stderr.contains("deep.json:1:"));
    assert!(shell.run(["run", "utf8.json"]).exits(3).stderr.contains("is not UTF-8 text"));
}

#[test]
fn a_retired_model_is_a_warning() {
    let flow = r#"{"linkwork":1,"name":"f","connections":{"grok":{"connector":"xai-grok"}},"steps":[{"id":"a","action":"xai-grok/create-message","connection":"grok","with":{"messages":[{"role":"user","content":"Hi"}]}}]}"#;
    let outcome = Shell::default().file("f.linkwork.json", flow).run(["validate", "f.linkwork.json"]).exits(0);
    assert!(outcome.stderr.contains("warning") && outcome.stderr.contains("grok-3-fast-latest"), "{}", outcome.stderr);
}

#[test]
fn hostile_targets_are_never_dialled() {
    for url in [
        "https://elsewhere.example/x",
        "//elsewhere.example/x",
        "/a/../../x",
        "/%2e%2e/x",
        "/a\\b",
        "@elsewhere.example/x",
    ] {
        let with = serde_json::json!({ "url": url, "method": "GET" }).to_string();
        refused(&["action", "run", "xai-grok/raw-request", "--with", &with], 1, &["error[target_refused]"]);
    }
}

#[test]
fn a_folder_in_the_place_of_a_file_is_said_to_be_one() {
    for command in ["validate", "fmt", "run"] {
        refused(&[command, "."], 3, &["is a folder: name the file in it"]);
    }
}

#[test]
fn an_option_that_says_nothing_is_refused_in_words_of_its_own() {
    let shell = Shell::default().file("f.linkwork.json", r#"{"linkwork":1,"name":"f","steps":[{"id":"a","set":1}]}"#);
    shell.run(["run", "f.linkwork.json"]).exits(0);
    for (args, words) in [
        (["run", "f.linkwork.json", "--timeout", "0s"].as_slice(), "leaves no time for anything"),
        (&["run", "f.linkwork.json", "--key", ""], "an empty key tells no run from another"),
        (&["run", "f.linkwork.json", "--label", "="], "a label has a key"),
        (&["runs", "show", ""], "the name of the run is empty"),
    ] {
        let refused = shell.run(args).exits(2);
        assert!(refused.stderr.contains(words), "{refused:?}");
    }
}

#[test]
fn a_sub_flow_that_is_not_there_is_named_once() {
    let flow = r#"{"linkwork":1,"name":"f","steps":[{"id":"a","flow":"nowhere"}]}"#;
    let refused = Shell::default().file("f.linkwork.json", flow).run(["validate", "f.linkwork.json"]).exits(3);
    assert_eq!(refused.stderr.matches("cannot be read").count(), 1, "{refused:?}");
}
