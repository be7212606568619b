//! Exchanges with providers are recorded and answered again through the engine.

use std::sync::Arc;

use connector_sdk::exchange::{Exchanges, Recording, Replay};
use runner_engine::{RunRequest, Status};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{Bench, TOKEN, flow, step};

/// Answers one request with `{"number": 7}`.
async fn answer(listener: TcpListener) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"\"body\"") {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request ends early");
    }
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 12\r\n\r\n";
    stream.write_all(format!("{head}{{\"number\":7}}").as_bytes()).await.unwrap();
}

fn with(exchanges: Exchanges) -> RunRequest {
    RunRequest { exchanges, ..RunRequest::default() }
}

#[tokio::test]
async fn what_was_recorded_in_one_run_is_answered_in_another_without_a_network() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bench = Bench::with_base_url(&format!("http://{}/", listener.local_addr().unwrap()));
    let posts = flow(json!([
        step("first", "read", json!(1)),
        { "id": "each", "for_each": ["body"], "steps": [step("post", "post", json!("{{ item }}"))] },
    ]));
    let recording = Arc::new(Recording::default());
    let (report, ()) =
        tokio::join!(bench.run(posts.clone(), with(Exchanges::Record(recording.clone()))), answer(listener));
    assert_eq!((report.status, &*report.output), (Status::Succeeded, &json!([{ "number": 7 }])), "{report:?}");
    let recorded = Arc::new(recording.recorded());
    assert_eq!(recorded.steps.keys().collect::<Vec<_>>(), ["each[0].post"]);
    assert!(!serde_json::to_string(&*recorded).unwrap().contains(TOKEN));

    // Nobody listens there any more.
    let replay = Arc::new(Replay::of(recorded.clone()));
    let again = bench.run(posts, with(Exchanges::Replay(replay.clone()))).await;
    assert_eq!((again.status, &again.output), (Status::Succeeded, &report.output));
    assert!(replay.missed().is_empty());

    let other = flow(json!([step("another", "post", json!("body"))]));
    let report = bench.run(other, with(Exchanges::Replay(Arc::new(Replay::of(recorded))))).await;
    assert_eq!(report.status, Status::Failed, "what was not recorded is not sent");
}
