//! What reaches the wire.

use bytes::Bytes;
use connector_sdk::BlobStore as _;
use serde_json::{Value, json};
use tests::probe;
use tests::wire::{Recorded, Reply, Wire};

use super::sent;

/// The boundary of a form, and its body with the boundary replaced by `B`.
fn form(request: &Recorded) -> (String, String) {
    let media_type = request.header("content-type").unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap().to_owned();
    let body = String::from_utf8_lossy(&request.body).replace(&boundary, "B");
    (boundary, body)
}

#[tokio::test]
async fn a_get_has_no_body_and_no_type() {
    let request = sent(json!({ "url": "/models", "method": "GET" })).await;
    assert_eq!(request.line(), "GET /v1/models HTTP/1.1");
    assert_eq!(request.header("accept"), Some("application/json, text/plain, */*"));
    assert_eq!(request.header("authorization"), Some("Bearer canary-0123456789abcdef"));
    assert_eq!(request.header("content-type"), None);
    assert_eq!(request.header("content-length"), None);
    assert_eq!(request.text(), "");
}

#[tokio::test]
async fn data_is_sent_as_json_in_its_own_order() {
    let request = sent(json!({ "url": "/x", "method": "POST", "data": { "b": 2, "a": "é" } })).await;
    assert_eq!(request.line(), "POST /v1/x HTTP/1.1");
    assert_eq!(request.all("content-type"), ["application/json"]);
    assert_eq!(request.header("content-length"), Some("16"));
    assert_eq!(request.text(), r#"{"b":2,"a":"é"}"#);
}

#[tokio::test]
async fn a_list_is_sent_as_json() {
    let request = sent(json!({ "url": "/x", "method": "POST", "data": [1, { "a": null }] })).await;
    assert_eq!(request.all("content-type"), ["application/json"]);
    assert_eq!(request.text(), r#"[1,{"a":null}]"#);
}

#[tokio::test]
async fn zero_and_false_are_data() {
    for (data, body) in [(json!(0), "0"), (json!(false), "false")] {
        let request = sent(json!({ "url": "/x", "method": "POST", "data": data })).await;
        assert_eq!((request.text(), request.header("content-type")), (body, Some("application/json")));
    }
    for data in [json!(""), Value::Null] {
        let request = sent(json!({ "url": "/x", "method": "POST", "data": data })).await;
        assert_eq!((request.text(), request.header("content-length")), ("", Some("0")), "{data}");
    }
}

#[tokio::test]
async fn a_file_is_sent_as_its_bytes() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let rig = probe::rig(&wire.url("/v1"));
    let bytes = Bytes::from_static(b"\x00\xff\r\n\r\nPNG");
    let file = rig.blobs.put("cat.png", "image/png", bytes.clone()).await.unwrap();
    rig.call("raw-request", json!({ "url": "/x", "method": "PUT", "data": file })).await.unwrap();
    let request = wire.only_request();
    assert_eq!(request.all("content-type"), ["image/png"]);
    assert_eq!(request.body, bytes);
}

#[tokio::test]
async fn a_form_keeps_order_and_duplicates() {
    let fields = json!([{ "key": "a", "value": 1 }, { "key": "n", "value": "5" }, { "key": "a", "value": 2 }]);
    let request = sent(json!({ "url": "/x", "method": "POST", "form_data": fields })).await;
    let (boundary, body) = form(&request);
    let (dashes, random) = boundary.split_at(26);
    assert_eq!(dashes, "-".repeat(26));
    assert!(random.len() >= 24 && random.bytes().all(|byte| byte.is_ascii_hexdigit()), "{boundary}");
    assert_eq!(request.all("content-length"), [request.body.len().to_string()]);
    let part = |name, value| format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    assert_eq!(body, format!("{}{}{}--B--\r\n", part("a", "1"), part("n", "5"), part("a", "2")));
}

#[tokio::test]
async fn files_come_after_fields_with_a_base_name_and_a_guessed_type() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let rig = probe::rig(&wire.url("/v1"));
    let file = rig.blobs.put("ignored.gif", "image/gif", Bytes::from_static(b"content")).await.unwrap();
    let input = json!({
        "url": "/x",
        "method": "POST",
        "file_data": [{ "key": "plain", "value": file }, { "key": "named", "value": file }, { "key": "evil", "value": file }],
        "file_data_file_names": { "named": "dir/rep\"ort\".json", "evil": "a\r\nX: 1.txt" },
        "form_data": { "q\"": "é" },
    });
    rig.call("raw-request", input).await.unwrap();
    let (_, body) = form(&wire.only_request());
    let head = |rest: &str| format!("--B\r\nContent-Disposition: form-data; {rest}\r\n\r\n");
    let expected = [
        head("name=\"q%22\"") + "é\r\n",
        head("name=\"plain\"; filename=\"plain\"\r\nContent-Type: application/octet-stream") + "content\r\n",
        head("name=\"named\"; filename=\"rep%22ort%22.json\"\r\nContent-Type: application/json") + "content\r\n",
        head("name=\"evil\"; filename=\"a%0D%0AX: 1.txt\"\r\nContent-Type: text/plain") + "content\r\n",
        "--B--\r\n".to_owned(),
    ];
    assert_eq!(body, expected.concat());
}

#[tokio::test]
async fn the_type_of_a_form_goes_before_a_header() {
    let headers = json!({ "Content-Type": "application/json" });
    let input = json!({ "url": "/x", "method": "POST", "form_data": { "a": 1 }, "headers": headers });
    let request = sent(input).await;
    assert_eq!(request.all("content-type").len(), 1);
    form(&request);
}

#[tokio::test]
async fn an_empty_form_is_no_form() {
    let input = json!({ "url": "/x", "method": "POST", "data": { "a": 1 }, "form_data": {}, "file_data": [] });
    assert_eq!(sent(input).await.text(), r#"{"a":1}"#);
}

#[tokio::test]
async fn a_query_follows_the_one_in_the_url_and_keeps_order_and_duplicates() {
    let pair = |key: &str, value: Value| json!({ "key": key, "value": value });
    let params = [
        pair("a", json!(1)),
        pair("a", json!(2)),
        pair("s p", json!("x y+&=é:$,[]@")),
        pair("arr", json!(["p", "q"])),
        pair("nul", Value::Null),
        pair("e", json!("")),
        pair("o", json!({ "k": "v" })),
        pair("t", json!(true)),
    ];
    let request = sent(json!({ "url": "/x?z=0#fragment", "method": "GET", "query_params": params })).await;
    assert_eq!(
        request.line(),
        "GET /v1/x?z=0&a=1&a=2&s+p=x+y%2B%26%3D%C3%A9:$,%5B%5D%40&arr%5B%5D=p&arr%5B%5D=q&e=&o%5Bk%5D=v&t=true HTTP/1.1"
    );
}

#[tokio::test]
async fn headers_keep_order_and_duplicates_and_replace_the_usual_ones() {
    let header = |key: &str, value: &str| json!({ "key": key, "value": value });
    let headers = [
        header("X-A", "1"),
        header("User-Agent", "mine"),
        header("x-a", "2"),
        header("Accept", "text/csv"),
        header("X-Empty", ""),
    ];
    let request = sent(json!({ "url": "/x", "method": "GET", "headers": headers })).await;
    assert_eq!(request.all("x-a"), ["1", "2"]);
    assert_eq!(request.all("x-empty"), [""]);
    assert_eq!(request.all("user-agent"), ["mine"]);
    assert_eq!(request.all("accept"), ["text/csv"]);
}

#[tokio::test]
async fn targets_are_joined_to_the_base_path() {
    let cases = [
        ("/models", "/v1/models"),
        ("models", "/v1/models"),
        ("", "/v1"),
        ("/a b/é/%2f?x=%20", "/v1/a%20b/%C3%A9/%2f?x=%20"),
        ("/a:b/x@y?p=../z", "/v1/a:b/x@y?p=../z"),
    ];
    for base in ["/v1", "/v1/"] {
        for (url, target) in cases {
            let wire = Wire::always(Reply::json(200, "{}"));
            let input = json!({ "url": url, "method": "GET" });
            probe::rig(&wire.url(base)).call("raw-request", input).await.unwrap();
            assert_eq!(wire.only_request().target(), target, "{url:?} at {base}");
        }
    }
}

#[tokio::test]
async fn every_method_is_sent_as_it_is_named() {
    for method in ["DELETE", "GET", "LINK", "OPTIONS", "PATCH", "POST", "PURGE", "PUT", "UNLINK"] {
        let request = sent(json!({ "url": "/x", "method": method })).await;
        assert_eq!(request.line(), format!("{method} /v1/x HTTP/1.1"));
    }
    let wire = Wire::always(Reply::head(200, &[]));
    let output = probe::rig(&wire.url("/v1")).call("raw-request", json!({ "url": "/x", "method": "HEAD" })).await;
    assert_eq!(output.unwrap()["body"], "");
    assert_eq!(wire.only_request().line(), "HEAD /v1/x HTTP/1.1");
}

#[tokio::test]
async fn json_text_is_sent_as_json() {
    let text = "{ \"b\" : 2,\n \"a\":12345678901234567890123 }";
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let request = sent(json!({ "url": "/x", "method": method, "data": text })).await;
        assert_eq!(request.all("content-type"), ["application/json"]);
        assert_eq!(request.text(), text, "byte for byte");
    }
}

#[tokio::test]
async fn a_named_type_is_kept_and_decides_what_text_means() {
    let post = |data: Value, media_type: &str| json!({ "url": "/x", "method": "POST", "data": data, "headers": { "content-type": media_type } });
    let cases = [
        (json!("{ \"a\": 1 }"), "application/json; charset=utf-8", "{ \"a\": 1 }"),
        (json!("hello"), "application/json", "\"hello\""),
        (json!("<a/>"), "text/xml", "<a/>"),
        (json!("a=1&b=2"), "application/x-www-form-urlencoded", "a=1&b=2"),
        (
            json!({ "a": 1, "b": ["x", "y"], "c": { "d": 2 } }),
            "application/x-www-form-urlencoded",
            "a=1&b%5B%5D=x&b%5B%5D=y&c%5Bd%5D=2",
        ),
        (json!({ "a": 1 }), "application/vnd.api+json", "{\"a\":1}"),
    ];
    for (data, media_type, body) in cases {
        let request = sent(post(data, media_type)).await;
        assert_eq!(request.all("content-type"), [media_type]);
        assert_eq!(request.text(), body);
    }
    let request = sent(json!({ "url": "/x", "method": "POST", "data": "hello" })).await;
    assert_eq!((request.header("content-type"), request.text()), (Some("text/plain; charset=utf-8"), "hello"));
}

#[tokio::test]
async fn multipart_is_replayable() {
    let wire = Wire::script([Reply::json(500, "{}"), Reply::json(200, "{}")]);
    let rig = probe::rig(&wire.url("/v1"));
    let file = rig.blobs.put("a.bin", "application/octet-stream", Bytes::from_static(b"\x00\x01")).await.unwrap();
    let input = json!({
        "url": "/x", "method": "POST", "form_data": { "a": "1" }, "file_data": { "f": file }, "max_retry_count": 1,
    });
    rig.call("raw-request", input).await.unwrap();
    let requests = wire.requests();
    assert_eq!(requests.len(), 2);
    assert!(form(&requests[0]).1.contains("name=\"f\""));
    assert_eq!(form(&requests[0]).1, form(&requests[1]).1);
}
