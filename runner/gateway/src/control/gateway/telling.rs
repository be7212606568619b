//! What happened, told to those who may know; and how long it is kept.

use std::time::Duration;

use runner_flow::Timestamp;
use runner_journal::Error;

use super::Gateway;
use crate::bounds;
use crate::control::call::{CallId, Content};
use crate::control::caller::Actor;
use crate::control::error::ControlError;
use crate::control::limits::{self, DAY};
use crate::control::records::{self, AuditLine, CallQuery, CallRow, UsageQuery, UsageRow};
use crate::control::refusal::Refusal;
use crate::control::roles::Permission;

/// How long records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Records of calls.
    pub calls: Duration,
    /// Sums of days.
    pub usage: Duration,
    /// Lines of the audit.
    pub audit: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { calls: bounds::KEEP_CALLS, usage: bounds::KEEP_USAGE, audit: bounds::KEEP_AUDIT }
    }
}

impl Gateway {
    /// The calls that fit and that the actor may see.
    pub async fn calls(&self, actor: &Actor, query: CallQuery, now: Timestamp) -> Result<Vec<CallRow>, ControlError> {
        self.permit(actor, &query.workspace, Permission::ReadCalls, now)?;
        let own = self.own(actor, &query.workspace, Permission::ReadAllCalls);
        let query = CallQuery { principal: own.or(query.principal), ..query };
        Ok(self.inner.store.tables().read(move |db| records::list_calls(db, &query)).await?)
    }

    /// One call, and what was said in it if that was kept. One that the actor may not see is as if it were missing.
    pub async fn call(
        &self,
        actor: &Actor,
        workspace: &str,
        id: CallId,
        now: Timestamp,
    ) -> Result<(CallRow, Option<Content>), ControlError> {
        self.permit(actor, workspace, Permission::ReadCalls, now)?;
        let own = self.own(actor, workspace, Permission::ReadAllCalls);
        let place = workspace.to_owned();
        let found = self.inner.store.tables().read(move |db| {
            let call = records::find_call(db, &place, id)?;
            let content = records::content(db, id)?.filter(|_| call.is_some());
            Ok(call.map(|call| (call, content)))
        });
        let found = found.await?.filter(|(call, _)| own.is_none_or(|own| own == call.principal));
        let missing = || Refusal::missing("call", &id.to_string(), "list the calls to see their ids").into();
        let found = found.ok_or_else(missing);
        self.note_refusal(actor, Permission::ReadCalls, &id.to_string(), &found, now);
        let (call, content) = found?;
        Ok((call, content.map(|(request, answer)| Content { request: request.into(), answer: answer.into() })))
    }

    /// What was used by models, keys or days, of calls that the actor may see.
    pub async fn usage(&self, actor: &Actor, query: UsageQuery, now: Timestamp) -> Result<Vec<UsageRow>, ControlError> {
        self.permit(actor, &query.workspace, Permission::ReadCalls, now)?;
        let own = self.own(actor, &query.workspace, Permission::ReadAllCalls);
        let query = UsageQuery { principal: own.or(query.principal), ..query };
        Ok(self.inner.store.tables().read(move |db| records::list_usage(db, &query)).await?)
    }

    /// The lines of a workspace's audit, newest first, each with its number; only those before a number, to go on.
    pub async fn audit(
        &self,
        actor: &Actor,
        workspace: &str,
        before: Option<u64>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<(u64, AuditLine)>, ControlError> {
        self.permit(actor, workspace, Permission::ReadAudit, now)?;
        let workspace = workspace.to_owned();
        Ok(self.inner.store.tables().read(move |db| records::audit_lines(db, Some(&workspace), before, limit)).await?)
    }

    /// The lines of all workspaces, and of nobody: for whoever runs the server.
    pub async fn whole_audit(&self, before: Option<u64>, limit: u32) -> Result<Vec<(u64, AuditLine)>, Error> {
        self.inner.store.tables().read(move |db| records::audit_lines(db, None, before, limit)).await
    }

    /// Forgets what is older than it is to be kept, a little at a time.
    pub async fn prune(&self, keep: Retention, now: Timestamp) -> Result<(), Error> {
        let before = |age: Duration| {
            let age = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
            Timestamp::from_millis(now.as_millis().saturating_sub(age))
        };
        self.inner.limits.tidy(now);
        let (calls, usage, audit) = (before(keep.calls), before(keep.usage), before(keep.audit));
        let month = before(Duration::from_millis(32 * DAY));
        loop {
            let gone = self.inner.store.upkeep(move |db| {
                limits::table::prune(db, month)?;
                records::prune_usage(db, usage)?;
                Ok(records::prune_calls(db, calls)?.max(records::prune_audit(db, audit)?))
            });
            if gone.await? < bounds::PRUNED as usize {
                return Ok(());
            }
        }
    }
}
