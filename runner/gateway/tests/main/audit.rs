//! A line for each change and each refusal.

use runner_flow::Timestamp;
use runner_gateway::control::{Actor, AuditLine, Change, Gateway, Object};
use serde_json::json;

use crate::support::{NOON, actor, begin, call, caller, file, limited, make, new_key, refusal, usual_gateway};

/// All lines, the oldest first.
async fn lines(gateway: &Gateway) -> Vec<AuditLine> {
    gateway.flush().await.unwrap();
    let mut lines = gateway.whole_audit(None, 1_000).await.unwrap();
    while let Some((number, _)) = lines.last().filter(|(number, _)| *number > 1) {
        let more = gateway.whole_audit(Some(*number), 1_000).await.unwrap();
        lines.extend(more);
    }
    lines.reverse();
    lines.into_iter().map(|(_, line)| line).collect()
}

fn told(lines: &[AuditLine]) -> Vec<String> {
    let told =
        |line: &AuditLine| format!("{} {} {} {} x{}", line.actor, line.action, line.object, line.outcome, line.times);
    lines.iter().map(told).collect()
}

#[tokio::test]
async fn each_change_leaves_a_line() {
    let (place, gateway) = usual_gateway();
    let ada = make(&gateway, new_key("ada")).await;
    let actor = Actor::Caller(gateway.caller(&ada.key, NOON).unwrap());
    let version = gateway.snapshot().version().to_owned();
    let model = json!({ "connection": "main", "model": "grok-4.3" });
    let change = Change { workspace: "acme".into(), object: Object::Model, name: "fresh".into(), value: Some(model) };
    let version = gateway.change(&actor, &version, change.clone(), NOON).await.unwrap();
    gateway.change(&actor, &version, Change { value: None, ..change }, NOON).await.unwrap();
    let made = gateway.make_key(&actor, new_key("ben"), NOON).await.unwrap();
    gateway.revoke_key(&actor, "acme", &made.row.id, NOON).await.unwrap();
    let mut edited = file();
    edited["hosts"] = json!(["models.example.com"]);
    place.write(&edited);
    gateway.tick(NOON).await.unwrap();
    let (ada, made) = (ada.row.id, made.row.id);
    let lines = lines(&gateway).await;
    assert_eq!(
        told(&lines),
        [
            "the file file.change  done x1".to_owned(),
            format!("the operator key.make key/{ada} done x1"),
            "ada model.put model/fresh done x1".to_owned(),
            "ada model.remove model/fresh done x1".to_owned(),
            format!("ada key.make key/{made} done x1"),
            format!("ada key.revoke key/{made} done x1"),
            "the file file.change  done x1".to_owned(),
        ]
    );
    assert!(lines[2].workspace == "acme" && lines[2].key == ada && lines[2].at == NOON);
}

#[tokio::test]
async fn an_edit_while_nobody_served_is_a_change_too() {
    let (place, gateway) = usual_gateway();
    drop(gateway);
    let gateway = place.open();
    assert_eq!(lines(&gateway).await.len(), 1, "the same file is no news");
    drop(gateway);
    let mut edited = file();
    edited["hosts"] = json!(["models.example.com"]);
    place.write(&edited);
    assert_eq!(lines(&place.open()).await.len(), 2);
}

#[tokio::test]
async fn each_refusal_leaves_a_line_and_a_flood_leaves_one() {
    let (_place, gateway) = limited(json!([{ "per": "day", "requests": 1 }]));
    let ben = caller(&gateway, "ben").await;
    let before = lines(&gateway).await.len();
    for number in 0..10_000 {
        gateway.caller(&format!("lwk_{number}"), NOON).unwrap_err();
    }
    gateway.model(&ben, None, "theirs", NOON).unwrap_err();
    call(&gateway, &ben, NOON, 1, 1);
    refusal(&gateway, &ben, NOON);
    let member = Actor::Caller(ben.clone());
    gateway.audit(&member, "acme", None, 10, NOON).await.unwrap_err();
    let change = Change { workspace: "acme".into(), object: Object::Model, name: "grok".into(), value: None };
    gateway.change(&member, gateway.snapshot().version(), change, NOON).await.unwrap_err();
    let lines = lines(&gateway).await.split_off(before);
    let keys: u64 = lines.iter().filter(|line| line.action == "key.present").map(|line| line.times).sum();
    let many = lines.iter().filter(|line| line.action == "key.present").count();
    assert_eq!(keys, 10_000);
    assert_eq!(many, 1, "one line for one flood");
    let mut others = told(&lines.iter().filter(|line| line.action != "key.present").cloned().collect::<Vec<_>>());
    others.sort();
    assert_eq!(
        others,
        [
            "ben audit:read acme forbidden x1",
            "ben model.call model/grok limit_reached x1",
            "ben model.call model/theirs not_found x1",
            "ben models:write model/grok forbidden x1",
        ]
    );
}

#[tokio::test]
async fn a_flood_of_different_refusals_is_bounded() {
    let (_place, gateway) = usual_gateway();
    let ben = caller(&gateway, "ben").await;
    for number in 0..5_000 {
        gateway.model(&ben, None, &format!("model-{number}"), NOON).unwrap_err();
        if number % 500 == 0 {
            gateway.flush().await.unwrap();
        }
    }
    let lines = lines(&gateway).await;
    let refused: Vec<&AuditLine> = lines.iter().filter(|line| line.action == "model.call").collect();
    let all: u64 = refused.iter().map(|line| line.times).sum();
    assert_eq!(all, 5_000, "none is lost, even where they are not told apart");
    assert!(refused.len() <= 1_001, "{} lines in one hour, over many commits", refused.len());
    assert!(refused.iter().all(|line| line.workspace == "acme"), "whose workspace it is is always told");
}

#[tokio::test]
async fn what_is_refused_again_and_again_makes_one_line_an_hour() {
    let (_place, gateway) = usual_gateway();
    let (ben, before) = (caller(&gateway, "ben").await, lines(&gateway).await.len());
    let hour = 3_600_000;
    for minutes in [0, 1, 59, 60, 61] {
        let at = Timestamp::from_millis(NOON.as_millis() / hour * hour + minutes * 60_000);
        gateway.model(&ben, None, "theirs", at).unwrap_err();
        gateway.caller("lwk_nothing", at).unwrap_err();
        gateway.flush().await.unwrap();
    }
    let told = told(&lines(&gateway).await.split_off(before));
    let expected = [
        "ben model.call model/theirs not_found x3",
        "ben model.call model/theirs not_found x2",
        " key.present  unauthenticated x3",
        " key.present  unauthenticated x2",
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    assert!(expected.iter().all(|line| told.contains(&(*line).to_owned())), "{told:?}");
}

#[tokio::test]
async fn an_admin_reads_its_own_workspaces_audit() {
    let (_place, gateway) = usual_gateway();
    let (ada, eve) = (actor(&gateway, "ada").await, actor(&gateway, "eve").await);
    drop(begin(&gateway, &caller(&gateway, "ben").await, NOON));
    let ours = gateway.audit(&ada, "acme", None, 100, NOON).await.unwrap();
    assert!(ours.len() == 2 && ours.iter().all(|(_, line)| line.workspace == "acme"));
    let before = gateway.audit(&ada, "acme", Some(ours[0].0), 100, NOON).await.unwrap();
    assert_eq!(before, ours[1..]);
    gateway.audit(&eve, "acme", None, 100, NOON).await.unwrap_err();
    assert_eq!(gateway.audit(&eve, "other", None, 100, NOON).await.unwrap().len(), 1);
}
