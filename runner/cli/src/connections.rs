//! Connections of the person at the command line: from a file, from the environment, or to the sandbox.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use connector_sdk::http::{Base, Egress};
use connector_sdk::{BoundConnection, Connector, Error, ErrorKind, Registry, Result, Schema};
use runner_engine::{Binding, ConnectionStore, RunIdentity};
use runner_flow::{Diagnostic, Document, Flow, Step};
use serde_json::{Map, Value, json};

use crate::environment::Environment;
use crate::files;
use crate::problem::{Problem, Source};

/// The file that is looked for beside a flow.
pub(crate) const FILE_NAME: &str = "linkwork.connections.json";

/// Where the connections of one command come from.
pub(crate) struct Connections {
    registry: Registry,
    environment: Environment,
    /// The folder that `{"file": …}` is relative to.
    folder: PathBuf,
    entries: Map<String, Value>,
    /// The sandbox's base URL. It takes the place of every field; the names and connectors stay.
    sandbox: Option<String>,
    bound: Mutex<HashMap<String, BoundConnection>>,
    /// Where the keys would come from of those that the sandbox stood in for.
    variables: Mutex<BTreeSet<&'static str>>,
}

impl Connections {
    /// No connections, for what dials nobody.
    pub(crate) fn none(registry: &Registry) -> Self {
        Self {
            registry: registry.clone(),
            environment: Environment::default(),
            folder: PathBuf::new(),
            entries: Map::new(),
            sandbox: None,
            bound: Mutex::default(),
            variables: Mutex::default(),
        }
    }

    /// The connections in `given`, or in the usual file in `folder` if there is one.
    pub(crate) fn load(
        registry: &Registry,
        environment: Environment,
        given: Option<&Path>,
        folder: &Path,
        sandbox: Option<String>,
    ) -> Result<Self, Problem> {
        let usual = folder.join(FILE_NAME);
        let path = given.or_else(|| usual.is_file().then_some(&*usual));
        let entries = match path {
            Some(path) => read(path, registry)?,
            None => Map::new(),
        };
        let folder = path.and_then(Path::parent).unwrap_or(folder).to_owned();
        Ok(Self {
            registry: registry.clone(),
            environment,
            folder,
            entries,
            sandbox,
            bound: Mutex::default(),
            variables: Mutex::default(),
        })
    }

    /// The connection to use for a connector where none is named: the only one of its kind, or the environment's.
    pub(crate) fn binding_for(&self, connector: &str, name: Option<&str>) -> Result<Binding, Problem> {
        let fitting: Vec<&String> =
            self.entries.iter().filter(|(_, entry)| entry["connector"] == connector).map(|(name, _)| name).collect();
        let name = match (name, fitting.as_slice()) {
            (Some(name), _) => name.to_owned(),
            (None, [only]) => (*only).clone(),
            // There they all lead to the same place.
            (None, [first, ..]) if self.sandbox.is_some() => (*first).clone(),
            (None, []) => connector.to_owned(),
            (None, several) => {
                let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
                let message = format!("there are several connections for {connector}: {}", names.join(", "));
                return Err(Problem::usage(message, "choose one with --connection NAME"));
            }
        };
        Ok(Binding { name, connector: connector.to_owned() })
    }

    /// An error if a slot that a step uses, of the flow or of one that it runs, cannot be filled. Such steps might be let
    /// fail one by one otherwise, in a run that then succeeds.
    pub(crate) fn fill(&self, flow: &Flow) -> Result<()> {
        let flows = std::iter::once(flow).chain(flow.sub_flows().into_values().map(|flow| &**flow));
        for action in flows.flat_map(Flow::all_steps).filter_map(Step::action) {
            if let Some(name) = action.connection() {
                self.filled(&Binding { name: name.to_owned(), connector: action.connector().to_owned() })?;
            }
        }
        Ok(())
    }

    fn filled(&self, binding: &Binding) -> Result<BoundConnection> {
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = bound.get(&binding.name) {
            return Ok(connection.clone());
        }
        let connection = self.bind(binding)?;
        bound.insert(binding.name.clone(), connection.clone());
        Ok(connection)
    }

    /// The environment variables that would give the keys of those that the sandbox stood in for.
    pub(crate) fn variables(&self) -> Vec<&'static str> {
        self.variables.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// The connector of a connection that is known by name.
    pub(crate) fn connector_of(&self, name: &str) -> Option<&str> {
        self.entries.get(name)?.get("connector")?.as_str()
    }

    fn bind(&self, binding: &Binding) -> Result<BoundConnection> {
        let connector = self.registry.connector(&binding.connector)?;
        if let Some(base_url) = &self.sandbox {
            let variables = connector.connection().environment.iter().map(|(_, variable)| *variable);
            self.variables.lock().unwrap_or_else(PoisonError::into_inner).extend(variables);
            let id = format!("{}@sandbox", binding.name);
            return connector.connect(&id, sandbox_fields(connector.id(), base_url), Egress::Private);
        }
        match self.entries.get(&binding.name) {
            Some(entry) => self.bind_entry(connector, binding, entry),
            None => self.bind_environment(connector, binding),
        }
    }

    fn bind_entry(&self, connector: &Connector, binding: &Binding, entry: &Value) -> Result<BoundConnection> {
        let found = entry["connector"].as_str().unwrap_or_default();
        if found != connector.id() {
            let message = format!("the connection {:?} is for {found}, and {} is needed", binding.name, connector.id());
            let fix = format!("write \"connector\": {:?} there, or use a connection for {0}", connector.id());
            return Err(Error::new(ErrorKind::InvalidConnection, message).with_fix(fix));
        }
        let mut fields = Map::new();
        for (name, value) in entry["fields"].as_object().into_iter().flatten() {
            fields.insert(name.clone(), self.field(&binding.name, name, value)?);
        }
        let egress = egress(connector, &fields, entry["allow_private"] == true);
        connector.connect(&format!("{}@file", binding.name), Value::Object(fields), egress)
    }

    fn bind_environment(&self, connector: &Connector, binding: &Binding) -> Result<BoundConnection> {
        let variables = connector.connection().environment;
        let mut fields = Map::new();
        for (field, variable) in variables {
            let value = self.environment.get(variable).ok_or_else(|| missing(binding, variables))?;
            fields.insert((*field).to_owned(), Value::from(value));
        }
        if fields.is_empty() && !takes_no_fields(connector) {
            return Err(missing(binding, variables));
        }
        let egress = egress(connector, &fields, false);
        connector.connect(&format!("{}@environment", binding.name), Value::Object(fields), egress)
    }

    /// A field's value: as it stands, from an environment variable, or from a file.
    fn field(&self, connection: &str, name: &str, value: &Value) -> Result<Value> {
        let refuse = |message: String| Error::new(ErrorKind::InvalidConnection, message);
        if let Some(variable) = value.get("env").and_then(Value::as_str) {
            let found = self.environment.get(variable).map(Value::from);
            return found.ok_or_else(|| {
                refuse(format!(
                    "the field {name:?} of the connection {connection:?} comes from {variable}, which is not set"
                ))
                .with_fix(format!("set {variable}, or give it in a file with --env-file"))
            });
        }
        if let Some(path) = value.get("file").and_then(Value::as_str) {
            let text = files::read_text(&self.folder.join(path)).map_err(|problem| {
                refuse(format!(
                    "the field {name:?} of the connection {connection:?} comes from a file, and {}",
                    problem.message()
                ))
                .with_fix("name a file that can be read; its path is relative to the connections file")
            })?;
            return Ok(Value::from(text.trim_end_matches(['\r', '\n'])));
        }
        Ok(value.clone())
    }
}

#[async_trait]
impl ConnectionStore for Connections {
    async fn resolve(&self, binding: &Binding, _: &RunIdentity) -> Result<BoundConnection> {
        self.filled(binding)
    }
}

fn read(path: &Path, registry: &Registry) -> Result<Map<String, Value>, Problem> {
    let invalid = |findings| Problem::Invalid { source: Source::confidential(path), findings };
    let document = Document::parse(&files::read_text(path)?).map_err(invalid)?;
    let violations = Schema::new(schema(registry)).check(document.value());
    if !violations.is_empty() {
        let findings = violations.into_iter().map(|violation| Diagnostic::of_violation(violation, &document)).collect();
        return Err(invalid(findings));
    }
    match document.into_value() {
        Value::Object(mut entries) => {
            entries.shift_remove("$schema");
            Ok(entries)
        }
        _ => Ok(Map::new()),
    }
}

/// The JSON Schema of a connections file.
pub(crate) fn schema(registry: &Registry) -> Value {
    let connectors: Vec<&str> = registry.connectors().iter().map(Connector::id).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Linkwork connections",
        "description": "Connections by name: for which connector, and where their fields come from.",
        "type": "object",
        "properties": { "$schema": { "description": "Where this schema is, for editors.", "type": "string" } },
        "additionalProperties": {
            "type": "object",
            // A credential may stand in the wrong place: what is wrong with these two is said without their value.
            "x-secret": true,
            "properties": {
                "connector": { "description": "The connector that it is for.", "enum": connectors },
                "fields": {
                    "description": "Each field as it stands, or {\"env\": \"VARIABLE\"}, or {\"file\": \"PATH\"} relative to this file.",
                    "type": "object",
                    "x-secret": true
                },
                "allow_private": {
                    "description": "Whether the host may be at a private address. One that is written as an address, or as localhost, always may.",
                    "type": "boolean",
                    "default": false
                }
            },
            "required": ["connector"],
            "additionalProperties": false,
            "allOf": registry.connectors().iter().map(Connector::entry_schema).collect::<Vec<_>>()
        }
    })
}

/// The file is the operator's: an address that is written down in it as private is allowed, for this connection alone.
fn egress(connector: &Connector, fields: &Map<String, Value>, allow_private: bool) -> Egress {
    let default = &connector.connection_schema()["properties"]["base_url"]["default"];
    let base = fields.get("base_url").unwrap_or(default).as_str().and_then(|text| Base::parse(text).ok());
    if allow_private || base.is_some_and(|base| base.is_literally_private()) { Egress::Private } else { Egress::Public }
}

fn sandbox_fields(connector: &str, base_url: &str) -> Value {
    match connector {
        "http" => json!({ "base_url": base_url, "auth": "bearer", "secret": "xai-sandbox" }),
        // By its key the sandbox knows whose API it is to be.
        "openai" => json!({ "base_url": base_url, "api_key": "sk-sandbox" }),
        _ => json!({ "base_url": base_url, "api_key": "xai-sandbox" }),
    }
}

fn takes_no_fields(connector: &Connector) -> bool {
    connector.connection_schema().get("required").is_none()
}

fn missing(binding: &Binding, variables: &[(&str, &str)]) -> Error {
    let names: Vec<&str> = variables.iter().map(|(_, variable)| *variable).collect();
    let message = format!("there is no connection for the slot {:?} ({})", binding.name, binding.connector);
    let file = format!("add {:?} to {FILE_NAME} (or to a file named with --connections)", binding.name);
    let fix = match names.as_slice() {
        [] => format!("{file}, or add --sandbox, which needs none"),
        names => format!("set {}, or {file}, or add --sandbox, which needs none", names.join(" and ")),
    };
    Error::new(ErrorKind::InvalidConnection, message).with_fix(fix)
}
