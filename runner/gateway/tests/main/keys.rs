//! Keys: what opens, what does not, and what nobody can tell apart.

use std::time::Duration;

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use runner_gateway::control::{Actor, ControlError, NewKey, Purpose, Refusal, RefusalKind};

use crate::support::{NOON, after, caller, make, new_key, usual_gateway};

#[tokio::test]
async fn a_key_opens_what_its_principal_may_and_has_its_shape() {
    let (_place, gateway) = usual_gateway();
    let made = make(&gateway, new_key("ben")).await;
    let parts: Vec<&str> = made.key.split('_').collect();
    assert_eq!((parts[0], parts[1], parts[2].len(), parts[3].len()), ("lwk", made.row.id.as_str(), 64, 8));
    let caller = gateway.caller(&made.key, NOON).unwrap();
    assert_eq!((&*caller.workspace, &*caller.principal, &*caller.key), ("acme", "ben", made.row.id.as_str()));
    let names: Vec<String> = gateway.models(&caller).iter().map(|model| model.name.to_string()).collect();
    assert_eq!(names, ["grok", "mini"]);
    assert_ne!(*made.key, *make(&gateway, new_key("ben")).await.key);
}

#[tokio::test]
async fn every_mistyped_letter_is_caught() {
    let (_place, gateway) = usual_gateway();
    let made = make(&gateway, new_key("ben")).await;
    for at in 0..made.key.len() {
        for letter in ["a", "0", "_", "é"] {
            let mistyped = format!("{}{letter}{}", &made.key[..at], &made.key[at + 1..]);
            if mistyped != *made.key {
                assert_eq!(gateway.caller(&mistyped, NOON).unwrap_err(), Refusal::unauthenticated());
            }
        }
        assert!(gateway.caller(&made.key[..at], NOON).is_err());
    }
}

/// Whatever people and programs send in the place of a key.
fn odd_key(chance: &mut StdRng, key: &str) -> String {
    const WRITTEN: [&str; 6] =
        ["' OR 1=1 --", "lwk_'; DROP TABLE key; --_", "lwk_\0\0\0\0\0\0\0\0\0\0\0\0_", "replaced", "", "Bearer lwk_"];
    let length = chance.random_range(0..200);
    let mut letters = |from: &str| -> String {
        let from: Vec<char> = from.chars().collect();
        (0..length).map(|_| from[chance.random_range(0..from.len())]).collect()
    };
    match length % 6 {
        0 => letters("\0\u{1}\t\r\n\u{7f}\u{1b}"),
        1 => letters("abc_09'\";-é\u{202e}漢"),
        2 => format!("lwk_{}", letters("abcdefghijkmnpqrstuvwxyz23456789_")),
        // As long as a key, and with its separators in their places.
        3 => key.chars().map(|c| if c == '_' || chance.random_bool(0.9) { c } else { 'e' }).rev().collect(),
        4 => format!("{}{:x}", &key[..key.len() - 8], chance.random_range(0x1000_0000..u32::MAX)),
        _ => WRITTEN[chance.random_range(0..WRITTEN.len())].repeat(chance.random_range(1..500)),
    }
}

#[tokio::test]
async fn a_hundred_thousand_odd_keys_are_refused_alike() {
    let (_place, gateway) = usual_gateway();
    let key = make(&gateway, new_key("ben")).await.key;
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(seed: u64)| {
        let mut chance = StdRng::seed_from_u64(seed);
        for _ in 0..1_000 {
            let odd = odd_key(&mut chance, &key);
            prop_assert!(odd == *key || gateway.caller(&odd, NOON).err() == Some(Refusal::unauthenticated()), "{odd:?}");
        }
    });
}

#[tokio::test]
async fn expired_revoked_and_unknown_keys_get_one_answer() {
    let (_place, gateway) = usual_gateway();
    let short = make(&gateway, NewKey { expires: Some(after(60)), ..new_key("ben") }).await;
    gateway.caller(&short.key, after(59)).unwrap();
    let expired = gateway.caller(&short.key, after(60)).unwrap_err();
    let gone = make(&gateway, new_key("ben")).await;
    gateway.revoke_key(&Actor::Operator, "acme", &gone.row.id, NOON).await.unwrap();
    let revoked = gateway.caller(&gone.key, NOON).unwrap_err();
    let (_elsewhere, other) = usual_gateway();
    let unknown = other.caller(&short.key, NOON).unwrap_err();
    assert_eq!((&expired, &revoked), (&unknown, &Refusal::unauthenticated()));
}

#[tokio::test]
async fn what_is_revoked_or_has_ended_is_cut_off_at_once() {
    let (_place, gateway) = usual_gateway();
    let streaming = caller(&gateway, "ben").await;
    let other = caller(&gateway, "ben").await;
    gateway.revoke_key(&Actor::Operator, "acme", &streaming.key, NOON).await.unwrap();
    assert!(streaming.revoked.is_cancelled() && !other.revoked.is_cancelled());

    let made = make(&gateway, NewKey { expires: Some(after(60)), ..new_key("ben") }).await;
    let streaming = gateway.caller(&made.key, NOON).unwrap();
    gateway.tick(after(59)).await.unwrap();
    assert!(!streaming.revoked.is_cancelled());
    gateway.tick(after(60)).await.unwrap();
    assert!(streaming.revoked.is_cancelled());
}

#[tokio::test]
async fn another_process_makes_and_revokes_keys_too() {
    let (place, gateway) = usual_gateway();
    let known = make(&gateway, new_key("ben")).await;
    let streaming = gateway.caller(&known.key, NOON).unwrap();
    let visitor = place.try_open(Purpose::Visit).unwrap();
    let made = make(&visitor, new_key("bot")).await;
    visitor.revoke_key(&Actor::Operator, "acme", &known.row.id, NOON).await.unwrap();
    assert!(gateway.caller(&made.key, NOON).is_err());
    gateway.tick(NOON).await.unwrap();
    gateway.caller(&made.key, NOON).unwrap();
    assert!(streaming.revoked.is_cancelled() && gateway.caller(&known.key, NOON).is_err());
}

#[tokio::test]
async fn keys_outlive_a_restart_and_their_last_use_is_known() {
    let (place, gateway) = usual_gateway();
    let made = make(&gateway, NewKey { label: "Ben's laptop".to_owned(), ..new_key("ben") }).await;
    gateway.caller(&made.key, after(5)).unwrap();
    gateway.caller(&made.key, after(3)).unwrap();
    gateway.flush().await.unwrap();
    drop(gateway);
    let gateway = place.open();
    gateway.caller(&made.key, after(10)).unwrap();
    let row = gateway.key(&Actor::Operator, "acme", &made.row.id, NOON).await.unwrap();
    assert_eq!((row.used, row.label.as_str(), row.created), (Some(after(5)), "Ben's laptop", NOON));
    gateway.flush().await.unwrap();
    let row = gateway.key(&Actor::Operator, "acme", &made.row.id, NOON).await.unwrap();
    assert_eq!(row.used, Some(after(10)));
}

#[tokio::test]
async fn a_key_of_some_models_opens_no_others() {
    let (_place, gateway) = usual_gateway();
    let made = make(&gateway, NewKey { models: Some(vec!["mini".to_owned()]), ..new_key("ben") }).await;
    let caller = gateway.caller(&made.key, NOON).unwrap();
    gateway.model(&caller, None, "mini", NOON).unwrap();
    assert_eq!(gateway.model(&caller, None, "grok", NOON).unwrap_err(), Refusal::no_model("grok"));
    assert_eq!(gateway.models(&caller).len(), 1);
    let own = gateway.key(&Actor::Caller(caller), "acme", &made.row.id, NOON).await.unwrap();
    assert_eq!(own.models, Some(vec!["mini".to_owned()]));
    let nonsense = NewKey { models: Some(vec!["gork".to_owned()]), ..new_key("ben") };
    let refused = gateway.make_key(&Actor::Operator, nonsense, NOON).await.err().unwrap();
    assert!(matches!(&refused, ControlError::Refused(no) if no.kind == RefusalKind::Invalid), "{refused}");
}

#[tokio::test]
async fn a_key_grants_no_more_than_its_maker_has() {
    let (_place, gateway) = usual_gateway();
    let kind = |error: ControlError| match error {
        ControlError::Refused(refusal) => refusal.kind,
        other => panic!("{other}"),
    };
    let ben = Actor::Caller(caller(&gateway, "ben").await);
    gateway.make_key(&ben, new_key("ben"), NOON).await.unwrap();
    let for_ada = gateway.make_key(&ben, new_key("ada"), NOON).await.err().unwrap();
    assert_eq!(kind(for_ada), RefusalKind::Forbidden);
    let elsewhere = gateway.make_key(&ben, new_key("eve"), NOON).await.err().unwrap();
    assert_eq!(kind(elsewhere), RefusalKind::NotFound);

    let limited = NewKey { models: Some(vec!["grok".to_owned()]), ..new_key("ada") };
    let limited = Actor::Caller(gateway.caller(&make(&gateway, limited).await.key, NOON).unwrap());
    assert_eq!(kind(gateway.make_key(&limited, new_key("ada"), NOON).await.err().unwrap()), RefusalKind::Forbidden);

    let short = NewKey { expires: Some(NOON + Duration::from_secs(60)), ..new_key("ben") };
    let short = Actor::Caller(gateway.caller(&make(&gateway, short).await.key, NOON).unwrap());
    assert_eq!(kind(gateway.make_key(&short, new_key("ben"), NOON).await.err().unwrap()), RefusalKind::Invalid);
    gateway.make_key(&short, NewKey { expires: Some(after(30)), ..new_key("ben") }, NOON).await.unwrap();
}

#[tokio::test]
async fn members_see_and_revoke_their_own_keys_and_admins_all() {
    let (_place, gateway) = usual_gateway();
    let bens = make(&gateway, new_key("ben")).await;
    let bots = make(&gateway, new_key("bot")).await;
    let (ada, ben, eve) = (caller(&gateway, "ada").await, caller(&gateway, "ben").await, caller(&gateway, "eve").await);
    let (ada, ben, eve) = (Actor::Caller(ada), Actor::Caller(ben), Actor::Caller(eve));
    assert_eq!(gateway.keys(&ada, "acme", None, NOON).await.unwrap().len(), 4);
    let seen = gateway.keys(&ben, "acme", None, NOON).await.unwrap();
    assert!(seen.len() == 2 && seen.iter().all(|row| row.principal == "ben"));
    let foreign = gateway.revoke_key(&ben, "acme", &bots.row.id, NOON).await.unwrap_err().to_string();
    let missing = gateway.revoke_key(&ben, "acme", "abcdefghijkm", NOON).await.unwrap_err().to_string();
    assert_eq!(foreign.replace(&bots.row.id, "abcdefghijkm"), missing);
    gateway.revoke_key(&eve, "other", &bots.row.id, NOON).await.unwrap_err();
    gateway.caller(&bots.key, NOON).unwrap();
    gateway.revoke_key(&ben, "acme", &bens.row.id, NOON).await.unwrap();
    gateway.revoke_key(&ada, "acme", &bots.row.id, NOON).await.unwrap();
    assert!(gateway.caller(&bens.key, NOON).is_err() && gateway.caller(&bots.key, NOON).is_err());
}

#[tokio::test]
async fn neither_a_key_nor_a_part_of_it_is_stored() {
    let (place, gateway) = usual_gateway();
    let made = make(&gateway, new_key("ben")).await;
    gateway.caller(&made.key, NOON).unwrap();
    gateway.flush().await.unwrap();
    let secret = made.key.split('_').nth(2).unwrap().to_owned();
    assert!(!format!("{:?}", gateway.caller(&made.key, NOON).unwrap()).contains(&secret));
    for file in place.files() {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(20).any(|part| part == &secret.as_bytes()[..20]));
    }
}
