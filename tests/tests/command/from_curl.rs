//! Requests as curl commands, in both directions.

use serde_json::json;
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

#[test]
fn what_is_no_curl_line_is_refused() {
    for line in
        ["wget https://x.ai", "curl", "curl 'https://x.ai", "curl ftp://x.ai", "curl https://x.ai --unix-socket /s"]
    {
        Shell::default().run(["from-curl", line]).exits(2);
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
