//! A credential goes to its own origin and is found nowhere else.

use std::path::{Path, PathBuf};

use runner_engine::{RunRequest, Status};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::support::{Bench, Kept, TOKEN, flow, journal, step};

/// Answers each request with the credential that came with it, and notes it: first as an answer, then as an error.
async fn echo(listener: TcpListener) -> Vec<String> {
    let mut seen = Vec::new();
    for status in ["200 OK", "400 Bad Request"] {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let (mut credential, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            match line.trim_end().to_ascii_lowercase() {
                line if line.is_empty() => break,
                line if line.starts_with("content-length: ") => length = line[16..].parse().unwrap(),
                lower if lower.starts_with("authorization: ") => credential = line[15..].trim_end().to_owned(),
                _ => {}
            }
        }
        stream.read_exact(&mut vec![0; length]).await.unwrap();
        let body =
            json!({ "you_sent": credential, "error": { "message": format!("wrong: {credential}") } }).to_string();
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ");
        let answer = format!("{head}{}\r\nx-echo: {credential}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        seen.push(credential);
    }
    seen
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn assert_nowhere(text: &[u8], place: &str) {
    assert!(!text.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()), "the credential stands in {place}");
}

#[tokio::test]
async fn a_credential_that_a_provider_echoes_reaches_no_journal_no_event_and_no_report() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let folder = TempDir::new().unwrap();
    let events = std::sync::Arc::new(Kept::default());
    let bench = Bench::with_base_url_and(&format!("http://{address}/"), |builder| {
        builder.journal(journal(folder.path())).events(events.clone())
    });
    let mut refused = step("refused", "post", json!("again"));
    refused["on_error"] = json!("continue");
    let flow = flow(json!([
        step("echoed", "post", json!("body")),
        refused,
        { "id": "both", "set": { "answer": "{{ steps.echoed.output }}", "error": "{{ steps.refused.error }}" } },
    ]));
    let (report, seen) =
        tokio::join!(bench.run(flow, RunRequest { wants_requests: true, ..RunRequest::default() }), echo(listener));
    assert_eq!(seen, [format!("Bearer {TOKEN}"), format!("Bearer {TOKEN}")], "it was sent where it belongs");
    assert_eq!(report.status, Status::Succeeded, "{report:?}");
    assert_eq!(report.output["answer"]["you_sent"], json!("Bearer [secret]"), "and it was echoed");
    assert_eq!(report.output["error"]["status"], json!(400));
    assert_nowhere(&serde_json::to_vec(&report).unwrap(), "the report");
    assert_nowhere(format!("{report:?}").as_bytes(), "the debug output of the report");
    assert_nowhere(events.lines().as_bytes(), "an event");

    let history = bench.engine.history(&report.run).await.unwrap();
    assert_nowhere(&serde_json::to_vec(&history).unwrap(), "the history");
    let while_open = files(folder.path());
    assert!(while_open.iter().any(|file| file.ends_with("journal.db-wal")), "{while_open:?}");
    for file in while_open {
        assert_nowhere(&std::fs::read(&file).unwrap(), &file.display().to_string());
    }
    bench.kill().await;
    for file in files(folder.path()) {
        assert_nowhere(&std::fs::read(&file).unwrap(), &file.display().to_string());
    }
}
