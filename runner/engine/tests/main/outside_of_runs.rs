//! Options and the test of a connection.

use std::time::Duration;

use connector_sdk::ErrorKind;
use runner_engine::RunRequest;

use crate::support::{Bench, binding};

#[tokio::test]
async fn options_are_listed_and_connections_tested() {
    let bench = Bench::new();
    let choices = bench.engine.options("test/things", &binding("link"), RunRequest::default()).await.unwrap();
    assert_eq!(choices[0].value, "a");
    let learned = bench.engine.verify(&binding("link"), RunRequest::default()).await.unwrap();
    assert_eq!(learned, "it answers");
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_is_an_error() {
    let bench = Bench::new();
    let options = async |id: &str, name: &str| {
        let request = RunRequest { timeout: Some(Duration::from_secs(1)), ..RunRequest::default() };
        bench.engine.options(id, &binding(name), request).await.unwrap_err().kind()
    };
    assert_eq!(options("test/thinsg", "link").await, ErrorKind::InvalidInput);
    assert_eq!(options("test/things", "missing").await, ErrorKind::InvalidConnection);
    assert_eq!(options("test/things", "slow").await, ErrorKind::Timeout);
    assert_eq!(options("test/broken-things", "link").await, ErrorKind::Internal);
}

#[tokio::test]
async fn an_engine_that_shuts_down_takes_no_calls() {
    let bench = Bench::new();
    bench.engine.shutdown(Duration::ZERO).await;
    let link = binding("link");
    let report = bench.engine.call("test/echo", &link, RunRequest::default()).await;
    assert_eq!(report.error.unwrap().message, "the engine is shutting down");
    let options = bench.engine.options("test/things", &link, RunRequest::default()).await;
    assert_eq!(options.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(bench.engine.verify(&link, RunRequest::default()).await.unwrap_err().kind(), ErrorKind::Unavailable);
}
