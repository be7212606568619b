//! What is recorded of calls, and what is summed up.

use std::time::Duration;

use bytes::Bytes;
use runner_gateway::control::{
    Actor, CallEnd, CallQuery, Content, ControlError, RefusalKind, Retention, Usage, UsageBy, UsageQuery,
};
use serde_json::json;

use crate::support::{NOON, Place, actor, after, begin, call, caller, file, served, usual_gateway};

pub(crate) fn query() -> CallQuery {
    CallQuery { workspace: "acme".to_owned(), limit: 100, ..CallQuery::default() }
}

fn usage(by: UsageBy) -> UsageQuery {
    UsageQuery { workspace: "acme".to_owned(), principal: None, since: NOON, until: after(86_400 * 40), by }
}

/// A gateway whose `grok` has prices and keeps what is said.
fn priced() -> (Place, runner_gateway::control::Gateway) {
    let mut file = file();
    let grok = &mut file["workspaces"]["acme"]["models"]["grok"];
    grok["prices"] = json!({ "input": 1.25, "output": 2.5, "cached": 0.2 });
    grok["record_content"] = json!(true);
    let place = Place::new(&file);
    let gateway = place.open();
    (place, gateway)
}

#[tokio::test]
async fn a_record_says_everything_and_outlives_a_restart() {
    let (place, gateway) = priced();
    let ben = caller(&gateway, "ben").await;
    let begun = begin(&gateway, &ben, after(7));
    let id = begun.id();
    let content = Content { request: Bytes::from_static(b"{question}"), answer: Bytes::from_static(b"{answer}") };
    let told = Usage { cached: Some(400), reasoning: Some(50), total: Some(1_250), ..served(1_000, 200).usage };
    begun.finish(CallEnd {
        usage: told,
        first_byte: Some(Duration::from_micros(1_500)),
        upstream_request_id: Some("req_1".to_owned()),
        content: Some(content.clone()),
        ..served(0, 0)
    });
    drop(gateway);
    let gateway = place.open();
    let (row, kept) = gateway.call(&Actor::Operator, "acme", id, NOON).await.unwrap();
    assert_eq!(kept, Some(content));
    assert_eq!(row, gateway.calls(&Actor::Operator, query(), NOON).await.unwrap()[0]);
    assert_eq!((row.id, row.started, row.usage), (id, after(7), told));
    assert_eq!((row.workspace.as_str(), row.principal.as_str(), row.key.as_str()), ("acme", "ben", &*ben.key));
    assert_eq!((row.connection.as_str(), row.model.as_str()), ("main", "grok"));
    assert_eq!((row.provider_model.as_str(), row.operation.as_str(), row.stream), ("grok-4.3", "chat", false));
    assert_eq!((row.status, row.error_type, row.bytes_in, row.bytes_out), (Some(200), None, 30, 300));
    assert_eq!((row.first_byte, row.duration), (Some(Duration::from_micros(1_500)), Duration::from_millis(20)));
    assert_eq!((row.overhead, row.upstream_request_id), (Duration::from_micros(30), Some("req_1".to_owned())));
    // 600 at 1.25, 400 cached at 0.2, and 250 at 2.5 with the thoughts, a million.
    assert_eq!(row.cost, Some(1_455_000));
    assert_eq!(id.to_string().parse(), Ok(id));
}

#[tokio::test]
async fn unknown_stays_unknown() {
    let (_place, gateway) = priced();
    let ben = caller(&gateway, "ben").await;
    begin(&gateway, &ben, NOON).finish(CallEnd { usage: Usage::default(), ..served(0, 0) });
    drop(begin(&gateway, &ben, after(1)));
    gateway.flush().await.unwrap();
    let calls = gateway.calls(&Actor::Operator, query(), NOON).await.unwrap();
    assert_eq!((calls[1].usage, calls[1].cost, calls[1].error_type.as_deref()), (Usage::default(), None, None));
    assert_eq!(
        (calls[0].usage, calls[0].status, calls[0].error_type.as_deref()),
        (Usage::default(), None, Some("aborted"))
    );
    let sums = &gateway.usage(&Actor::Operator, usage(UsageBy::Model), NOON).await.unwrap()[0].sums;
    assert_eq!((sums.calls, sums.errors, sums.unknown, sums.total, sums.cost), (2, 1, 2, 0, None));
}

#[tokio::test]
async fn calls_are_listed_newest_first_and_by_what_one_looks_for() {
    let (_place, gateway) = usual_gateway();
    let (ben, bot) = (caller(&gateway, "ben").await, caller(&gateway, "bot").await);
    for second in 0..10 {
        call(&gateway, if second % 2 == 0 { &ben } else { &bot }, after(second), second, 1);
    }
    let failed = CallEnd { status: Some(500), error_type: Some("server_error".into()), ..served(0, 0) };
    begin(&gateway, &ben, after(10)).finish(failed);
    gateway.flush().await.unwrap();
    let list = async |query: CallQuery| -> Vec<u64> {
        let calls = gateway.calls(&Actor::Operator, query, NOON).await.unwrap();
        calls.iter().map(|call| call.started.since(NOON).as_secs()).collect()
    };
    assert_eq!(list(query()).await, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert_eq!(list(CallQuery { principal: Some("bot".to_owned()), ..query() }).await, [9, 7, 5, 3, 1]);
    assert_eq!(list(CallQuery { key: Some(bot.key.to_string()), limit: 2, ..query() }).await, [9, 7]);
    assert_eq!(list(CallQuery { model: Some("mini".to_owned()), ..query() }).await, [0; 0]);
    assert_eq!(list(CallQuery { failed: true, ..query() }).await, [10]);
    assert_eq!(list(CallQuery { since: Some(after(8)), ..query() }).await, [10, 9, 8]);
    assert_eq!(list(CallQuery { workspace: "other".to_owned(), ..query() }).await, [0; 0]);
    let fifth = gateway.calls(&Actor::Operator, CallQuery { limit: 5, ..query() }, NOON).await.unwrap().remove(4);
    assert_eq!(list(CallQuery { before: Some(fifth.id), limit: 3, ..query() }).await, [5, 4, 3]);
    assert_eq!(list(CallQuery { after: Some(fifth.number), ..query() }).await, [7, 8, 9, 10]);
}

#[tokio::test]
async fn a_long_call_that_ends_late_is_news() {
    let (_place, gateway) = usual_gateway();
    let ben = caller(&gateway, "ben").await;
    let long = begin(&gateway, &ben, NOON);
    call(&gateway, &ben, after(60), 1, 1);
    gateway.flush().await.unwrap();
    let seen = gateway.calls(&Actor::Operator, query(), NOON).await.unwrap()[0].number;
    long.finish(served(1, 1));
    gateway.flush().await.unwrap();
    let news = gateway.calls(&Actor::Operator, CallQuery { after: Some(seen), ..query() }, NOON).await.unwrap();
    assert_eq!((news.len(), news[0].started), (1, NOON));
}

#[tokio::test]
async fn a_member_sees_its_own_calls_and_an_admin_all_of_its_workspace() {
    let (_place, gateway) = usual_gateway();
    let (ada, ben, eve) = (actor(&gateway, "ada").await, actor(&gateway, "ben").await, actor(&gateway, "eve").await);
    let bot = caller(&gateway, "bot").await;
    let begun = begin(&gateway, &bot, NOON);
    let id = begun.id();
    begun.finish(served(10, 5));
    let Actor::Caller(bens) = &ben else { panic!("a caller") };
    call(&gateway, bens, NOON, 1, 1);
    gateway.flush().await.unwrap();
    assert_eq!(gateway.calls(&ada, query(), NOON).await.unwrap().len(), 2);
    let seen = gateway.calls(&ben, CallQuery { principal: Some("bot".to_owned()), ..query() }, NOON).await.unwrap();
    assert!(seen.len() == 1 && seen[0].principal == "ben");
    assert_eq!(gateway.usage(&ben, usage(UsageBy::Key), NOON).await.unwrap()[0].sums.total, 2);
    assert_eq!(gateway.usage(&ada, usage(UsageBy::Key), NOON).await.unwrap().len(), 2);
    gateway.call(&ada, "acme", id, NOON).await.unwrap();
    let foreign = gateway.call(&ben, "acme", id, NOON).await.unwrap_err().to_string();
    let missing = gateway.call(&ben, "acme", format!("call_{:032x}", 7).parse().unwrap(), NOON).await.unwrap_err();
    assert_eq!(foreign.replace(&id.to_string(), "ID"), missing.to_string().replace(&format!("call_{:032x}", 7), "ID"));
    for (actor, workspace) in [(&eve, "acme"), (&ada, "other")] {
        let refused = gateway.call(actor, workspace, id, NOON).await.unwrap_err();
        assert!(matches!(refused, ControlError::Refused(no) if no.kind == RefusalKind::NotFound));
    }
}

#[tokio::test]
async fn usage_is_summed_by_model_key_and_day() {
    let (_place, gateway) = priced();
    let (ben, bot) = (caller(&gateway, "ben").await, caller(&gateway, "bot").await);
    call(&gateway, &ben, NOON, 1_000_000, 0);
    call(&gateway, &bot, NOON, 100, 10);
    call(&gateway, &bot, after(86_400), 200, 20);
    gateway.flush().await.unwrap();
    let told = async |by: UsageBy| -> Vec<(String, u64, u64)> {
        let rows = gateway.usage(&Actor::Operator, usage(by), NOON).await.unwrap();
        rows.into_iter().map(|row| (row.of, row.sums.calls, row.sums.total)).collect()
    };
    assert_eq!(told(UsageBy::Model).await, [("grok".to_owned(), 3, 1_000_330)]);
    assert_eq!(told(UsageBy::Key).await, [(ben.key.to_string(), 1, 1_000_000), (bot.key.to_string(), 2, 330)]);
    assert_eq!(told(UsageBy::Day).await, [("2026-03-15".to_owned(), 2, 1_000_110), ("2026-03-16".to_owned(), 1, 220)]);
    let rows = gateway.usage(&Actor::Operator, usage(UsageBy::Model), NOON).await.unwrap();
    assert_eq!(rows[0].sums.cost, Some(1_250_450_000));
}

#[tokio::test]
async fn old_calls_are_forgotten_and_their_sums_stay() {
    let (_place, gateway) = priced();
    let ben = caller(&gateway, "ben").await;
    for second in 0..2_500 {
        call(&gateway, &ben, after(second), 1, 1);
    }
    call(&gateway, &ben, after(86_400 * 30), 1, 1);
    gateway.flush().await.unwrap();
    let keep = Retention { calls: Duration::from_secs(86_400 * 10), ..Retention::default() };
    gateway.prune(keep, after(86_400 * 31)).await.unwrap();
    assert_eq!(gateway.calls(&Actor::Operator, query(), NOON).await.unwrap().len(), 1);
    assert_eq!(gateway.usage(&Actor::Operator, usage(UsageBy::Model), NOON).await.unwrap()[0].sums.calls, 2_501);
}
