//! Keys: whatever is not one that opens something gets the same answer, and nothing is passed on.

use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use tests::wire::{Reply, Wire};

use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;

fn request(headers: &[u8]) -> Vec<u8> {
    let head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16\r\n";
    [head, headers, b"\r\n\r\n", BODY.as_bytes()].concat()
}

/// Whatever may be thrown at a place where a key should be.
fn malformed(key: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let key = key.to_owned();
    let near = (any::<proptest::sample::Index>(), any::<u8>()).prop_map(move |(at, byte)| {
        let mut near = key.clone().into_bytes();
        let at = at.index(near.len());
        near[at] = if near[at] == byte { byte ^ 1 } else { byte };
        near
    });
    let sql = proptest::sample::select(vec![
        "' OR 1=1 --",
        "lwk_'; DROP TABLE keys; --_x",
        "lwk_%00_%27",
        "lwk__",
        "lwk_",
        "",
        "Bearer",
        "lwk_../../etc/passwd",
        "null",
        "undefined",
        "replaced",
    ]);
    let sql = sql.prop_map(|text| text.as_bytes().to_vec());
    proptest::prop_oneof![near, sql, proptest::collection::vec(any::<u8>(), 0..120)]
}

#[tokio::test]
async fn a_hundred_thousand_malformed_keys_open_nothing() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let keys = malformed(&house.key);
    let mut caller = house.connect().await;
    for turn in 0..100_000 {
        let mut key = keys.new_tree(&mut runner).unwrap().current();
        // What cannot stand in a header at all is the server's to refuse, and ends the connection.
        let is_header = key.iter().all(|byte| *byte == b'\t' || (*byte >= 0x20 && *byte != 0x7f));
        if !is_header && turn % 100 != 0 {
            key.iter_mut().for_each(|byte| *byte = (*byte).clamp(0x20, 0x7e));
        }
        let header = if turn % 2 == 0 { &b"Authorization: Bearer "[..] } else { &b"x-api-key: "[..] };
        caller.send(request(&[header, &key].concat())).await;
        let answer = caller.try_head().await;
        let status = answer.as_ref().map_or(0, |head| head.status);
        assert!(matches!(status, 0 | 400 | 401), "{status} for {:?}", String::from_utf8_lossy(&key));
        match answer {
            Some(head) if status == 401 => {
                let length = head.header("content-length").unwrap().parse().unwrap();
                let body = String::from_utf8(caller.exactly(length).await).unwrap();
                assert!(body.contains("this key is not valid"), "{body}");
            }
            _ => caller = house.connect().await,
        }
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
    assert_eq!(house.ask_post("/v1/chat/completions", BODY).await.head.status, 200, "a good key still opens");
}

#[tokio::test]
async fn two_different_keys_are_refused_and_a_placeholder_is_none() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let key = &house.key;
    let ask = async |headers: String| {
        let mut caller = house.connect().await;
        caller.send(request(headers.as_bytes())).await;
        caller.answer().await
    };
    for good in [
        format!("Authorization: Bearer {key}"),
        format!("x-api-key: {key}"),
        format!("x-api-key: {key}\r\nAuthorization: Bearer {key}"),
        format!("X-Linkwork-Authorization: Bearer {key}\r\nAuthorization: Bearer replaced"),
        format!("X-Linkwork-Authorization: Bearer {key}\r\nx-api-key: placeholder"),
    ] {
        assert_eq!(ask(good.clone()).await.head.status, 200, "{good}");
    }
    let passed_on = wire.requests().len();
    for bad in [
        format!("Authorization: Bearer {key}\r\nAuthorization: Bearer lwk_other"),
        format!("Authorization: Bearer {key}\r\nx-api-key: lwk_other"),
        format!("Authorization: Bearer {key}\r\nx-api-key: sk-other"),
        format!("X-Linkwork-Authorization: Bearer {key}\r\nx-api-key: lwk_other"),
    ] {
        let answer = ask(bad.clone()).await;
        assert_eq!(answer.error(), (400, "invalid".to_owned()), "{bad}");
        assert!(answer.text().contains("two different keys"), "{}", answer.text());
    }
    assert_eq!(ask("X-Nothing: 1".to_owned()).await.error(), (401, "invalid_api_key".to_owned()));
    assert_eq!(wire.requests().len(), passed_on, "nothing more is passed on");
}
