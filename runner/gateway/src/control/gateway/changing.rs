//! A change of one object: read, changed, checked as a whole, written, and only then in effect.

use connector_sdk::Registry;
use runner_flow::{Document, Timestamp};
use runner_journal::Error;
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::{Gateway, loading};
use crate::control::caller::Actor;
use crate::control::document::{self, Change, Object, Reference, is_name, is_secret};
use crate::control::error::ControlError;
use crate::control::refusal::{Refusal, RefusalKind, shown};
use crate::control::rights;
use crate::control::roles::Permission;
use crate::control::snapshot::Snapshot;
use crate::control::vault::{self, Address, Envelope, VaultError};

impl Gateway {
    /// Changes one object of the file that has this version, and tells the version after it. Secrets that the value
    /// holds in clear go into the vault.
    ///
    /// Once begun it goes on to its end, whether or not somebody waits for it.
    pub async fn change(
        &self,
        actor: &Actor,
        base: &str,
        change: Change,
        now: Timestamp,
    ) -> Result<String, ControlError> {
        let (gateway, actor, base) = (self.clone(), actor.clone(), base.to_owned());
        let changed = tokio::spawn(async move { gateway.change_now(&actor, &base, change, now).await });
        changed.await.unwrap_or(Err(Error::Closed.into()))
    }

    async fn change_now(
        &self,
        actor: &Actor,
        base: &str,
        mut change: Change,
        now: Timestamp,
    ) -> Result<String, ControlError> {
        let permission = permission(change.object);
        self.permit(actor, &change.workspace, permission, now)?;
        // Nothing is changed that could not be noted.
        self.flush().await?;
        let _changing = self.inner.changing.lock().await;
        let object = format!("{}/{}", change.object.word(), shown(&change.name));
        let changed = self.change_file(actor, base, &mut change).await;
        self.note_refusal(actor, permission, &object, &changed, now);
        let version = changed?;
        let action = format!("{}.{}", change.object.word(), if change.value.is_some() { "put" } else { "remove" });
        let line = Self::done(actor, &change.workspace, &action, object, now);
        self.note_file(line).await;
        Ok(version)
    }

    async fn change_file(&self, actor: &Actor, base: &str, change: &mut Change) -> Result<String, ControlError> {
        let file = self.file_of_version(base)?;
        self.allowed(actor, &file, change)?;
        let secrets = self.take_secrets(change).await?;
        let text = document::changed(file, change);
        let findings = document::check_text(&text, &self.inner.registry);
        if !findings.is_empty() {
            return Err(ControlError::Invalid(findings));
        }
        self.put_secrets(secrets).await?;
        let applied = self.apply(text).await;
        // What stays behind if this fails is sealed, and nothing refers to it.
        let _ = self.forget_secrets(change).await;
        applied
    }

    /// What the file says, if it is still the one that the change was made from.
    fn file_of_version(&self, base: &str) -> Result<Value, ControlError> {
        let text = loading::read(&self.inner.file)
            .map_err(|message| ControlError::unavailable(message, "see that the server can read its file"))?;
        if document::version(&text) != base {
            return Err(Refusal::new(
                RefusalKind::Conflict,
                "somebody changed the file since",
                "read it again, and make the change to what it is now",
            )
            .into());
        }
        Document::parse(&text).map(Document::into_value).map_err(ControlError::Invalid)
    }

    /// Whether this actor may make this change to what is there.
    fn allowed(&self, actor: &Actor, file: &Value, change: &mut Change) -> Result<(), Refusal> {
        let (word, name) = (change.object.word(), &change.name);
        if !is_name(name) {
            let fix = "use small letters, digits and hyphens between them, at most 49 characters";
            return Err(Refusal::new(RefusalKind::Invalid, format!("this is no name for a {word}"), fix));
        }
        let before = document::find(file, &change.workspace, change.object, name);
        if before.is_none() && change.value.is_none() {
            return Err(Refusal::missing(word, name, "list them to see their names"));
        }
        if change.object == Object::Connection && change.value.is_none() {
            is_unused(file, &change.workspace, name)?;
        }
        let Actor::Caller(caller) = actor else { return Ok(()) };
        let may = |permission| self.permitted(actor, &change.workspace, permission).is_ok();
        match change.object {
            Object::Principal => Ok(()),
            Object::Connection => rights::of_connection(&self.inner.registry, before, change.value.as_ref()),
            Object::Model => {
                let all = may(Permission::WriteAllModels);
                let policies = may(Permission::WritePolicies);
                let connection = |name: &str| document::find(file, &change.workspace, Object::Connection, name);
                let is_closed = |name: &str| connection(name).is_some_and(|found| found["admins_only"] == true);
                rights::of_model(&caller.principal, all, policies, is_closed, before, change.value.as_mut())
            }
        }
    }

    /// Takes what is secret and stands in clear out of a connection, and refers to where it will be.
    async fn take_secrets(&self, change: &mut Change) -> Result<Vec<Envelope>, ControlError> {
        let (Object::Connection, Some(value)) = (change.object, &mut change.value) else { return Ok(Vec::new()) };
        let mut envelopes = Vec::new();
        for (field, secret) in in_clear(&self.inner.registry, value) {
            let address = self.next_address(&change.workspace, &change.name, &field).await?;
            value["fields"][&field] = serde_json::json!({ "vault": address.version });
            envelopes.push(self.seal(&secret, address)?);
        }
        if !envelopes.is_empty() {
            self.knows_every_seal().await?;
        }
        Ok(envelopes)
    }

    /// Refuses to seal by a wrong master key: afterwards no key would open everything.
    async fn knows_every_seal(&self) -> Result<(), ControlError> {
        let snapshot = self.snapshot();
        let Some(masters) = &snapshot.masters else { return Ok(()) };
        let current = masters.current.id().to_owned();
        let others = self.inner.store.tables().read(move |db| vault::table::sealed_by_others(db, &current)).await?;
        if others.iter().all(|one| masters.by_id(&one.master).is_some()) {
            return Ok(());
        }
        let fix = "give the server that key again, or put it into \"old_master_keys\"";
        Err(ControlError::unavailable("the vault holds secrets that another master key has sealed".to_owned(), fix))
    }

    async fn next_address(&self, workspace: &str, connection: &str, field: &str) -> Result<Address, Error> {
        let (workspace, connection, field) = (workspace.to_owned(), connection.to_owned(), field.to_owned());
        let find = move |db: &rusqlite::Connection| {
            let last = vault::table::last_version(db, &workspace, &connection, &field)?;
            Ok(Address { workspace, connection, field, version: last + 1 })
        };
        self.inner.store.tables().read(find).await
    }

    fn seal(&self, secret: &str, address: Address) -> Result<Envelope, ControlError> {
        let snapshot = self.snapshot();
        let masters = snapshot.masters.as_ref().ok_or(VaultError::NoKey);
        masters.and_then(|masters| Envelope::seal(secret, address, &masters.current)).map_err(|error| {
            ControlError::unavailable(error.to_string(), "give the server a master key, or refer to the secret instead")
        })
    }

    async fn put_secrets(&self, envelopes: Vec<Envelope>) -> Result<(), Error> {
        if envelopes.is_empty() {
            return Ok(());
        }
        let put = move |db: &rusqlite::Connection| envelopes.iter().try_for_each(|one| vault::table::insert(db, one));
        self.inner.store.write(put).await
    }

    /// Builds what the text says, writes it, and swaps it in.
    pub(super) async fn apply(&self, text: String) -> Result<String, ControlError> {
        let gateway = self.clone();
        let build = move || -> Result<Snapshot, ControlError> {
            let snapshot = gateway.build(&text).map_err(ControlError::Invalid)?;
            document::write(&gateway.inner.file, &text).map_err(|error| {
                let message = format!("{} cannot be written: {error}", gateway.inner.file.display());
                ControlError::unavailable(message, "see that the server may write its file and has room for it")
            })?;
            Ok(snapshot)
        };
        let snapshot = spawn_blocking(build).await.map_err(|_| Error::Closed)??;
        let version = snapshot.version.clone();
        self.install(snapshot);
        Ok(version)
    }

    /// Forgets what the vault holds for a connection and the file that counts does not refer to.
    async fn forget_secrets(&self, change: &Change) -> Result<(), Error> {
        if change.object != Object::Connection {
            return Ok(());
        }
        let snapshot = self.snapshot();
        let fields = snapshot.object(&change.workspace, Object::Connection, &change.name);
        let fields = fields.and_then(|connection| connection["fields"].as_object()).into_iter().flatten();
        let kept = fields.filter_map(|(name, value)| match Reference::read(value) {
            Some(Reference::Vault(version)) => Some((name.clone(), version)),
            _ => None,
        });
        let kept: Vec<(String, u64)> = kept.collect();
        let (workspace, connection) = (change.workspace.clone(), change.name.clone());
        self.inner.store.upkeep(move |db| vault::table::forget(db, &workspace, &connection, &kept)).await
    }
}

/// Refuses to take a connection away from models.
fn is_unused(file: &Value, workspace: &str, connection: &str) -> Result<(), Refusal> {
    let models = file["workspaces"][workspace]["models"].as_object().into_iter().flatten();
    let users: Vec<&str> =
        models.filter(|(_, model)| model["connection"] == connection).map(|(name, _)| name.as_str()).collect();
    if users.is_empty() {
        return Ok(());
    }
    let message = format!("models use this connection: {}", users.join(", "));
    Err(Refusal::new(RefusalKind::Invalid, message, "remove them first, or let them use another"))
}

fn permission(object: Object) -> Permission {
    match object {
        Object::Connection => Permission::WriteConnections,
        Object::Model => Permission::WriteModels,
        Object::Principal => Permission::WritePrincipals,
    }
}

/// The secret fields of a connection that stand in clear, which are taken out.
fn in_clear(registry: &Registry, connection: &mut Value) -> Vec<(String, Zeroizing<String>)> {
    let Some(connector) = connection["connector"].as_str().and_then(|id| registry.connector(id).ok()) else {
        return Vec::new();
    };
    let fields = connection.get_mut("fields").and_then(Value::as_object_mut);
    let taken = |(name, value): (&String, &mut Value)| match value.take() {
        Value::String(secret) if is_secret(connector, name) => Some((name.clone(), Zeroizing::new(secret))),
        other => {
            *value = other;
            None
        }
    };
    fields.into_iter().flat_map(Map::iter_mut).filter_map(taken).collect()
}
