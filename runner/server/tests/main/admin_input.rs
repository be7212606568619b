//! What an admin sends is taken whole or refused, with the place of what is wrong; and then nothing has changed.

use serde_json::{Value, json};
use tests::wire::{Reply, Wire};

use crate::support::{Answer, House};

const CONNECTIONS: &str = "PUT /admin/v1/acme/connections/x";
const MODELS: &str = "PUT /admin/v1/acme/models/x";
const PRINCIPALS: &str = "PUT /admin/v1/acme/principals/x";
const KEYS: &str = "POST /admin/v1/acme/keys";

/// Sends a body as it should be sent.
async fn send(house: &House, line: &str, body: &[u8]) -> Answer {
    let version = house.gateway.snapshot().version().to_owned();
    send_with(house, line, &format!("Content-Type: application/json\r\nIf-Match: \"{version}\"\r\n"), body).await
}

async fn send_with(house: &House, line: &str, headers: &str, body: &[u8]) -> Answer {
    let head = house.head(line, &format!("{headers}Content-Length: {}\r\n", body.len()));
    let mut caller = house.connect().await;
    caller.send([head.as_bytes(), body].concat()).await;
    caller.answer().await
}

/// How many keys there are, and what the file says.
async fn state(house: &House) -> (usize, String, String) {
    let keys = house.ask(&house.head("GET /admin/v1/acme/keys", "")).await;
    (keys.json().as_array().unwrap().len(), house.file(), house.gateway.snapshot().version().to_owned())
}

fn pointers(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let findings = json["error"]["findings"].as_array().unwrap_or_else(|| panic!("places in {json}"));
    findings.iter().map(|finding| finding["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_place() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let before = state(&house).await;
    let model = |more: &str| format!(r#"{{"connection":"main","model":"grok-4.3",{more}}}"#);
    let connection = |more: &str| format!(r#"{{"connector":"xai-grok",{more}}}"#);
    let huge = "9".repeat(400);
    for (line, body, place) in [
        (MODELS, model(r#""colour":1"#), "/models/x/colour"),
        (MODELS, model(r#""allow":"bob""#), "/models/x/allow"),
        (MODELS, model(r#""allow":[1]"#), "/models/x/allow/0"),
        (MODELS, model(r#""allow":["nobody"]"#), "/models/x/allow/0"),
        (MODELS, model(r#""enabled":"yes""#), "/models/x/enabled"),
        (MODELS, model(r#""enabled":null"#), "/models/x/enabled"),
        (MODELS, model(r#""limits":[{"per":"week","total":1}]"#), "/models/x/limits/0/per"),
        (MODELS, model(r#""limits":[{"per":"day"}]"#), "/models/x/limits/0"),
        (MODELS, model(r#""limits":[{"per":"day","total":-1}]"#), "/models/x/limits/0/total"),
        (MODELS, model(r#""limits":[{"per":"day","total":1.5}]"#), "/models/x/limits/0/total"),
        (MODELS, model(r#""limits":[{"per":"day","total":1e400}]"#), ""),
        (MODELS, model(&format!(r#""limits":[{{"per":"day","total":{huge}}}]"#)), ""),
        (MODELS, model(r#""prices":{"input":-1}"#), "/models/x/prices/input"),
        (MODELS, model(r#""prices":{"input":"1"}"#), "/models/x/prices/input"),
        (MODELS, r#"{"connection":"main"}"#.to_owned(), "/models/x/model"),
        (MODELS, r#"{"connection":null,"model":"x"}"#.to_owned(), "/models/x/connection"),
        (MODELS, r#"{"connection":["main"],"model":"x"}"#.to_owned(), "/models/x/connection"),
        (MODELS, r#"{"connection":"main","model":7}"#.to_owned(), "/models/x/model"),
        (MODELS, r#"{"connection":"nowhere","model":"x"}"#.to_owned(), "/models/x/connection"),
        (MODELS, "null".to_owned(), "/models/x"),
        (MODELS, "[]".to_owned(), "/models/x"),
        (MODELS, "7".to_owned(), "/models/x"),
        (MODELS, "\"text\"".to_owned(), "/models/x"),
        (CONNECTIONS, r#"{"connector":"nothing"}"#.to_owned(), "/connections/x/connector"),
        (CONNECTIONS, r#"{"connector":7}"#.to_owned(), "/connections/x/connector"),
        (CONNECTIONS, r#"{"fields":{}}"#.to_owned(), "/connections/x/connector"),
        (CONNECTIONS, connection(r#""fields":{"colour":1}"#), "/connections/x/fields/colour"),
        (CONNECTIONS, connection(r#""fields":{"api_key":7}"#), "/connections/x/fields/api_key"),
        (CONNECTIONS, connection(r#""fields":[]"#), "/connections/x/fields"),
        (CONNECTIONS, connection(r#""colour":1"#), "/connections/x/colour"),
        (PRINCIPALS, r#"{"kind":"person"}"#.to_owned(), "/principals/x/role"),
        (PRINCIPALS, r#"{"kind":"robot","role":"member"}"#.to_owned(), "/principals/x/kind"),
        (PRINCIPALS, r#"{"kind":"person","role":"owner"}"#.to_owned(), "/principals/x/role"),
        (PRINCIPALS, r#"{"kind":"person","role":"member","x":1}"#.to_owned(), "/principals/x/x"),
        (PRINCIPALS, r#"{"kind":"person","role":"member","groups":["A b"]}"#.to_owned(), "/principals/x/groups/0"),
        (KEYS, r#"{"principal":"bob","colour":1}"#.to_owned(), "/colour"),
        (KEYS, r#"{"principal":7}"#.to_owned(), "/principal"),
        (KEYS, r#"{"principal":null}"#.to_owned(), "/principal"),
        (KEYS, r#"{"principal":"bob","models":"grok"}"#.to_owned(), "/models"),
        (KEYS, r#"{"principal":"bob","models":[null]}"#.to_owned(), "/models/0"),
        (KEYS, r#"{"principal":"bob","label":{}}"#.to_owned(), "/label"),
        (KEYS, r#"{"principal":"bob","expires":7}"#.to_owned(), "/expires"),
        (KEYS, "{}".to_owned(), "/principal"),
        (KEYS, "[]".to_owned(), ""),
        (KEYS, "null".to_owned(), ""),
    ] {
        let answer = send(&house, line, body.as_bytes()).await;
        let shown = &body[..body.len().min(100)];
        assert_eq!(answer.error(), (422, "invalid".to_owned()), "{line} {shown}: {}", answer.text());
        let found = pointers(&answer);
        assert!(place.is_empty() || found.contains(&place.to_owned()), "{line} {shown}: {found:?}");
    }
    assert_eq!(state(&house).await, before, "nothing has changed");
}

#[tokio::test]
async fn what_is_no_json_or_too_much_of_it_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let before = state(&house).await;
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let many: String = (0..15_000).map(|number| format!("\"k{number}\":0,")).collect();
    for line in [CONNECTIONS, MODELS, PRINCIPALS, KEYS] {
        for body in [
            b"".as_slice(),
            b"{",
            b"{'a':1}",
            b"{\"a\":1,}",
            b"{\"a\":01}",
            b"{\"a\":NaN}",
            b"{\"a\":\"\x01\"}",
            b"{} {}",
            br#"{"model":"x","model":"x"}"#,
            br#"{"principal":"bob","principal":"ada"}"#,
            br#"{"a":{"b":1,"b":2}}"#,
            deep.as_bytes(),
            &deep.as_bytes()[..100_000],
            format!("{{{many}\"x\":0}}").as_bytes(),
        ] {
            let answer = send(&house, line, body).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            assert_eq!(answer.error(), (422, "invalid".to_owned()), "{line} {shown}: {}", answer.text());
            assert!(answer.body.len() < 256 << 10, "{line} {shown}: the answer is {} bytes", answer.body.len());
        }
        assert_eq!(send(&house, line, b"{\"a\":\"\xff\"}").await.error(), (400, "invalid".to_owned()), "{line}");
        let giant = format!("\"{}\"", "x".repeat(300 << 10));
        assert_eq!(send(&house, line, giant.as_bytes()).await.error(), (413, "too_large".to_owned()), "{line}");
        let mut caller = house.connect().await;
        let more = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
        caller.send(house.head(line, more) + &format!("{:x}\r\n{giant}\r\n", giant.len())).await;
        assert_eq!(caller.answer().await.error(), (413, "too_large".to_owned()), "{line}, without an end");
    }
    assert_eq!(state(&house).await, before, "nothing has changed");
}

#[tokio::test]
async fn another_media_type_or_version_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let before = state(&house).await;
    let good = json!({ "connection": "main", "model": "grok-4.3" }).to_string();
    let version = format!("If-Match: \"{}\"\r\n", before.2);
    for kind in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/jsonp\r\n",
        "Content-Type: \r\n",
        "Content-Type: json\r\n",
    ] {
        let answer = send_with(&house, MODELS, &format!("{kind}{version}"), good.as_bytes()).await;
        assert_eq!(answer.error(), (415, "media_type".to_owned()), "{kind}");
    }
    let json = "Content-Type: application/json; charset=utf-8\r\n";
    for (condition, expected) in [
        (String::new(), (428, "no_version")),
        (version.repeat(2), (428, "no_version")),
        (version.replace('"', ""), (412, "conflict")),
        (version.replace(" \"", " W/\""), (412, "conflict")),
        ("If-Match: *\r\n".to_owned(), (412, "conflict")),
        ("If-Match: \"\"\r\n".to_owned(), (412, "conflict")),
        ("If-Match: \"0000\"\r\n".to_owned(), (412, "conflict")),
        (version.replace("\"\r", "\", \"x\"\r"), (412, "conflict")),
        ("If-Match: \"\u{e4}\"\r\n".to_owned(), (412, "conflict")),
    ] {
        for (line, body) in [(MODELS, good.as_str()), ("DELETE /admin/v1/acme/models/closed", "")] {
            let answer = send_with(&house, line, &format!("{json}{condition}"), body.as_bytes()).await;
            assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{line} {condition}");
        }
    }
    assert_eq!(state(&house).await, before, "nothing has changed");
    let answer = send_with(&house, MODELS, &format!("{json}{version}"), good.as_bytes()).await;
    assert_eq!(answer.head.status, 201, "the same with both right: {}", answer.text());
}

#[tokio::test]
async fn questions_and_keys_that_are_not_plain_are_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for query in [
        "calls?colour=1",
        "calls?model=a&model=b",
        "calls?limit=-1",
        "calls?limit=99999999999999999999",
        "calls?since=yesterday",
        "calls?failed=maybe",
        "calls?before=call_1",
        "usage?by=colour",
        "audit?before='%20OR%201=1",
        "keys?after=a&x",
        "models?%00",
    ] {
        let answer = house.ask(&house.head(&format!("GET /admin/v1/acme/{query}"), "")).await;
        assert_eq!(answer.error(), (400, "invalid".to_owned()), "{query}");
    }
    for plain in
        ["calls?model='%20OR%201=1", "keys?after=%00", "calls?key=%27;DROP%20TABLE%20call", "calls?limit=4294967296"]
    {
        let answer = house.ask(&house.head(&format!("GET /admin/v1/acme/{plain}"), "")).await;
        assert_eq!(answer.head.status, 200, "{plain}: {}", answer.text());
    }
    let two = format!("Authorization: Bearer {}\r\n", house.key);
    let answer = house.ask(&house.head("GET /admin/v1/acme/models", &two)).await;
    assert_eq!(answer.error(), (401, "unauthenticated".to_owned()), "two headers are as none");
    for key in ["", "lwk_nothing", "' OR 1=1 --", "Bearer"] {
        let answer = house.ask(&house.head_by(key, "GET /admin/v1/acme/nothing", "")).await;
        assert_eq!(answer.error(), (401, "unauthenticated".to_owned()), "whoever has no key learns no routes");
    }
}

#[tokio::test]
async fn a_secret_in_what_is_refused_is_not_said_again() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let secret = "xai-canary-0123456789";
    for value in [
        json!({ "connector": "xai-grok", "fields": { "api_key": [secret] } }),
        json!({ "connector": "xai-grok", "fields": { "api_key": { "env": [secret] } } }),
        json!({ "connector": "xai-grok", "fields": { "key": secret } }),
        json!({ "connector": "xai-grok", "api_key": secret }),
        json!({ "connector": "xai-grok", "fields": secret }),
        json!({ "connector": "nothing", "fields": { "api_key": secret } }),
        Value::from(secret),
    ] {
        let answer = send(&house, CONNECTIONS, value.to_string().as_bytes()).await;
        assert!((400..500).contains(&answer.head.status), "{value}");
        assert!(!answer.text().contains("canary"), "{value}: {}", answer.text());
    }
    assert!(!house.file().contains("canary"));
}
