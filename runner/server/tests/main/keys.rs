//! Keys: whatever is not one that opens something gets the same answer, and nothing is passed on.

use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
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

/// Keys that are none, always the same.
fn many(key: &str) -> impl Iterator<Item = Vec<u8>> + use<> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let keys = malformed(key);
    std::iter::from_fn(move || Some(keys.new_tree(&mut runner).unwrap().current()))
}

/// A request that presents this, in one header or the other.
fn presenting(turn: usize, key: &[u8]) -> Vec<u8> {
    let header = if turn.is_multiple_of(2) { &b"Authorization: Bearer "[..] } else { &b"x-api-key: "[..] };
    request(&[header, key].concat())
}

#[tokio::test]
async fn a_hundred_thousand_malformed_keys_open_nothing() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let mut keys = many(&house.key);
    let mut caller = house.connect().await;
    for _ in 0..1_000 {
        let visible = keys.by_ref().take(100).map(|key| key.iter().map(|byte| (*byte).max(0x20)).collect::<Vec<u8>>());
        let visible =
            visible.map(|key| key.into_iter().map(|byte| if byte == 0x7f { b' ' } else { byte }).collect::<Vec<u8>>());
        let batch: Vec<u8> = visible.enumerate().flat_map(|(turn, key)| presenting(turn, &key)).collect();
        caller.send(batch).await;
        for _ in 0..100 {
            let answer = caller.answer().await;
            assert_eq!(answer.error(), (401, "invalid_api_key".to_owned()));
            assert!(answer.text().contains("this key is not valid"), "{}", answer.text());
        }
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
    assert_eq!(house.ask_post("/v1/chat/completions", BODY).await.head.status, 200, "a good key still opens");
}

#[tokio::test]
async fn bytes_that_no_header_can_hold_open_nothing_either() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for (turn, key) in many(&house.key).take(1_000).enumerate() {
        let status = house.connect().await.answer_to(&presenting(turn, &key)).await;
        assert!(matches!(status, 400 | 401), "{status} for {:?}", String::from_utf8_lossy(&key));
    }
    assert!(wire.requests().is_empty(), "nothing is passed on");
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
