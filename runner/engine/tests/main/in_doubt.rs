//! A write that was sent and not answered ends in doubt, whatever stopped it.

use std::net::SocketAddr;

use runner_engine::{RunReport, RunRequest, Status};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Bench, binding, flow, step};

/// A server that is connected to and never answers.
async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Reads a request to its end, and leaves it open.
async fn read_request(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"\"body\"") {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request ends early");
    }
    stream
}

fn assert_in_doubt(report: &RunReport) {
    let error = report.error.as_ref().unwrap();
    assert_eq!((report.status, &*error.code), (Status::OutcomeUnknown, "outcome_unknown"), "{report:?}");
    assert_eq!((report.steps[0].status, report.steps[0].attempts), (Status::OutcomeUnknown, 1));
}

#[tokio::test]
async fn a_write_that_is_cancelled_in_flight() {
    let (listener, address) = listen().await;
    let bench = Bench::with_base_url(&format!("http://{address}/"));
    let request = RunRequest::default();
    let cancel = request.cancel.clone();
    let run = bench.run(flow(json!([step("a", "post", json!("body"))])), request);
    let cancelling = async {
        let stream = read_request(&listener).await;
        cancel.cancel();
        stream
    };
    let (report, mut stream) = tokio::join!(run, cancelling);
    assert_in_doubt(&report);
    assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0, "the connection is closed");
}

#[tokio::test]
async fn a_write_whose_time_is_over_in_flight() {
    let (listener, address) = listen().await;
    let bench = Bench::with_base_url(&format!("http://{address}/"));
    let mut post = step("a", "post", json!("body"));
    post["timeout"] = json!("30s");
    post["retry"] = json!({ "max_attempts": 5 });
    let run = bench.run(flow(json!([post])), RunRequest::default());
    let waiting = async {
        let stream = read_request(&listener).await;
        // From here on, time goes to the next deadline as soon as nothing else is left to do.
        tokio::time::pause();
        stream
    };
    let (report, _stream) = tokio::join!(run, waiting);
    assert_in_doubt(&report);
}

#[tokio::test]
async fn a_write_that_was_never_sent_is_not_in_doubt() {
    let bench = Bench::new();
    let request = RunRequest::default();
    request.cancel.cancel();
    let report = bench.engine.call("test/post", &binding("link"), request).await;
    assert_eq!(report.status, Status::Cancelled);
}
