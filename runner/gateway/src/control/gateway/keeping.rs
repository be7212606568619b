//! Keys of members: made, listed and revoked.

use std::borrow::Cow;

use runner_flow::Timestamp;

use super::Gateway;
use crate::bounds;
use crate::control::caller::{Actor, Caller};
use crate::control::document::Object;
use crate::control::error::ControlError;
use crate::control::keys::{self, KeyRow, MadeKey, NewKey};
use crate::control::records;
use crate::control::refusal::{Refusal, RefusalKind, shown};
use crate::control::roles::Permission;

impl Gateway {
    /// Makes a key. It is told this once.
    pub async fn make_key(&self, actor: &Actor, new: NewKey, now: Timestamp) -> Result<MadeKey, ControlError> {
        let permission = self.of_keys(actor, &new.principal);
        self.permit(actor, &new.workspace, permission, now)?;
        let checked = self.check_new(actor, &new, now).map_err(ControlError::from);
        self.note_refusal(actor, permission, &format!("principal/{}", shown(&new.principal)), &checked, now);
        checked?;
        let _changing = self.inner.changing.lock().await;
        let workspace = new.workspace.clone();
        let (made, key) = keys::make(new, now, actor.name());
        let line = Self::done(actor, &workspace, "key.make", format!("key/{}", made.row.id), now);
        let (row, hash) = (made.row.clone(), key.hash);
        let version = self.inner.store.write(move |db| {
            records::write_audit(db, std::iter::once(line.clone()))?;
            keys::table::insert(db, &row, &hash)
        });
        let version = version.await?;
        self.inner.keys.insert(key);
        self.inner.keys.advance(version);
        Ok(made)
    }

    /// Revokes a key. Whatever goes on under it is cut off at once, even if that cannot be written down.
    pub async fn revoke_key(
        &self,
        actor: &Actor,
        workspace: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let row = self.key(actor, workspace, id, now).await?;
        let _changing = self.inner.changing.lock().await;
        self.inner.keys.revoke(&row.id);
        let line = Self::done(actor, workspace, "key.revoke", format!("key/{}", row.id), now);
        let version = self.inner.store.upkeep(move |db| {
            records::write_audit(db, std::iter::once(line.clone()))?;
            keys::table::revoke(db, &row.id, now)
        });
        self.inner.keys.advance(version.await?);
        Ok(())
    }

    /// What is told of a key. One of somebody else's is as if it were missing, but for admins. Whoever holds a key may
    /// always see what it is.
    pub async fn key(&self, actor: &Actor, workspace: &str, id: &str, now: Timestamp) -> Result<KeyRow, ControlError> {
        let is_own = actor.key() == id;
        let permission = if is_own { Permission::CallModels } else { Permission::WriteKeys };
        self.permit(actor, workspace, permission, now)?;
        let wanted = id.to_owned();
        let row = self.inner.store.tables().read(move |db| keys::table::row(db, &wanted)).await?;
        let may_see =
            |row: &KeyRow| is_own || self.permitted(actor, workspace, self.of_keys(actor, &row.principal)).is_ok();
        let seen = row.filter(|row| row.workspace == workspace && may_see(row));
        let seen = seen.ok_or_else(|| Refusal::missing("key", id, "list the keys to see their ids").into());
        self.note_refusal(actor, permission, &format!("key/{}", shown(id)), &seen, now);
        seen
    }

    /// The keys of a workspace that the actor may see, by their ids, from after one on. Never a key itself.
    pub async fn keys(
        &self,
        actor: &Actor,
        workspace: &str,
        after: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<KeyRow>, ControlError> {
        self.permit(actor, workspace, Permission::WriteKeys, now)?;
        let principal = self.own(actor, workspace, Permission::WriteAllKeys);
        let (workspace, after) = (workspace.to_owned(), after.map(str::to_owned));
        let list =
            move |db: &rusqlite::Connection| keys::table::list(db, &workspace, principal.as_deref(), after.as_deref());
        Ok(self.inner.store.tables().read(list).await?)
    }

    /// The principal to whom an actor is confined without this permission.
    pub(super) fn own(&self, actor: &Actor, workspace: &str, all: Permission) -> Option<String> {
        match actor {
            Actor::Operator => None,
            Actor::Caller(caller) => {
                self.permitted(actor, workspace, all).is_err().then(|| caller.principal.as_ref().to_owned())
            }
        }
    }

    fn of_keys(&self, actor: &Actor, principal: &str) -> Permission {
        match actor {
            Actor::Caller(caller) if &*caller.principal == principal => Permission::WriteKeys,
            Actor::Caller(_) | Actor::Operator => Permission::WriteAllKeys,
        }
    }

    fn check_new(&self, actor: &Actor, new: &NewKey, now: Timestamp) -> Result<(), Refusal> {
        if self.snapshot().principal(&new.workspace, &new.principal).is_none() {
            let message = format!("there is no principal {:?}", shown(&new.principal));
            return invalid(message, "take the principal in first");
        }
        if new.label.len() > bounds::KEY_LABEL || new.label.chars().any(char::is_control) {
            return invalid("the label is too long, or not one line", "use at most 200 bytes of plain text");
        }
        if self.inner.keys.count() >= bounds::KEYS {
            return invalid(format!("there are {} keys already", bounds::KEYS), "revoke those that nobody uses");
        }
        check_end(actor, new, now)?;
        self.check_models(new)
    }

    fn check_models(&self, new: &NewKey) -> Result<(), Refusal> {
        let models = new.models.as_deref().unwrap_or_default();
        if models.len() > bounds::KEY_MODELS {
            let message = format!("a key is for at most {} models", bounds::KEY_MODELS);
            return invalid(message, "name fewer, or none for all");
        }
        let snapshot = self.snapshot();
        match models.iter().find(|model| snapshot.object(&new.workspace, Object::Model, model).is_none()) {
            Some(model) => invalid(format!("there is no model {:?}", shown(model)), "name models that there are"),
            None => Ok(()),
        }
    }
}

/// A key ends in the future, and not after the one that makes it.
fn check_end(actor: &Actor, new: &NewKey, now: Timestamp) -> Result<(), Refusal> {
    if new.expires.is_some_and(|expires| expires <= now) {
        return invalid("the key would have ended already", "use a moment to come, or none");
    }
    match actor {
        Actor::Caller(Caller { entry, .. }) => match entry.expires() {
            Some(end) if new.expires.is_none_or(|expires| expires > end) => {
                let fix = "use an earlier end, or make it with a key that lasts longer";
                invalid(format!("the key would outlive the one that makes it, which ends {end}"), fix)
            }
            _ => Ok(()),
        },
        Actor::Operator => Ok(()),
    }
}

fn invalid(message: impl Into<Cow<'static, str>>, fix: &'static str) -> Result<(), Refusal> {
    Err(Refusal::new(RefusalKind::Invalid, message, fix))
}
