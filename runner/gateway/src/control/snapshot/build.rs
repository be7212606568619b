//! From a checked file to a snapshot: everything that it refers to is looked up, and every connection made.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use connector_sdk::http::Egress;
use connector_sdk::{Connector, Error, Registry, Violation, pointer_to};
use runner_flow::{Diagnostic, Document};
use runner_journal::Store;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::secrets::{Filling, Sources};
use super::{Bound, Principal, Snapshot, Traces, Workspace};
use crate::control::document::{self, ConnectionEntry, GROUP, LimitEntry, ModelEntry, ServerFile, WorkspaceEntry};
use crate::control::limits::{Bounds, Ceilings, Each, Limit, Limits, Window};
use crate::control::model::Model;
use crate::control::store::Purpose;
use crate::control::vault::MasterKeys;

/// What a snapshot is built with.
pub(crate) struct Builder<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) sources: &'a Sources,
    /// None if there is none yet.
    pub(crate) store: Option<&'a Store>,
    pub(crate) limits: &'a Limits,
    /// The snapshot before, whose connections stay open where nothing changed.
    pub(crate) before: Option<&'a Snapshot>,
    pub(crate) purpose: Purpose,
}

impl Builder<'_> {
    /// The snapshot of a text, or everything that is wrong with it.
    pub(crate) fn build(&self, text: &str) -> Result<Snapshot, Vec<Diagnostic>> {
        let (document, file) = document::read(text, self.registry)?;
        let found = |violations: Vec<Violation>, document: &Document| {
            let mut findings: Vec<_> = document::place(violations, document).collect();
            findings.sort_by_key(|finding| finding.span.start);
            findings
        };
        let masters = match (self.sources.master_keys(&file), self.purpose) {
            (Err(violations), Purpose::Serve) => return Err(found(violations, &document)),
            (masters, _) => masters.ok().flatten(),
        };
        let mut violations = Vec::new();
        // Who only visits tells of no call, and may not know any secret.
        let traces = match self.purpose {
            Purpose::Serve => Traces::of(&file, self.sources).unwrap_or_else(|found| {
                violations.extend(found);
                None
            }),
            Purpose::Visit => None,
        };
        let mut workspaces = HashMap::new();
        for (name, entry) in &file.workspaces {
            let name: Arc<str> = Arc::from(name.as_str());
            match self.workspace(&name, entry, masters.as_ref()) {
                Ok(workspace) => drop(workspaces.insert(name, workspace)),
                Err(more) => violations.extend(more),
            }
        }
        if !violations.is_empty() {
            return Err(found(violations, &document));
        }
        let ServerFile { listen, hosts, data, .. } = file;
        let version = document::version(text);
        Ok(Snapshot { version, file: document.into_value(), listen, hosts, data, traces, masters, workspaces })
    }

    fn workspace(
        &self,
        name: &Arc<str>,
        entry: &WorkspaceEntry,
        masters: Option<&MasterKeys>,
    ) -> Result<Workspace, Vec<Violation>> {
        let mut connections = HashMap::new();
        let mut found = Vec::new();
        // Who only visits calls nobody, and may not know any secret.
        let needed = entry.connections.iter().filter(|_| self.purpose == Purpose::Serve);
        for (connection, fields) in needed {
            match self.connection(name, connection, fields, masters) {
                Ok(bound) => drop(connections.insert(Arc::from(connection.as_str()), bound)),
                Err(more) => found.extend(more),
            }
        }
        if !found.is_empty() {
            return Err(found);
        }
        let models = entry.models.iter().filter_map(|(model, fields)| {
            let model = self.model(name, model, fields, entry, &connections)?;
            Some((model.name.clone(), Arc::new(model)))
        });
        let models: BTreeMap<_, _> = models.collect();
        let principals = entry.principals.iter();
        let principals =
            principals.map(|(name, one)| (Arc::from(name.as_str()), Principal { role: one.role })).collect();
        Ok(Workspace { principals, connections, models })
    }

    /// One connection, as its entry says.
    pub(crate) fn connection(
        &self,
        workspace: &str,
        name: &str,
        entry: &ConnectionEntry,
        masters: Option<&MasterKeys>,
    ) -> Result<Bound, Vec<Violation>> {
        let at =
            ["workspaces", workspace, "connections", name].iter().fold(String::new(), |at, step| pointer_to(&at, step));
        let told = |error: &Error| of_error(&at, error);
        let connector = self.registry.connector(&entry.connector).map_err(|error| told(&error))?;
        let filling = Filling { sources: self.sources, store: self.store, masters, workspace, connection: name };
        let fields = filling.fill(&pointer_to(&at, "fields"), &entry.fields)?;
        let print = fingerprint(connector, &fields, entry.allow_private);
        if let Some(known) =
            self.before.and_then(|before| before.bound(workspace, name)).filter(|one| one.print == print)
        {
            return Ok(known.clone());
        }
        // A tenant's admin may write a connection, so nothing private is reached because an address looks so.
        let egress = if entry.allow_private { Egress::Private } else { Egress::Public };
        let connection = connector.connect(&format!("{workspace}/{name}"), fields, egress);
        let connection = connection.map_err(|error| told(&error))?;
        Ok(Bound { connector: connector.clone(), endpoints: connector.endpoints().into(), connection, print })
    }

    /// None if its connection is not there, which the check of the file has told.
    fn model(
        &self,
        workspace: &Arc<str>,
        name: &str,
        entry: &ModelEntry,
        all: &WorkspaceEntry,
        connections: &HashMap<Arc<str>, Bound>,
    ) -> Option<Model> {
        let (connection_name, bound) = connections.get_key_value(entry.connection.as_str())?;
        let name: Arc<str> = Arc::from(name);
        Some(Model {
            provider_model: Arc::from(entry.model.as_str()),
            connection_name: connection_name.clone(),
            connection: bound.connection.clone(),
            connector: bound.connector.id(),
            endpoints: bound.endpoints.clone(),
            stateful: all.stateful,
            record_content: entry.record_content,
            enabled: entry.enabled,
            allow: entry.allow.as_ref().map(|allow| allowed(allow, all)),
            limits: self.limits_of(workspace, &name, &entry.limits),
            prices: entry.prices,
            workspace: workspace.clone(),
            name,
        })
    }

    /// One limit for each window and sharing, with the lowest of all ceilings.
    fn limits_of(&self, workspace: &Arc<str>, model: &Arc<str>, entries: &[LimitEntry]) -> Vec<Limit> {
        let mut bounds: BTreeMap<(Window, bool), Bounds> = BTreeMap::new();
        for entry in entries {
            let LimitEntry { per, input, output, total, requests, each, hard } = *entry;
            let ceilings: Ceilings = Each { input, output, total, requests };
            let both = bounds.entry((per, each.is_some())).or_default();
            let place = if hard { &mut both.hard } else { &mut both.soft };
            *place = place.and(&ceilings);
        }
        let limit = |((window, each), bounds)| self.limits.limit(workspace, model, window, each, bounds);
        bounds.into_iter().map(limit).collect()
    }
}

/// The principals that a list names, itself or by their groups.
fn allowed(allow: &[String], workspace: &WorkspaceEntry) -> HashSet<Arc<str>> {
    let names: HashSet<&str> = allow.iter().map(String::as_str).collect();
    let is_named = |name: &str, groups: &[String]| {
        names.contains(name) || groups.iter().any(|group| names.contains(format!("{GROUP}{group}").as_str()))
    };
    let principals = workspace.principals.iter();
    principals.filter(|(name, one)| is_named(name, &one.groups)).map(|(name, _)| Arc::from(name.as_str())).collect()
}

/// What tells two states of a connection apart. It stays in memory.
fn fingerprint(connector: &Connector, fields: &Value, allow_private: bool) -> [u8; 32] {
    let fields = zeroize::Zeroizing::new(fields.to_string());
    let sum = Sha256::new().chain_update(connector.id()).chain_update([0, u8::from(allow_private)]);
    sum.chain_update(fields.as_bytes()).finalize().into()
}

fn of_error(at: &str, error: &Error) -> Vec<Violation> {
    if error.violations().is_empty() {
        let fix = error.fix().map(|fix| format!("; {fix}")).unwrap_or_default();
        return vec![Violation::new(at, "connection", format!("{}{fix}", error.message()))];
    }
    let fields = pointer_to(at, "fields");
    let violations = error.violations().iter().cloned();
    violations.map(|one| Violation { pointer: format!("{fields}{}", one.pointer), ..one }).collect()
}
