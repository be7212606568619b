//! A path leads where it says, or nowhere: no spelling of it reaches what was not asked for by name.

use serde_json::json;
use tests::wire::{Reply, Wire};

use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;

async fn status(house: &House, method: &str, target: &str) -> (u16, String) {
    let length = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", BODY.len());
    let mut caller = house.connect().await;
    caller.send(house.head(&format!("{method} {target}"), &length) + BODY).await;
    let answer = caller.answer().await;
    // The server's own reader makes no words of a target that cannot be one.
    let is_said = !answer.body.is_empty();
    if is_said {
        answer.error();
    }
    (answer.head.status, if is_said { answer.text().to_owned() } else { String::new() })
}

#[tokio::test]
async fn no_spelling_of_a_path_leads_elsewhere() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house =
        House::with(&wire, Default::default(), |file| file["workspaces"]["acme"]["stateful"] = json!(true)).await;
    let targets = [
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/chat//completions",
        "/v1/chat/completions/",
        "/./v1/chat/completions",
        "/v1/./chat/completions",
        "/v1/../v1/chat/completions",
        "/x/../v1/chat/completions",
        "/v1/%2e%2e/v1/chat/completions",
        "/v1/%2E/chat/completions",
        "/v1/chat%2fcompletions",
        "/v1/chat%2Fcompletions",
        "/v1%2fchat/completions",
        "/%76%31/chat/completions",
        "/v1/ch%61t/completions",
        "/v1/chat/completions;x=1",
        "/v1;x/chat/completions",
        "/v1/chat/completions%00",
        "/v1/chat/completions%0d%0aX:%20y",
        "/v1/chat/completions%23",
        "/v1/chat/completions%3fx",
        "/v1\\chat\\completions",
        "/\\v1/chat/completions",
        "/V1/chat/completions",
        "/v1/Chat/Completions",
        "/v1/chat/completions\u{2044}",
        "/v1/chat/completions\u{ff0f}x",
        "/v1/v1/chat/completions",
        "/v2/chat/completions",
        "/acme/models/grok",
        "/acme/models/grok/",
        "/acme//models/grok/v1/chat/completions",
        "/acme/models//grok/v1/chat/completions",
        "/acme/models/grok//v1/chat/completions",
        "/acme/models/grok/v1//chat/completions",
        "/acme/models/grok/v1/../../../admin/v1/acme/models",
        "/acme/models/grok/v1/../../closed/v1/chat/completions",
        "/acme/models/grok/%2e%2e/closed/v1/chat/completions",
        "/acme/models/../models/grok/v1/chat/completions",
        "/acme/models/grok%2f..%2fclosed/v1/chat/completions",
        "/acme/models/GROK/v1/chat/completions",
        "/ACME/models/grok/v1/chat/completions",
        "/acme/Models/grok/v1/chat/completions",
        "/acme/models/gr%6fk/v1/chat/completions",
        "/%61cme/models/grok/v1/chat/completions",
        "/acme%2fmodels/grok/v1/chat/completions",
        "/acme;x/models/grok/v1/chat/completions",
        "/acme/models/grok;x/v1/chat/completions",
        "/./acme/models/grok/v1/chat/completions",
        "/acme/models/./v1/chat/completions",
        "/acme/models/../v1/chat/completions",
        "/acme/models/grok/v1/v1/chat/completions",
        "/acme/models/grok/base/v1/chat/completions",
        "/v1/chat/completions?model=closed",
        "/v1/chat/completions?a=b&model=closed",
        "/v1/chat/completions?%6d%6Fdel=closed",
        "/v1/chat/completions?Model",
        "/acme/models/grok/v1/chat/completions?model=grok",
    ];
    for target in targets {
        let (status, said) = status(&house, "POST", target).await;
        assert!(matches!(status, 400 | 404), "{target}: {status} {said}");
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn an_id_in_a_path_is_one_segment_whoever_reads_it() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house =
        House::with(&wire, Default::default(), |file| file["workspaces"]["acme"]["stateful"] = json!(true)).await;
    for id in [
        "",
        ".",
        "..",
        "%2e%2e",
        "%2e.",
        "%252e%252e",
        "..%2f..%2fadmin",
        "..%5cx",
        "..\\x",
        "x\\..\\y",
        "x%2fcontent",
        "x%2Fcontent",
        "x%252fcontent",
        "x;/../y",
        "x;y",
        "..;",
        "..;x",
        "x%00",
        "x%0d%0aHost:%20evil",
        "%",
        "%zz",
        "x//y",
        "x/../y",
    ] {
        for method in ["GET", "DELETE"] {
            let (status, said) = status(&house, method, &format!("/acme/models/grok/v1/files/{id}")).await;
            assert!(matches!(status, 400 | 404), "{method} {id:?}: {status} {said}");
        }
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
    for id in ["file_1", "file-1.jsonl", "ft:gpt-4o:org::7", "..x", "x..", "~x"] {
        let answer = house.ask(&house.head(&format!("GET /acme/models/grok/v1/files/{id}"), "")).await;
        assert_eq!(answer.head.status, 200, "{id}");
        assert_eq!(wire.requests().pop().unwrap().target(), format!("/base/v1/files/{id}"));
    }
}

#[tokio::test]
async fn what_no_target_can_hold_is_refused() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for target in [
        "/v1/\0models",
        "/v1/mod\u{1}els",
        "/v1/models x",
        "/v1/mod\tels",
        "v1/models",
        "?x",
        "*",
        "/v1/models\u{7f}",
        "",
    ] {
        let mut caller = house.connect().await;
        caller.send(house.head(&format!("GET {target}"), "")).await;
        assert_eq!(caller.head().await.status, 400, "{target:?}");
    }
    let mut caller = house.connect().await;
    caller.send([b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n".as_slice()].concat()).await;
    assert_eq!(caller.head().await.status, 400, "bytes that are no text");
    // A fragment never leaves a client; one that does changes nothing.
    assert_eq!(house.ask(&house.head("GET /v1/models#/../../admin", "")).await.json()["object"], "list");
    assert!(wire.requests().is_empty(), "nothing is passed on");
}

#[tokio::test]
async fn a_path_of_the_admins_leads_to_what_it_names() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let (ada, before) = (&house.key, house.file());
    let bob = house.key_of("acme", "bob").await;
    for target in [
        "/admin/v1/acme/connections",
        "/admin/v1/acme/models/../connections",
        "/admin/v1/acme/models/%2e%2e/connections",
        "/admin/v1/acme//connections",
        "/admin//v1/acme/connections",
        "//admin/v1/acme/connections",
        "/%61dmin/v1/acme/connections",
        "/ADMIN/v1/acme/connections",
        "/acme/models/grok/v1/../../../../admin/v1/acme/connections",
        "/v1/../admin/v1/acme/connections",
        "/admin/v1/acme/connections/main%2f",
        "/admin/v1/acme/connections;x",
        "/admin/v1//connections",
        "/admin/v1/",
        "/admin/",
        "/admin",
    ] {
        for key in [ada, &bob] {
            let answer = house.ask(&house.head_by(key, &format!("GET {target}"), "")).await;
            let is_plain = target == "/admin/v1/acme/connections";
            assert!(is_plain || matches!(answer.error().0, 400 | 404), "{target}: {}", answer.text());
        }
        assert_eq!(house.ask(&house.head_by("", &format!("GET {target}"), "")).await.error().0, 401, "{target}");
    }
    for name in ["..", ".", "%2e", "a%2fb", "A", "x_y", "x;y", "-", "x\\y", "\u{e4}"] {
        let more = format!(
            "Content-Type: application/json\r\nContent-Length: 42\r\nIf-Match: \"{}\"\r\n",
            house.gateway.snapshot().version()
        );
        let head = house.head(&format!("PUT /admin/v1/acme/models/{name}"), &more);
        let answer = house.ask(&(head + r#"{"connection": "main", "model": "grok-4" }"#)).await;
        assert_eq!(answer.error(), (400, "invalid".to_owned()), "{name}");
    }
    assert_eq!(house.file(), before);
    assert!(wire.requests().is_empty(), "nothing is passed on");
}
