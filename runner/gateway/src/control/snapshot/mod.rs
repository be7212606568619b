//! What the file says at one moment, ready for calls. It never changes: another takes its place, whole.

mod build;
mod secrets;
mod traces;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use connector_sdk::{BoundConnection, Connector, Endpoint};
use serde_json::Value;

pub(crate) use self::build::Builder;
pub use self::secrets::Environment;
pub(crate) use self::secrets::Sources;
pub(crate) use self::traces::Traces;
use super::document::{self, Object};
use super::model::Model;
use super::roles::Role;
use super::vault::MasterKeys;

/// What the file says at one moment.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) version: String,
    file: Value,
    listen: String,
    hosts: Vec<String>,
    data: String,
    traces: Option<Traces>,
    pub(crate) masters: Option<MasterKeys>,
    workspaces: HashMap<Arc<str>, Workspace>,
}

#[derive(Debug)]
pub(crate) struct Workspace {
    principals: HashMap<Arc<str>, Principal>,
    connections: HashMap<Arc<str>, Bound>,
    models: BTreeMap<Arc<str>, Arc<Model>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Principal {
    pub(crate) role: Role,
}

/// A connection, and what it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    connector: Connector,
    endpoints: Arc<[Endpoint]>,
    connection: BoundConnection,
    print: [u8; 32],
}

impl Snapshot {
    /// The hash of the file.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The address and the port to listen on.
    pub fn listen(&self) -> &str {
        &self.listen
    }

    /// The names that callers may use for the server.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// The folder of the store, relative to the file's.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// Where traces of calls go, if they go anywhere.
    pub(crate) fn traces(&self) -> Option<&Traces> {
        self.traces.as_ref()
    }

    /// The names of the workspaces.
    pub fn workspaces(&self) -> impl Iterator<Item = &str> {
        self.workspaces.keys().map(|name| &**name)
    }

    /// Objects of a workspace by name, in the shape of the file. What is secret is only referred to.
    pub fn objects(&self, workspace: &str, object: Object) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.file.get("workspaces").and_then(|all| all.get(workspace)).and_then(|one| one.get(object.key()));
        all.and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    /// An object of a workspace, in the shape of the file.
    pub fn object(&self, workspace: &str, object: Object, name: &str) -> Option<&Value> {
        document::find(&self.file, workspace, object, name)
    }

    /// A connection, ready for calls, and its connector.
    pub fn connection(&self, workspace: &str, name: &str) -> Option<(&Connector, &BoundConnection)> {
        self.bound(workspace, name).map(|bound| (&bound.connector, &bound.connection))
    }

    pub(crate) fn workspace(&self, name: &str) -> Option<&Workspace> {
        self.workspaces.get(name)
    }

    pub(crate) fn principal(&self, workspace: &str, name: &str) -> Option<Principal> {
        self.workspace(workspace)?.principals.get(name).copied()
    }

    fn bound(&self, workspace: &str, name: &str) -> Option<&Bound> {
        self.workspace(workspace)?.connections.get(name)
    }
}

impl Bound {
    pub(crate) fn into_parts(self) -> (Connector, BoundConnection) {
        (self.connector, self.connection)
    }
}

impl Workspace {
    pub(crate) fn model(&self, name: &str) -> Option<&Arc<Model>> {
        self.models.get(name)
    }

    pub(crate) fn models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.models.values()
    }
}
