//! A credential reaches its own origin and nothing else: everything that is written is searched for it.

use tests::command::Shell;
use tests::wire::{Reply, Wire};

const CANARY: &str = "xai-CANARY-4f1c9be07d";

/// An upstream that tells back everything it is told, with this status.
fn echo(status: u16) -> Wire {
    Wire::answering(move |request| {
        let told: Vec<String> = request.headers().map(|(name, value)| format!("{name}={value}")).collect();
        let body = serde_json::json!({ "error": told.join(" "), "object": "list", "data": [], "told": told });
        Reply::new(
            status,
            &[("content-type", "application/json"), ("x-request-id", CANARY), ("x-told", CANARY)],
            body.to_string(),
        )
    })
}

#[test]
fn nothing_that_is_written_holds_a_credential() {
    let raw = r#"{"url":"/x","method":"POST","data":{"a":1},"max_retry_count":1}"#;
    let chat = r#"{"model":"grok-4.3","messages":[{"role":"user","content":"Hi"}]}"#;
    for status in [200, 302, 400, 401, 404, 429, 500] {
        let upstream = echo(status);
        let shell = Shell::default().grok_at(&upstream.url("/v1"), CANARY);
        for args in [
            ["action", "run", "xai-grok/raw-request", "--with", raw].as_slice(),
            &["action", "run", "xai-grok/create-chat-completion", "--with", chat, "--timeout", "300ms"],
            &["action", "run", "xai-grok/list-models", "--timeout", "300ms"],
            &["connection", "test", "grok"],
            &["options", "xai-grok/select-model"],
        ] {
            for format in ["text", "json", "jsonl"] {
                let outcome = shell.run(args.iter().copied().chain(["--output", format, "--curl"]));
                let written = format!("{}{}", outcome.stdout, outcome.stderr);
                assert!(!written.contains("CANARY"), "{status} {args:?} {format}:\n{written}");
            }
        }
        assert!(
            upstream
                .requests()
                .iter()
                .all(|request| request.header("authorization").is_some_and(|sent| sent.contains(CANARY)))
        );
        let kept = shell.files().into_iter().filter(|path| !path.ends_with("linkwork.connections.json"));
        for path in kept {
            let content = std::fs::read(&path).unwrap();
            assert!(!String::from_utf8_lossy(&content).contains("CANARY"), "{}", path.display());
        }
    }
}

#[test]
fn a_connections_file_is_pointed_into_and_never_shown() {
    for text in [
        r#"{"grok":{"connector":"xai-grok","feilds":{},"fields":{"api_key":"KEY"}}}"#,
        r#"{"grok":{"connector":"xai-grok","fields":{"api_key":"KEY",}}}"#,
        r#"{"grok":{"connector":"xai-grok","fields":{"api_key":"KEY","api_key":"KEY"}}}"#,
        r#"{"grok":{"connector":"xai-grok","fields":"KEY"}}"#,
        r#"{"grok":"KEY"}"#,
    ] {
        let shell = Shell::default().file("c.json", text.replace("KEY", CANARY));
        for format in ["text", "json"] {
            let args = ["action", "run", "xai-grok/list-models", "--connections", "c.json", "--output", format];
            let outcome = shell.run(args).exits(3);
            assert!(outcome.stderr.contains("c.json:1:"), "{}", outcome.stderr);
            let written = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(!written.contains("CANARY"), "{text} {format}:\n{written}");
        }
    }
}
