//! Where connections come from, and what is said when one is missing.

use tests::command::Shell;
use tests::wire::{Reply, Wire};

const MODELS: &str = r#"{"object":"list","data":[]}"#;

fn upstream() -> Wire {
    Wire::always(Reply::json(200, MODELS))
}

fn grok(base_url: &str, api_key: &str) -> String {
    format!(r#"{{"grok":{{"connector":"xai-grok","fields":{{"base_url":"{base_url}","api_key":{api_key}}}}}}}"#)
}

const LIST: [&str; 3] = ["action", "run", "xai-grok/list-models"];

#[test]
fn a_field_comes_from_the_file_a_variable_or_another_file() {
    let upstream = upstream();
    let base = upstream.url("/v1");
    let shell = Shell::default()
        .env("GROK_KEY", "xai-from-variable")
        .file("key.txt", "xai-from-file\n")
        .file(".env", "# keys\nexport OTHER_KEY=\"xai-from-env-file\"\n")
        .file("plain.json", grok(&base, r#""xai-as-it-stands""#))
        .file("env.json", grok(&base, r#"{"env":"GROK_KEY"}"#))
        .file("other.json", grok(&base, r#"{"env":"OTHER_KEY"}"#))
        .file("file.json", grok(&base, r#"{"file":"key.txt"}"#));
    for name in ["plain", "env", "other", "file"] {
        let file = format!("{name}.json");
        shell.run(LIST.iter().copied().chain(["--connections", &file, "--env-file", ".env"])).exits(0);
    }
    let sent: Vec<String> =
        upstream.requests().iter().map(|request| request.header("authorization").unwrap().to_owned()).collect();
    let expected =
        ["as-it-stands", "from-variable", "from-env-file", "from-file"].map(|key| format!("Bearer xai-{key}"));
    assert_eq!(sent, expected);
}

#[test]
fn the_usual_file_lies_beside_the_flow() {
    let upstream = upstream();
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    let flow = r#"{"linkwork":1,"name":"f","connections":{"grok":{"connector":"xai-grok"}},"steps":[{"id":"a","action":"xai-grok/list-models"}]}"#;
    let shell = shell.file("f.linkwork.json", flow);
    let path = shell.path("f.linkwork.json").display().to_string();
    let elsewhere = Shell::default();
    elsewhere.run(["run", &path]).exits(0);
    assert_eq!(upstream.only_request().target(), "/v1/models");
}

#[test]
fn a_missing_connection_says_slot_variable_and_sandbox() {
    let outcome = Shell::default().run(LIST).exits(5);
    for words in ["xai-grok", "XAI_API_KEY", "linkwork.connections.json", "--sandbox"] {
        assert!(outcome.stderr.contains(words), "{words:?} is missing in:\n{}", outcome.stderr);
    }
    let shell = Shell::default().file("c.json", grok("https://api.x.ai/v1", r#"{"env":"NOT_SET"}"#));
    let outcome = shell.run(LIST.iter().copied().chain(["--connections", "c.json"])).exits(5);
    assert!(outcome.stderr.contains("NOT_SET, which is not set"), "{}", outcome.stderr);
}

#[test]
fn what_is_wrong_with_a_connection_is_said_without_its_secret() {
    let shell = Shell::default().file("c.json", grok("https://api.x.ai/v1", r#""gsk_not-for-here""#));
    let outcome = shell.run(LIST.iter().copied().chain(["--connections", "c.json"])).exits(5);
    assert!(outcome.stderr.contains("Groq"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("not-for-here"), "{}", outcome.stderr);

    let shell = Shell::default().file("c.json", r#"{"grok":{"connectr":"xai-grok"}}"#);
    let outcome = shell.run(LIST.iter().copied().chain(["--connections", "c.json"])).exits(3);
    assert!(
        outcome.stderr.contains("c.json:1:") && outcome.stderr.contains("did you mean \"connector\"?"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_connection_is_tested() {
    let outcome = Shell::default().run(["connection", "test", "xai-grok", "--sandbox"]).exits(0);
    assert!(outcome.stdout.contains("xai-grok works"), "{}", outcome.stdout);
    let outcome = Shell::default().run(["connection", "test", "openai", "--sandbox"]).exits(0);
    assert!(
        outcome.stdout.contains("openai works") && outcome.stdout.contains("may ask models and list them"),
        "{}",
        outcome.stdout
    );

    let body = r#"{"code":"invalid-argument","error":"Incorrect API key provided. You can obtain an API key from https://console.x.ai."}"#;
    let upstream =
        Wire::always(Reply::new(400, &[("content-type", "application/json"), ("x-request-id", "req-77")], body));
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "gsk-ish-but-not");
    let outcome = shell.run(["connection", "test", "grok"]).exits(5);
    assert!(outcome.stderr.contains("error[unauthorized]") && outcome.stderr.contains("req-77"), "{}", outcome.stderr);
}

#[test]
fn a_public_name_never_leads_to_a_private_address() {
    // The name is public in form and resolves to loopback, as a rebinding attack's would.
    let shell = Shell::default().file("c.json", grok("https://ip6-localhost:9/v1", r#""xai-test""#));
    let outcome = shell.run(LIST.iter().copied().chain(["--connections", "c.json"]));
    assert!(matches!(outcome.code, 1), "{outcome:?}");
    assert!(outcome.stderr.contains("target_refused") || outcome.stderr.contains("network"), "{}", outcome.stderr);
}

#[test]
fn a_credential_does_not_travel_in_clear_text() {
    let shell = Shell::default().file("c.json", grok("http://api.x.ai/v1", r#""xai-test""#));
    let outcome = shell.run(LIST.iter().copied().chain(["--connections", "c.json"])).exits(5);
    assert!(outcome.stderr.contains("must begin with https://"), "{}", outcome.stderr);
}

#[test]
fn the_sandbox_knows_the_names_and_takes_the_place_of_the_fields() {
    let two =
        r#"{"grok":{"connector":"xai-grok","fields":{"api_key":{"env":"NOT_SET"}}},"other":{"connector":"xai-grok"}}"#;
    let shell = Shell::default().file("linkwork.connections.json", two);
    let outcome = shell.run(["connection", "test", "grok", "--sandbox"]).exits(0);
    assert!(outcome.stdout.contains("grok works"), "{}", outcome.stdout);
    shell.run(LIST.iter().chain(&["--sandbox"])).exits(0);
    shell.run(["connection", "test", "gork", "--sandbox"]).exits(2);
}

#[test]
fn a_connection_that_cannot_be_made_names_reason_and_fix() {
    let shell = Shell::default().file("c.json", grok("https://api.x.ai/v1", r#"{"file":"nowhere.txt"}"#));
    let outcome = shell.run(LIST.iter().copied().chain(["--connections", "c.json"])).exits(5);
    for words in ["nowhere.txt cannot be read: ", "what to do: "] {
        assert!(outcome.stderr.contains(words), "{words:?} is missing in:\n{}", outcome.stderr);
    }
    let shell = Shell::default().file("c.json", r#"{"web":{"connector":"http"}}"#);
    let outcome = shell.run(LIST.iter().copied().chain(["--connections", "c.json", "--connection", "web"])).exits(5);
    for words in ["is for http, and xai-grok is needed", "what to do: write \"connector\": \"xai-grok\" there"] {
        assert!(outcome.stderr.contains(words), "{words:?} is missing in:\n{}", outcome.stderr);
    }
}
