//! How much may be used.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use runner_flow::Timestamp;
use runner_gateway::control::{Actor, CallEnd, RefusalKind, StoreHealth, Usage};
use serde_json::json;

use crate::support::{NOON, after, begin, call, caller, limited, refusal, served, wanted};

#[tokio::test]
async fn the_call_that_crosses_is_served_and_later_ones_wait_for_the_window() {
    let (_place, gateway) = limited(json!([{ "per": "minute", "output": 100 }]));
    let ben = caller(&gateway, "ben").await;
    call(&gateway, &ben, after(10), 5, 99);
    call(&gateway, &ben, after(11), 5, 1_000);
    let refused = refusal(&gateway, &ben, after(12));
    assert_eq!((refused.kind, refused.retry_after), (RefusalKind::LimitReached, Some(Duration::from_secs(48))));
    assert_eq!(refused.message, "the model \"grok\" has a limit of 100 output tokens a minute, which is reached");
    assert!(refused.fix.contains("2026-03-15T12:01:00Z"), "{}", refused.fix);
    call(&gateway, &ben, after(60), 5, 5);
}

#[tokio::test]
async fn each_thing_is_counted_in_each_window() {
    for (limit, window) in [
        (json!({ "per": "minute", "input": 10 }), 60),
        (json!({ "per": "hour", "total": 15 }), 3_600),
        (json!({ "per": "day", "requests": 1 }), 12 * 3_600),
        // From noon of the 15th until April.
        (json!({ "per": "month", "output": 5 }), (16 * 24 + 12) * 3_600),
    ] {
        let (_place, gateway) = limited(json!([limit]));
        let ben = caller(&gateway, "ben").await;
        call(&gateway, &ben, NOON, 10, 5);
        assert_eq!(refusal(&gateway, &ben, NOON).retry_after, Some(Duration::from_secs(window)), "{limit}");
        assert_eq!(refusal(&gateway, &ben, after(window - 1)).retry_after, Some(Duration::from_secs(1)), "{limit}");
        call(&gateway, &ben, after(window), 10, 5);
    }
}

#[tokio::test]
async fn a_limit_is_for_all_together_or_for_each_key() {
    let (_place, gateway) = limited(json!([{ "per": "day", "requests": 2 }]));
    let (ben, bot) = (caller(&gateway, "ben").await, caller(&gateway, "bot").await);
    call(&gateway, &ben, NOON, 1, 1);
    call(&gateway, &bot, NOON, 1, 1);
    refusal(&gateway, &ben, NOON);

    let (_place, gateway) = limited(json!([{ "per": "day", "requests": 1, "each": "key" }]));
    let (ben, bot) = (caller(&gateway, "ben").await, caller(&gateway, "bot").await);
    call(&gateway, &ben, NOON, 1, 1);
    assert!(refusal(&gateway, &ben, NOON).message.contains("1 requests a day for each key"));
    call(&gateway, &bot, NOON, 1, 1);
    refusal(&gateway, &bot, NOON);
}

#[tokio::test]
async fn what_one_limit_refuses_counts_for_no_other() {
    let (_place, gateway) = limited(json!([
        { "per": "minute", "requests": 3 },
        { "per": "day", "requests": 1, "each": "key" },
    ]));
    let (ben, bot) = (caller(&gateway, "ben").await, caller(&gateway, "bot").await);
    call(&gateway, &ben, NOON, 1, 1);
    for _ in 0..10 {
        refusal(&gateway, &ben, NOON);
    }
    call(&gateway, &bot, NOON, 1, 1);
}

#[tokio::test]
async fn a_hard_limit_is_never_crossed() {
    let (_place, gateway) = limited(json!([{ "per": "day", "output": 250, "hard": true }]));
    let ben = caller(&gateway, "ben").await;
    let (one, two) = (begin(&gateway, &ben, NOON), begin(&gateway, &ben, NOON));
    let refused = refusal(&gateway, &ben, NOON);
    assert!(refused.message.ends_with("250 output tokens a day, which this call could cross"), "{}", refused.message);
    one.finish(served(1, 10));
    let three = begin(&gateway, &ben, NOON);
    two.finish(served(1, 100));
    three.finish(served(1, 90));
    refusal(&gateway, &ben, NOON);
    let model = gateway.model(&ben, None, "grok", NOON).unwrap();
    gateway.begin(&ben, &model, wanted(Some(50)), NOON).unwrap().finish(served(1, 50));
    assert_eq!(gateway.begin(&ben, &model, wanted(Some(1)), NOON).err().unwrap().kind, RefusalKind::LimitReached);
    assert_eq!(gateway.begin(&ben, &model, wanted(None), NOON).err().unwrap().kind, RefusalKind::Invalid);
}

#[tokio::test]
async fn a_hard_limit_holds_for_many_at_once() {
    let (_place, gateway) = limited(json!([{ "per": "day", "output": 10_000, "hard": true }]));
    let ben = caller(&gateway, "ben").await;
    let (held, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (gateway, ben, held, most) = (gateway.clone(), ben.clone(), held.clone(), most.clone());
            std::thread::spawn(move || {
                let model = gateway.model(&ben, None, "grok", NOON).unwrap();
                let mut used = 0;
                for _ in 0..500 {
                    if let Ok(call) = gateway.begin(&ben, &model, wanted(Some(100)), NOON) {
                        most.fetch_max(held.fetch_add(100, Ordering::SeqCst) + 100, Ordering::SeqCst);
                        held.fetch_sub(100, Ordering::SeqCst);
                        call.finish(served(1, 70));
                        used += 70;
                    }
                }
                used
            })
        })
        .collect();
    let used: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert!((9_900..=10_000).contains(&used), "{used}");
    assert!(most.load(Ordering::SeqCst) <= 10_000);
}

#[tokio::test]
async fn a_served_call_that_did_not_tell_is_not_free() {
    let silent = |end: CallEnd| CallEnd { usage: Usage::default(), ..end };
    // Thirty bytes sent are ten tokens, and 300 answered a hundred.
    let (_place, gateway) = limited(json!([{ "per": "day", "total": 110 }]));
    let ben = caller(&gateway, "ben").await;
    begin(&gateway, &ben, NOON).finish(silent(served(0, 0)));
    refusal(&gateway, &ben, NOON);

    let (_place, gateway) = limited(json!([{ "per": "day", "output": 150, "hard": true }]));
    let ben = caller(&gateway, "ben").await;
    drop(begin(&gateway, &ben, NOON));
    assert!(refusal(&gateway, &ben, NOON).message.contains("150 output tokens"));

    let (_place, gateway) = limited(json!([{ "per": "day", "total": 1 }]));
    let ben = caller(&gateway, "ben").await;
    for failed in [
        CallEnd { status: Some(500), ..silent(served(0, 0)) },
        CallEnd { status: Some(429), ..silent(served(0, 0)) },
        CallEnd { status: None, sent: false, ..silent(served(0, 0)) },
    ] {
        begin(&gateway, &ben, NOON).finish(failed);
    }
    begin(&gateway, &ben, NOON);
}

#[tokio::test]
async fn counters_outlive_a_restart_and_end_with_their_window() {
    let limits = json!([
        { "per": "minute", "requests": 1 },
        { "per": "month", "total": 100 },
        { "per": "day", "requests": 2, "each": "key" },
    ]);
    let (place, gateway) = limited(limits);
    let ben = caller(&gateway, "ben").await;
    call(&gateway, &ben, NOON, 40, 20);
    assert!(refusal(&gateway, &ben, NOON).message.contains("1 requests a minute"));
    drop((gateway, ben));
    let gateway = place.open();
    let ben = caller(&gateway, "ben").await;
    assert!(refusal(&gateway, &ben, NOON).message.contains("1 requests a minute"));
    call(&gateway, &ben, after(60), 40, 0);
    assert!(refusal(&gateway, &ben, after(120)).message.contains("100 tokens a month"));
}

#[tokio::test]
async fn each_keys_counter_outlives_a_restart() {
    let (place, gateway) = limited(json!([{ "per": "day", "requests": 1, "each": "key" }]));
    let made = crate::support::make(&gateway, crate::support::new_key("ben")).await;
    call(&gateway, &gateway.caller(&made.key, NOON).unwrap(), NOON, 1, 1);
    drop(gateway);
    let gateway = place.open();
    refusal(&gateway, &gateway.caller(&made.key, NOON).unwrap(), NOON);
    call(&gateway, &caller(&gateway, "ben").await, NOON, 1, 1);
}

#[tokio::test]
async fn making_a_model_anew_does_not_empty_its_counters() {
    let (place, gateway) = limited(json!([{ "per": "day", "requests": 1 }]));
    let ben = caller(&gateway, "ben").await;
    call(&gateway, &ben, NOON, 1, 1);
    let mut file = place.read();
    let with_model = file.clone();
    file["workspaces"]["acme"]["models"].as_object_mut().unwrap().remove("grok");
    place.write(&file);
    gateway.tick(NOON).await.unwrap();
    gateway.model(&ben, None, "grok", NOON).unwrap_err();
    place.write(&with_model);
    gateway.tick(NOON).await.unwrap();
    refusal(&gateway, &ben, NOON);
}

#[tokio::test]
async fn a_clock_that_is_set_back_opens_no_window_again() {
    let (_place, gateway) = limited(json!([{ "per": "minute", "requests": 1 }]));
    let ben = caller(&gateway, "ben").await;
    call(&gateway, &ben, after(60), 1, 1);
    refusal(&gateway, &ben, after(59));
    assert_eq!(Timestamp::parse("2026-03-15T12:00:00Z").unwrap(), NOON);
}

#[tokio::test]
async fn thoughts_and_totals_are_counted_as_the_provider_bills_them() {
    let (_place, gateway) = limited(json!([{ "per": "day", "output": 60 }]));
    let ben = caller(&gateway, "ben").await;
    let mut end = served(10, 20);
    (end.usage.reasoning, end.usage.total) = (Some(30), Some(60));
    begin(&gateway, &ben, NOON).finish(end.clone());
    // Here the thoughts are part of the output.
    end.usage.total = Some(30);
    begin(&gateway, &ben, NOON)
        .finish(CallEnd { usage: Usage { output: Some(10), total: Some(20), reasoning: Some(5), ..end.usage }, ..end });
    refusal(&gateway, &ben, NOON);
}

#[tokio::test]
async fn absurd_numbers_of_a_provider_harm_no_counter_and_no_record() {
    let (place, gateway) = limited(json!([{ "per": "day", "total": 1_000_000_000_000_000u64 }]));
    let ben = caller(&gateway, "ben").await;
    for _ in 0..3 {
        let all = Some(u64::MAX);
        let usage = Usage { input: all, output: all, cached: all, cached_apart: all, reasoning: all, total: all };
        begin(&gateway, &ben, NOON).finish(CallEnd { usage, ..served(0, 0) });
    }
    gateway.flush().await.unwrap();
    assert_eq!((gateway.health().lost, gateway.health().store), (0, StoreHealth::Ok));
    drop((gateway, ben));
    let gateway = place.open();
    let calls = gateway.calls(&Actor::Operator, crate::calls::query(), NOON).await.unwrap();
    assert!(calls.len() == 3 && calls[0].usage.total == Some(1 << 40));
}
