//! Whether somebody may do something in a workspace. Every no is noted.

use runner_flow::Timestamp;

use super::Gateway;
use crate::control::caller::{Actor, Caller};
use crate::control::error::ControlError;
use crate::control::records::AuditLine;
use crate::control::refusal::{Refusal, RefusalKind};
use crate::control::roles::Permission;

impl Gateway {
    /// Whether somebody may do something. A workspace that is not theirs is as if it were missing.
    pub fn permit(
        &self,
        actor: &Actor,
        workspace: &str,
        permission: Permission,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let result = self.permitted(actor, workspace, permission);
        if let (Err(refusal), Actor::Caller(caller)) = (&result, actor) {
            self.refused(Some(caller), permission.word(), workspace, refusal, now);
        }
        result
    }

    /// The same, without a word of it in the audit.
    pub fn permitted(&self, actor: &Actor, workspace: &str, permission: Permission) -> Result<(), Refusal> {
        let snapshot = self.snapshot();
        let is_theirs = match actor {
            Actor::Operator => true,
            Actor::Caller(caller) => &*caller.workspace == workspace,
        };
        if !is_theirs || snapshot.workspace(workspace).is_none() {
            return Err(Refusal::missing("workspace", workspace, "use the workspace of your key"));
        }
        match actor {
            Actor::Operator => Ok(()),
            Actor::Caller(caller) => match snapshot.principal(workspace, &caller.principal) {
                None => Err(Refusal::unauthenticated()),
                Some(one) if one.role.may(permission) && key_may(caller, permission) => Ok(()),
                Some(_) => Err(Refusal::new(
                    RefusalKind::Forbidden,
                    format!("this key may not do this, which takes {}", permission.word()),
                    "ask an admin of the workspace, or use a key that is not limited to some models",
                )),
            },
        }
    }

    /// Notes why somebody who may do such things did not get this one.
    pub(super) fn note_refusal<T>(
        &self,
        actor: &Actor,
        permission: Permission,
        object: &str,
        result: &Result<T, ControlError>,
        now: Timestamp,
    ) {
        let refusal = match result {
            Err(ControlError::Refused(refusal)) => refusal.clone(),
            Err(ControlError::Invalid(_)) => Refusal::new(RefusalKind::Invalid, "the file would be wrong", ""),
            Err(ControlError::Store(_)) | Ok(_) => return,
        };
        if let Actor::Caller(caller) = actor {
            self.refused(Some(caller), permission.word(), object, &refusal, now);
        }
    }

    /// A line of the audit for something that was done.
    pub(super) fn done(actor: &Actor, workspace: &str, action: &str, object: String, now: Timestamp) -> AuditLine {
        AuditLine {
            at: now,
            workspace: workspace.to_owned(),
            actor: actor.name().to_owned(),
            key: actor.key().to_owned(),
            action: action.to_owned(),
            object,
            outcome: "done".to_owned(),
            times: 1,
        }
    }
}

/// A key that is limited to some models is for calling them, and for nothing that could widen what it opens.
fn key_may(caller: &Caller, permission: Permission) -> bool {
    let is_for_calls = matches!(permission, Permission::CallModels | Permission::ListModels | Permission::ReadCalls);
    is_for_calls || !caller.entry.is_limited()
}
