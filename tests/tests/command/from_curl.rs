//! Requests as curl commands, in both directions.

use serde_json::{Value, json};
use tests::command::Shell;
use tests::wire::{Reply, Wire};

const LINE: &str = r#"curl https://api.x.ai/v1/chat/completions -H "Content-Type: application/json" -H "Authorization: Bearer $XAI_API_KEY" -d '{"model": "grok-4.3", "messages": []}'"#;

#[test]
fn a_line_for_xai_becomes_a_step_of_its_connector() {
    let outcome = Shell::default().run(["from-curl", LINE]).exits(0);
    assert_eq!(
        outcome.json(),
        json!({
            "id": "request",
            "action": "xai-grok/raw-request",
            "with": {
                "url": "/chat/completions",
                "method": "POST",
                "data": { "model": "grok-4.3", "messages": [] },
                "headers": [{ "key": "Content-Type", "value": "application/json" }]
            }
        })
    );
    assert!(outcome.stderr.contains("Authorization is left out"), "{}", outcome.stderr);
}

#[test]
fn other_lines_become_steps_of_the_http_connector() {
    let line = "curl -sS -X PUT 'https://api.example.com/v2/things?a=1' -F 'title=x y' -F file=@/tmp/a.pdf --max-time 2.5 --retry 3 -u me:secret";
    let outcome = Shell::default().run(["from-curl", line]).exits(0);
    assert_eq!(
        outcome.json(),
        json!({
            "id": "request",
            "action": "http/raw-request",
            "with": {
                "url": "/v2/things?a=1",
                "method": "PUT",
                "form_data": [{ "key": "title", "value": "x y" }],
                "timeout_ms": 2500,
                "max_retry_count": 3
            }
        })
    );
    for words in ["base_url is https://api.example.com", "--file file=/tmp/a.pdf", "-u is left out"] {
        assert!(outcome.stderr.contains(words), "{words:?} is missing in:\n{}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains("secret"), "{}", outcome.stderr);
    let query =
        Shell::default().run(["from-curl", "curl -G https://api.example.com/q -d a=1 -d 'b=x y'"]).exits(0).json();
    assert_eq!(query["with"]["query_params"], json!([{ "key": "a", "value": "1" }, { "key": "b", "value": "x y" }]));
}

/// The step's input, and the notes.
fn converted(line: &str) -> (Value, String) {
    let outcome = Shell::default().run(["from-curl", line]).exits(0);
    (outcome.json()["with"].clone(), outcome.stderr)
}

#[test]
fn data_without_a_type_is_a_form_unless_it_is_json() {
    let form = json!([{ "key": "Content-Type", "value": "application/x-www-form-urlencoded" }]);
    for (line, data) in [
        ("curl https://a.example/x -d 'a=1&b=2'", json!("a=1&b=2")),
        ("curl https://a.example/x -d a=1 -d b=2", json!("a=1&b=2")),
        ("curl https://a.example/x -d 7", json!("7")),
        ("curl https://a.example/x --data-urlencode 'a=x y&z' --data-urlencode =ü", json!("a=x+y%26z&%C3%BC")),
    ] {
        let (with, _) = converted(line);
        assert_eq!((&with["data"], &with["headers"]), (&data, &form), "{line}");
    }
    let (with, _) = converted(r#"curl https://a.example/x -d '{"a": 1}'"#);
    assert_eq!((&with["data"], with.get("headers")), (&json!({ "a": 1 }), None));
    let (with, _) = converted(r#"curl https://a.example/x -H 'content-type: text/plain' -d '{"a": 1}'"#);
    assert_eq!(with["data"], r#"{"a": 1}"#);
}

#[test]
fn a_form_reaches_its_server_as_curl_sends_it() {
    let upstream = Wire::always(Reply::json(200, "{}"));
    let (with, _) = converted("curl https://api.x.ai/v1/x --data-urlencode 'a=x y' -d b=2");
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-test");
    shell.run(["action", "run", "xai-grok/raw-request", "--with", &with.to_string()]).exits(0);
    let request = upstream.only_request();
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(request.text(), "a=x+y&b=2");
}

#[test]
fn a_query_is_decoded_once_and_whole() {
    let (with, _) = converted("curl -G https://a.example/x -d 'q=a%20b&flag' --data-urlencode 'r=c&d'");
    let pairs = [("q", "a b"), ("flag", ""), ("r", "c&d")].map(|(key, value)| json!({ "key": key, "value": value }));
    assert_eq!(with["query_params"], json!(pairs));
}

#[test]
fn letters_may_stand_together() {
    for line in ["curl -sX POST https://a.example/x", "curl -sSXPOST https://a.example/x"] {
        assert_eq!(converted(line).0["method"], "POST", "{line}");
    }
}

#[test]
fn what_a_step_does_otherwise_is_noted() {
    let (_, notes) = converted("curl -kL https://a.example/x");
    assert!(notes.contains("-k is left out") && notes.contains("-L is left out"), "{notes}");
}

#[test]
fn a_credential_stays_out_of_the_step() {
    let line = "curl -G 'https://a.example/x?api_key=CANARY&a=%20b' -H 'PRIVATE-TOKEN: CANARY' -H 'X-Goog-Api-Key: CANARY' -d access_token=CANARY -uCANARY";
    let outcome = Shell::default().run(["from-curl", line]).exits(0);
    assert!(!outcome.stdout.contains("CANARY") && !outcome.stderr.contains("CANARY"), "{outcome:?}");
    assert_eq!(outcome.json()["with"]["url"], "/x?a=%20b");
    for name in ["api_key", "PRIVATE-TOKEN", "X-Goog-Api-Key", "access_token", "-u"] {
        assert!(outcome.stderr.contains(&format!("{name} is left out")), "{name}: {}", outcome.stderr);
    }
}

#[test]
fn what_browsers_copy_is_read() {
    let line = r#"curl https://api.x.ai/v1/x --data-raw $'{"q":"it\'s \u0041"}' -H 'X-Cost: 5$' -H "X-Two: $'no'""#;
    let with = Shell::default().run(["from-curl", line]).exits(0).json()["with"].clone();
    assert_eq!(with["data"], json!({ "q": "it's A" }));
    assert_eq!(with["headers"], json!([{ "key": "X-Cost", "value": "5$" }, { "key": "X-Two", "value": "$'no'" }]));
}

#[test]
fn what_is_no_curl_line_is_refused() {
    for line in [
        "wget https://x.ai",
        "curl",
        "curl 'https://x.ai",
        "curl ftp://x.ai",
        "curl https://x.ai --unix-socket /s",
        "curl https://x.ai -éx",
        "curl https://x.ai -m soon",
        "curl https://x.ai --retry often",
        "curl https://x.ai https://y.ai",
        "curl https://x.ai -H nothing",
        "curl https://x.ai -F nothing",
    ] {
        let outcome = Shell::default().run(["from-curl", line]).exits(2);
        assert!(outcome.stderr.contains("error[usage]"), "{line}: {}", outcome.stderr);
    }
}

#[test]
fn a_request_is_shown_as_curl_with_its_secret_masked() {
    let upstream = Wire::always(Reply::json(200, r#"{"id":"a'b","object":"model","created":1,"owned_by":"xai"}"#));
    let shell = Shell::default().grok_at(&upstream.url("/v1"), "xai-canary-key");
    let outcome =
        shell.run(["action", "run", "xai-grok/get-model", "--with", r#"{"model_id":"a'b"}"#, "--curl"]).exits(0);
    let line = format!("curl -X GET '{}'", upstream.url("/v1/models/a%27b"));
    assert!(outcome.stderr.contains(&line), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("authorization: Bearer [secret]"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("canary"), "{}", outcome.stderr);
}
