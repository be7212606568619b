//! Where a request may go.

use connector_sdk::{Error, ErrorKind};
use proptest::prelude::prop;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use tests::probe;
use tests::wire::{Reply, Wire};

async fn refused(base: &Wire, url: &str) -> Error {
    let input = json!({ "url": url, "method": "POST", "data": "x", "max_retry_count": 1, "retry_on_all_errors": true });
    let error = probe::rig(&base.url("/v1")).call("raw-request", input).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TargetRefused, "{url:?}: {error}");
    assert!(error.fix().is_some(), "{url:?}: {error}");
    error
}

#[tokio::test]
async fn relative_target_cannot_leave_the_base_path() {
    let base = Wire::always(Reply::json(200, "{}"));
    let other = Wire::always(Reply::json(200, "{}"));
    let host = other.authority();
    let elsewhere = [
        format!("http://{host}/x"),
        format!("HTTPS://{host}/x"),
        format!("http:{host}/x"),
        format!("http:/{host}/x"),
        format!("//{host}/x"),
        format!("///{host}/x"),
        format!("\\\\{host}\\x"),
        format!("/\\{host}/x"),
        format!("\\/{host}/x"),
        format!("user@{host}/x"),
        format!("user:password@{host}/x"),
        format!(":{}/x", host.rsplit(':').next().unwrap()),
        format!("\thttp://{host}/x"),
        format!("ht\ntp://{host}/x"),
        format!("/\t/{host}/x"),
        format!("http://{}@{host}/v1/x", base.authority()),
        "file:///etc/passwd".to_owned(),
        "data:text/plain,x".to_owned(),
    ];
    for url in elsewhere {
        refused(&base, &url).await;
    }
    let above = [
        "..",
        "../x",
        "/..",
        "/../x",
        "/a/../../x",
        "/./x",
        "/a/.",
        "/%2e%2e/x",
        "/%2E%2e/x",
        "/.%2e/x",
        "/%2e/x",
        "/%252e%252e/x",
        "/%25252e%25252e/x",
        "/a%2f..%2f..%2fx",
        "/a%252f..%252fx",
        "/%5c..%5cx",
        "/..%5cx",
        "/..\\x",
        "/a\\..\\x",
        "/..;/x",
        "/..;a=b/x",
        "/.;/x",
        "/%2e%2e%3b/x",
        "/..%3ba/x",
        "/%2e%2e%253b/x",
        "/\u{0}",
        "/a\rb",
        "/a\nb",
        "/a\tb",
        "/a\u{7f}b",
        "/a%0d%0ab",
        "/a%00b",
        "/a%250ab",
        "/\u{85}",
    ];
    for url in above {
        refused(&base, url).await;
    }
    assert_eq!(base.seen().connections + other.seen().connections, 0);
}

#[tokio::test]
async fn an_absolute_url_of_the_own_origin_is_shown_in_its_relative_form() {
    let base = Wire::always(Reply::json(200, "{}"));
    let error = refused(&base, &base.url("/v1/models?x=1")).await;
    assert_eq!(error.fix(), Some("write it relative to the connection: /models"));
    assert_eq!(base.seen().connections, 0);
}

/// What targets are made of.
const PIECES: &[&str] =
    &["/", "//", ".", "..", "%2e", "%252e", "%2f", "%5c", "\\", ";", "@", ":", "?", "#", "a", "é", " ", "%", "%00"];

#[test]
fn any_target_stays_below_the_base_path_or_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let base = Wire::always(Reply::json(200, "{}"));
    let rig = probe::rig(&base.url("/v1"));
    let target = prop::collection::vec(prop::sample::select(PIECES), 0..8);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(512) });
    let outcome = runner.run(&target, |pieces| {
        let before = base.requests().len();
        let outcome = runtime.block_on(rig.call("raw-request", json!({ "url": pieces.concat(), "method": "GET" })));
        let arrived = base.requests();
        match outcome {
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TargetRefused, "{error}");
                assert_eq!(arrived.len(), before);
            }
            Ok(_) => {
                let path = arrived.last().unwrap().target().split('?').next().unwrap().to_owned();
                assert!(path == "/v1" || path.starts_with("/v1/"), "{path}");
                assert!(!path.split('/').any(|segment| matches!(segment, "." | "..")), "{path}");
            }
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(!base.requests().is_empty(), "some targets are good");
}

#[tokio::test]
async fn no_credential_in_a_redirect() {
    let other = Wire::always(Reply::json(200, "{}"));
    for status in [301, 302, 303, 307, 308] {
        let location = other.url("/stolen");
        let base = Wire::always(Reply::new(status, &[("location", &location), ("x-trace", "7")], "\"moved\""));
        let input = json!({ "url": "/x", "method": "POST", "data": { "a": 1 } });
        let error = probe::rig(&base.url("/v1")).call("raw-request", input).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(status)));
        assert_eq!(error.fix(), Some("redirects are not followed, so that a credential stays where it belongs"));
        let response = error.response().unwrap();
        assert_eq!(response["status"], status);
        assert_eq!(response["headers"]["location"], location);
        assert_eq!(response["headers"]["x-trace"], "7");
        assert_eq!(response["body"], "moved");
        assert_eq!(base.requests().len(), 1);
    }
    assert_eq!(other.seen().connections, 0);
}

#[tokio::test]
async fn a_target_is_bounded_in_length_and_in_layers() {
    let base = Wire::always(Reply::json(200, "{}"));
    let layers = format!("/%{}2e", "25".repeat(3_000));
    assert_eq!(refused(&base, &layers).await.message(), "the URL is percent-encoded over and over");
    let long = format!("/{}", "x".repeat(9_000));
    assert_eq!(refused(&base, &long).await.message(), "the URL is over 8 KiB long");
    assert_eq!(base.seen().connections, 0);
}
