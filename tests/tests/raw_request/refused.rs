//! What is refused before anything is sent.

use connector_sdk::ErrorKind;
use connector_sdk::http::Egress;
use serde_json::json;
use tests::probe;
use tests::rig::Rig;
use tests::wire::{Reply, Wire};

use super::refused;

#[tokio::test]
async fn data_and_a_form_exclude_each_other() {
    let file = json!({ "$file": "sha256:0", "name": "a", "media_type": "a/b", "size": 1 });
    for form in [json!({ "form_data": { "a": 1 } }), json!({ "file_data": { "a": file } })] {
        let mut input = json!({ "url": "/x", "method": "POST", "data": { "a": 1 } });
        input.as_object_mut().unwrap().extend(form.as_object().unwrap().clone());
        let error = refused(input).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.violations()[0].message, "Cannot specify both Data and File/Form Data.");
    }
}

#[tokio::test]
async fn a_file_name_needs_its_file() {
    let error = refused(json!({ "url": "/x", "method": "POST", "file_data_file_names": { "a": "b.txt" } })).await;
    assert_eq!(error.violations()[0].message, "names \"a\", which is not a key of file_data");
}

#[tokio::test]
async fn only_the_listed_methods_are_known() {
    for method in ["frob", "get", "TRACE", "CONNECT", "GET /x HTTP/1.1\r\n", ""] {
        let error = refused(json!({ "url": "/x", "method": method })).await;
        assert_eq!(error.violations()[0].pointer, "/method");
        let list = "must be one of DELETE, GET, HEAD, LINK, OPTIONS, PATCH, POST, PURGE, PUT, UNLINK";
        assert!(error.message().contains(list), "{error}");
    }
}

#[tokio::test]
async fn header_injection_is_refused() {
    let values = ["1\r\nX-B: 2", "1\nX-B: 2", "1\rX-B: 2", "a\0b", "é", "日本", "\u{7f}"];
    for value in values {
        let error = refused(json!({ "url": "/x", "method": "GET", "headers": { "X-A": value } })).await;
        assert_eq!((error.kind(), error.violations().len()), (ErrorKind::InvalidInput, 1));
        assert_eq!(error.violations()[0].pointer, "/headers/X-A");
        assert!(!error.message().contains(value), "the message itself carries no such character: {error:?}");
    }
    for name in ["X-A\r\nX-B", "X A", "X:A", "", "é", "X\0"] {
        let error = refused(json!({ "url": "/x", "method": "GET", "headers": { name: "1" } })).await;
        assert_eq!(&*error.violations()[0].rule, "header", "{name:?}");
    }
}

#[tokio::test]
async fn reserved_headers_are_refused() {
    let reserved = [
        "Host",
        "Content-Length",
        "transfer-encoding",
        "CONNECTION",
        "Keep-Alive",
        "Upgrade",
        "TE",
        "Trailer",
        "Expect",
        "Cookie",
        "HTTP2-Settings",
        "Proxy-Authorization",
        "proxy-connection",
        "Accept-Encoding",
    ];
    let headers: Vec<_> = reserved.iter().map(|name| json!({ "key": name, "value": "1" })).collect();
    let error = refused(json!({ "url": "/x", "method": "GET", "headers": headers })).await;
    let found: Vec<_> = error.violations().iter().map(|found| (found.pointer.as_str(), &*found.rule)).collect();
    let expected: Vec<_> = reserved.iter().map(|name| format!("/headers/{name}")).collect();
    assert_eq!(found, expected.iter().map(|pointer| (pointer.as_str(), "header")).collect::<Vec<_>>());
}

#[tokio::test]
async fn more_headers_than_the_bound_are_refused() {
    let headers: Vec<_> = (0..65).map(|n| json!({ "key": format!("x-{n}"), "value": "1" })).collect();
    let error = refused(json!({ "url": "/x", "method": "GET", "headers": headers })).await;
    assert_eq!(error.violations()[0].message, "must have at most 64 headers");
}

#[tokio::test]
async fn the_header_of_the_credential_is_refused() {
    for name in ["Authorization", "authorization", "AUTHORIZATION"] {
        let error = refused(json!({ "url": "/x", "method": "GET", "headers": { name: "Bearer mine" } })).await;
        assert_eq!((error.kind(), &*error.violations()[0].rule), (ErrorKind::InvalidInput, "reserved"));
    }
    let wire = Wire::always(Reply::json(200, "{}"));
    let fields = json!({ "base_url": wire.url(""), "auth": "header", "header": "X-Api-Key", "secret": probe::SECRET });
    let rig = Rig::new(&connector_http::connector(), fields);
    let input = json!({ "url": "/x", "method": "GET", "headers": { "x-api-key": "mine" } });
    let error = rig.call("raw-request", input).await.unwrap_err();
    assert_eq!((&*error.violations()[0].rule, wire.seen().connections), ("reserved", 0));
}

#[tokio::test]
async fn a_private_address_is_refused_unless_the_operator_allows_it() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let https = wire.url("/v1").replace("http:", "https:");
    for base in
        [https.clone(), https.replace("127.0.0.1", "localhost"), https.replace("127.0.0.1", "[::ffff:127.0.0.1]")]
    {
        let connector = probe::connector();
        let connection = connector.connect("test@1", probe::fields(&base), Egress::Public).unwrap();
        let rig = Rig { connection, ..probe::rig(&base) };
        let error = rig.call("raw-request", json!({ "url": "/x", "method": "GET" })).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TargetRefused, "{base}: {error}");
    }
    assert_eq!(wire.seen().connections, 0);
}

#[tokio::test]
async fn a_credential_does_not_travel_in_clear_text() {
    let fields = probe::fields("http://api.example.com/v1");
    let error = probe::connector().connect("test@1", fields, Egress::Public).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConnection);
    assert!(error.message().contains("must begin with https://"), "{error}");
}
