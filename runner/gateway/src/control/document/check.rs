//! What is wrong with a file beyond what its schema can say: names, and what leads nowhere.

use std::collections::BTreeSet;

use connector_sdk::http::{Base, free_header_name};
use connector_sdk::{Registry, Violation, nearest, pointer_to};
use serde_json::{Map, Value};

use super::fields;
use crate::bounds;

/// Names that the server's own paths begin with.
const RESERVED: [&str; 8] = ["v1", "api", "admin", "health", "ready", "metrics", "openapi", "docs"];
/// The name of a group in a list of who may use a model begins so.
pub(crate) const GROUP: &str = "group:";

/// Everything that is wrong, in no order.
pub(super) fn check(file: &Value, registry: &Registry) -> Vec<Violation> {
    let mut found = Vec::new();
    check_listen(file, &mut found);
    check_traces(&file["traces"], &mut found);
    let at = pointer_to("", "workspaces");
    for (name, workspace) in object(&file["workspaces"]) {
        let at = pointer_to(&at, name);
        check_name("a workspace", &at, name, &mut found);
        if RESERVED.contains(&name.as_str()) {
            let message = format!("cannot be the name of a workspace; use another than {}", RESERVED.join(", "));
            found.push(Violation::new(&at, "reserved_name", message));
        }
        Workspace { at, entry: workspace, registry, found: &mut found }.check();
    }
    found
}

fn check_listen(file: &Value, found: &mut Vec<Violation>) {
    if let Some(listen) = file["listen"].as_str()
        && listen.parse::<std::net::SocketAddr>().is_err()
    {
        let message = "is no address with a port; write one such as 127.0.0.1:8080";
        found.push(Violation::new("/listen", "address", message));
    }
    let hosts = file["hosts"].as_array().into_iter().flatten().enumerate();
    for (index, host) in hosts.filter_map(|(index, host)| Some((index, host.as_str()?))) {
        let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c);
        if host.is_empty() || host.len() > 253 || !host.chars().all(is_fine) {
            let message = "is no name of a host; write one such as models.example.com, in small letters";
            found.push(Violation::new(format!("/hosts/{index}"), "address", message));
        }
    }
}

fn check_traces(traces: &Value, found: &mut Vec<Violation>) {
    if let Some(Err(message)) = traces["endpoint"].as_str().map(Base::parse) {
        found.push(Violation::new("/traces/endpoint", "base_url", message));
    }
    for (name, _) in object(&traces["headers"]) {
        if let Err(message) = free_header_name(name) {
            found.push(Violation::new(pointer_to("/traces/headers", name), "header", message));
        }
    }
}

/// One workspace, while it is checked.
struct Workspace<'a> {
    at: String,
    entry: &'a Value,
    registry: &'a Registry,
    found: &'a mut Vec<Violation>,
}

impl<'a> Workspace<'a> {
    fn check(&mut self) {
        for (of, what) in [("principals", "a principal"), ("connections", "a connection"), ("models", "a model")] {
            let at = pointer_to(&self.at, of);
            for (name, _) in self.all(of) {
                check_name(what, &pointer_to(&at, name), name, self.found);
            }
        }
        for (name, principal) in self.all("principals") {
            self.check_groups(&self.place("principals", name), principal);
        }
        for (name, connection) in self.all("connections") {
            let at = self.place("connections", name);
            fields::check(&at, connection, self.registry, self.found);
        }
        for (name, model) in self.all("models") {
            self.check_model(&self.place("models", name), model);
        }
    }

    fn all(&self, of: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        object(&self.entry[of])
    }

    fn names(&self, of: &str) -> BTreeSet<&'a str> {
        self.all(of).map(|(name, _)| name.as_str()).collect()
    }

    fn place(&self, of: &str, name: &str) -> String {
        pointer_to(&pointer_to(&self.at, of), name)
    }

    fn check_groups(&mut self, at: &str, principal: &Value) {
        for (index, group) in texts(&principal["groups"]) {
            check_name("a group", &format!("{at}/groups/{index}"), group, self.found);
        }
    }

    fn check_model(&mut self, at: &str, model: &Value) {
        if let Some(connection) = model["connection"].as_str() {
            self.check_connection(&format!("{at}/connection"), connection);
        }
        if let Some(owner) = model["owner"].as_str() {
            self.check_principal(&format!("{at}/owner"), owner);
        }
        for (index, allowed) in texts(&model["allow"]) {
            self.check_allowed(&format!("{at}/allow/{index}"), allowed);
        }
        for (index, limit) in model["limits"].as_array().into_iter().flatten().enumerate() {
            self.check_limit(&format!("{at}/limits/{index}"), limit);
        }
    }

    fn check_connection(&mut self, at: &str, name: &str) {
        if let Some(message) = unknown("connection", name, &self.names("connections")) {
            self.found.push(Violation::new(at, "unknown_connection", message));
        }
        let connector = self.entry["connections"][name]["connector"].as_str();
        let connector = connector.and_then(|connector| self.registry.connector(connector).ok());
        if let Some(connector) = connector.filter(|connector| connector.endpoints().is_empty()) {
            let message = format!(
                "leads to {}, which offers no models; use a connection to a provider of models",
                connector.label()
            );
            self.found.push(Violation::new(at, "wrong_connector", message));
        }
    }

    fn check_allowed(&mut self, at: &str, name: &str) {
        match name.strip_prefix(GROUP) {
            Some(group) => {
                let groups = self.all("principals").flat_map(|(_, one)| texts(&one["groups"]));
                if let Some(message) = unknown("group", group, &groups.map(|(_, group)| group).collect()) {
                    self.found.push(Violation::new(at, "unknown_group", message));
                }
            }
            None => self.check_principal(at, name),
        }
    }

    fn check_principal(&mut self, at: &str, name: &str) {
        if let Some(message) = unknown("principal", name, &self.names("principals")) {
            self.found.push(Violation::new(at, "unknown_principal", message));
        }
    }

    fn check_limit(&mut self, at: &str, limit: &Value) {
        let measures = ["input", "output", "total", "requests"];
        let most = |measure: &str| limit[measure].as_u64();
        if limit.is_object() && measures.iter().all(|measure| limit[*measure].is_null()) {
            let message = format!("limits nothing; put at least one of {} into it", measures.join(", "));
            self.found.push(Violation::new(at, "no_bound", message));
        }
        let parts = [most("input"), most("output")].into_iter().flatten();
        let total = most("total");
        if total.is_some_and(|total| parts.clone().any(|part| part > total)) {
            let message =
                "is less than a part of it, which can never be reached; take that one away or make this larger";
            self.found.push(Violation::new(format!("{at}/total"), "range", message));
        }
    }
}

/// What is wrong with a name that stands for nothing known here.
fn unknown(what: &str, name: &str, known: &BTreeSet<&str>) -> Option<String> {
    if known.contains(name) {
        return None;
    }
    let shown: String = name.chars().take(bounds::NAME).filter(|c| !c.is_control()).collect();
    let fix = match nearest(name, known.iter().copied()) {
        Some(near) => format!("; did you mean {near:?}?"),
        None if known.is_empty() => String::new(),
        None => format!("; known are {}", known.iter().take(30).copied().collect::<Vec<_>>().join(", ")),
    };
    Some(format!("there is no {what} {shown:?} in this workspace{fix}"))
}

/// Names stand in paths: they are short, and nothing in them has to be escaped.
fn check_name(what: &str, at: &str, name: &str, found: &mut Vec<Violation>) {
    if !is_name(name) {
        let message = format!(
            "is no name for {what}; use small letters, digits and hyphens between them, at most {} characters",
            bounds::NAME
        );
        found.push(Violation::new(at, "invalid_name", message));
    }
}

/// Whether a text is a name as the file has them.
pub(crate) fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    name.len() <= bounds::NAME
        && ends.iter().all(|end| end.is_some_and(|byte| is_plain(*byte)))
        && bytes.iter().all(|byte| is_plain(*byte) || *byte == b'-')
}

/// The entries of an object; none of anything else, which the schema refuses.
pub(super) fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn texts(value: &Value) -> impl Iterator<Item = (usize, &str)> {
    let items = value.as_array().into_iter().flatten().enumerate();
    items.filter_map(|(index, item)| Some((index, item.as_str()?)))
}
