//! Keys: whatever is not one that opens something gets the same answer, and nothing is passed on.

use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use runner_gateway::control::AuditLine;
use sha2::{Digest as _, Sha256};
use tests::wire::{Reply, Wire};

use crate::support::House;

const BODY: &str = r#"{"model":"grok"}"#;

fn request(headers: &[u8]) -> Vec<u8> {
    let head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16\r\n";
    [head, headers, b"\r\n\r\n", BODY.as_bytes()].concat()
}

/// Whatever may be thrown at a place where a key should be.
fn malformed(key: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let (id, secret) = (key[4..16].to_owned(), key[17..81].to_owned());
    let key = key.as_bytes().to_vec();
    let longer = key.clone();
    let near = (Just(key), any::<Index>(), any::<u8>()).prop_map(|(mut key, at, byte)| {
        let at = at.index(key.len());
        key[at] = if key[at] == byte { byte ^ 1 } else { byte };
        key
    });
    let cut = (Just(longer), any::<Index>(), 0..600_usize).prop_map(|(mut key, at, more)| {
        let end = at.index(key.len());
        if more % 2 == 0 {
            key.truncate(end)
        } else {
            key.extend(std::iter::repeat_n(b'0', more))
        }
        key
    });
    let wrong_secret = string_regex("[0-9a-f]{64}").unwrap().prop_map(move |secret| well_formed(&id, &secret));
    let wrong_id = string_regex("[a-km-np-z2-9]{12}").unwrap().prop_map(move |id| well_formed(&id, &secret));
    let words = select(vec![
        "' OR 1=1 --",
        "lwk_'; DROP TABLE key; --_x",
        "lwk_%' UNION SELECT hash FROM key --",
        "lwk_%00_%27",
        "lwk__",
        "lwk_",
        "",
        "Bearer",
        "Basic bHdrOmx3aw==",
        "lwk_../../etc/passwd",
        "lwk_\t\t",
        "null",
        "undefined",
        "replaced",
    ]);
    let words = words.prop_map(|text| text.as_bytes().to_vec());
    let text = string_regex(".{0,40}").unwrap().prop_map(|text: String| text.into_bytes());
    prop_oneof![near, cut, wrong_secret, wrong_id, words, text, proptest::collection::vec(any::<u8>(), 0..120)]
}

/// A key whose check digits are right.
fn well_formed(id: &str, secret: &str) -> Vec<u8> {
    let key = format!("lwk_{id}_{secret}");
    let hash = Sha256::digest(&key);
    let check: String = hash[28..].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{key}_{check}").into_bytes()
}

/// Keys that are none, always the same.
fn many(key: &str) -> impl Iterator<Item = Vec<u8>> + use<> {
    let rng = TestRng::from_seed(RngAlgorithm::XorShift, b"sixteen of bytes");
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let keys = malformed(key);
    let own = key.as_bytes().to_vec();
    let mut next = move || keys.new_tree(&mut runner).unwrap().current();
    std::iter::from_fn(move || Some(next())).filter(move |key| *key != own)
}

/// The same with nothing in it that a header cannot hold: of control characters, only tabs.
fn fit_for_a_header(key: &[u8]) -> Vec<u8> {
    let fit = |byte: &u8| match byte {
        0..0x20 => b'\t',
        0x7f => 0x80,
        byte => *byte,
    };
    key.iter().map(fit).collect()
}

/// A request that presents this, in one header or the other.
fn presenting(turn: usize, key: &[u8]) -> Vec<u8> {
    let headers = ["Authorization: Bearer ", "x-api-key: ", "X-Linkwork-Authorization: Bearer ", "Authorization: "];
    request(&[headers[turn % headers.len()].as_bytes(), key].concat())
}

#[tokio::test]
async fn what_has_the_form_of_a_key_is_made_as_the_keys_are() {
    let house = House::before(&Wire::always(Reply::json(200, "{}"))).await;
    assert_eq!(well_formed(&house.key[4..16], &house.key[17..81]), house.key.as_bytes());
}

#[tokio::test]
async fn a_hundred_thousand_malformed_keys_open_nothing() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    let mut keys = many(&house.key).map(|key| fit_for_a_header(&key));
    let mut caller = house.connect().await;
    let mut said = BTreeMap::new();
    for _ in 0..1_000 {
        let batch = keys.by_ref().take(100).enumerate().flat_map(|(turn, key)| presenting(turn, &key));
        caller.send(batch.collect::<Vec<u8>>()).await;
        for _ in 0..100 {
            let answer = caller.answer().await;
            *said.entry((answer.head.status, answer.body)).or_insert(0) += 1;
        }
    }
    let refused = house.ask(&house.head_by("", "GET /v1/models", "")).await;
    assert_eq!(refused.error(), (401, "invalid_api_key".to_owned()));
    assert_eq!(said, BTreeMap::from([((401, refused.body), 100_000)]), "all get the same answer");
    assert!(wire.requests().is_empty(), "nothing is passed on");
    assert_eq!(house.ask_post("/v1/chat/completions", BODY).await.head.status, 200, "a good key still opens");
    let refused: Vec<AuditLine> =
        house.audit().await.into_iter().filter(|line| line.outcome == "unauthenticated").collect();
    assert_eq!(refused.iter().map(|line| line.times).sum::<u64>(), 100_001, "each is counted");
    assert!(refused.len() <= 2, "there is one line of it an hour: {refused:?}");
    assert!(refused.iter().all(|line| line.object.is_empty()), "and nothing in it of what was sent: {refused:?}");
}

#[tokio::test]
async fn a_client_of_anthropic_reads_that_its_key_is_wrong() {
    let wire = Wire::always(Reply::json(200, "{}"));
    let house = House::before(&wire).await;
    for target in ["/v1/messages", "/v1/messages/count_tokens", "/acme/models/grok/v1/messages"] {
        let answer = house.ask(&house.head_by("lwk_nothing", &format!("POST {target}"), "Content-Length: 0\r\n")).await;
        assert_eq!(answer.error_of_anthropic(), (401, "authentication_error".to_owned()), "{target}");
    }
    // A model may be called what a call is called.
    let head = house.head_by("lwk_nothing", "POST /acme/models/messages/v1/chat/completions", "Content-Length: 0\r\n");
    assert_eq!(house.ask(&head).await.error().0, 401);
    assert!(wire.requests().is_empty(), "nothing is passed on");
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
        format!("Authorization: Bearer {key}\r\nAuthorization: bearer {key}"),
        format!("X-Linkwork-Authorization: Bearer {key}\r\nAuthorization: Bearer replaced"),
        format!("X-Linkwork-Authorization: Bearer {key}\r\nx-api-key: placeholder"),
    ] {
        assert_eq!(ask(good.clone()).await.head.status, 200, "{good}");
    }
    let passed_on = wire.requests().len();
    for bad in [
        format!("Authorization: Bearer {key}\r\nAuthorization: Bearer lwk_other"),
        format!("Authorization: Bearer lwk_other\r\nAuthorization: Bearer {key}"),
        format!("Authorization: Bearer {key}\r\nAuthorization: Basic eDp5"),
        format!("Authorization: \r\nx-api-key: {key}"),
        format!("Authorization: Bearer {key}\r\nx-api-key: lwk_other"),
        format!("Authorization: Bearer {key}\r\nx-api-key: sk-other"),
        format!("X-Linkwork-Authorization: Bearer {key}\r\nx-api-key: lwk_other"),
    ] {
        let answer = ask(bad.clone()).await;
        assert_eq!(answer.error(), (400, "invalid".to_owned()), "{bad}");
        assert!(answer.text().contains("two different keys"), "{}", answer.text());
    }
    let noted = house.audit().await.into_iter().find(|line| line.outcome == "invalid").unwrap();
    assert_eq!((&*noted.actor, &*noted.object), ("", ""), "whoever has no key does not say what is noted");
    assert_eq!(ask("X-Nothing: 1".to_owned()).await.error(), (401, "invalid_api_key".to_owned()));
    assert_eq!(wire.requests().len(), passed_on, "nothing more is passed on");
}
