//! One table says who may do what.

use std::collections::BTreeSet;

use runner_gateway::control::{Actor, GRANTS, Permission, RefusalKind, Role};

use crate::support::{NOON, actor, usual_gateway};

#[test]
fn the_table_has_each_permission_once_and_members_have_what_they_need() {
    let words: BTreeSet<&str> = GRANTS.iter().map(|grant| grant.word).collect();
    let permissions: BTreeSet<Permission> = GRANTS.iter().map(|grant| grant.permission).collect();
    assert_eq!((words.len(), permissions.len()), (GRANTS.len(), GRANTS.len()));
    let members: Vec<&str> = GRANTS.iter().filter(|grant| grant.member).map(|grant| grant.word).collect();
    assert_eq!(
        members,
        [
            "connections:list",
            "models:search",
            "principals:list",
            "models:list",
            "models:write",
            "models:call",
            "keys:write",
            "calls:read"
        ]
    );
    assert!(GRANTS.iter().all(|grant| Role::Admin.may(grant.permission) && grant.permission.word() == grant.word));
}

#[tokio::test]
async fn nobody_is_allowed_anything_elsewhere_and_cannot_tell_whether_it_exists() {
    let (_place, gateway) = usual_gateway();
    let ada = actor(&gateway, "ada").await;
    for grant in GRANTS {
        gateway.permit(&ada, "acme", grant.permission, NOON).unwrap();
        let foreign = gateway.permit(&ada, "other", grant.permission, NOON).unwrap_err();
        let missing = gateway.permit(&ada, "nowhere", grant.permission, NOON).unwrap_err();
        assert_eq!(foreign.kind, RefusalKind::NotFound);
        assert_eq!(foreign.message.replace("other", "nowhere"), missing.message);
        gateway.permit(&Actor::Operator, "acme", grant.permission, NOON).unwrap();
    }
}

#[tokio::test]
async fn a_member_is_refused_what_is_the_admins() {
    let (_place, gateway) = usual_gateway();
    let ben = actor(&gateway, "ben").await;
    for grant in GRANTS {
        let permitted = gateway.permit(&ben, "acme", grant.permission, NOON);
        assert_eq!(permitted.is_ok(), grant.member, "{}", grant.word);
        assert!(permitted.is_ok() || permitted.unwrap_err().message.contains(grant.word));
    }
}
