//! A connector: one kind of connection and the actions that go through it. And the registry of those that a program offers.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::action::Action;
use crate::connection::{BoundConnection, Connection, ConnectionAbout, secret_fields};
use crate::context::Context;
use crate::effect::Effect;
use crate::endpoint::Endpoint;
use crate::erased::{ErasedAction, ErasedOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Egress;
use crate::options::Options;
use crate::redact::Redactor;
use crate::retry::{self, Policy};
use crate::schema::Schema;
use crate::secret::Secret;
use crate::suggest;

/// A connector as the runtime sees it.
#[derive(Clone)]
pub struct Connector {
    id: &'static str,
    label: &'static str,
    description: &'static str,
    docs: &'static str,
    about_connection: ConnectionAbout,
    connection_schema: Arc<OnceLock<Schema>>,
    kind: Arc<dyn DynConnection>,
    actions: Vec<ErasedAction>,
    options: Vec<ErasedOptions>,
    endpoints: Vec<Endpoint>,
}

/// Puts a connector together. All its actions go through the same kind of connection.
#[derive(Debug)]
pub struct ConnectorBuilder<C> {
    connector: Connector,
    kind: std::marker::PhantomData<C>,
}

impl Connector {
    /// A connector whose connections are `C`.
    pub fn builder<C: Connection>(
        id: &'static str,
        label: &'static str,
        description: &'static str,
    ) -> ConnectorBuilder<C> {
        let connector = Self {
            id,
            label,
            description,
            docs: "",
            about_connection: C::about(),
            connection_schema: Arc::default(),
            kind: Arc::new(Kind::<C>(std::marker::PhantomData)),
            actions: Vec::new(),
            options: Vec::new(),
            endpoints: Vec::new(),
        };
        ConnectorBuilder { connector, kind: std::marker::PhantomData }
    }

    /// `kebab-case`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The name people see.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// What it connects to, in a sentence.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// Its page of documentation, in Markdown.
    pub fn docs(&self) -> &'static str {
        self.docs
    }

    /// Its actions.
    pub fn actions(&self) -> &[ErasedAction] {
        &self.actions
    }

    /// Its lists of options.
    pub fn options(&self) -> &[ErasedOptions] {
        &self.options
    }

    /// The calls that may be passed on to its provider as they are.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// What a person reads about its connection.
    pub fn connection(&self) -> &ConnectionAbout {
        &self.about_connection
    }

    /// The JSON Schema of its connection's fields.
    pub fn connection_schema(&self) -> &Value {
        self.schema().json()
    }

    /// Those of its connection's fields that are secret, by name.
    pub fn secret_fields(&self) -> impl Iterator<Item = &str> {
        secret_fields(self.connection_schema())
    }

    /// Which fields an entry of a file has that names this connector, for editors. What they hold is checked where the entry is
    /// read: it may refer to a secret.
    pub fn entry_schema(&self) -> Value {
        let field = |(name, schema): (&String, &Value)| {
            let known = json!({ "description": schema["description"], "examples": schema["enum"] });
            let known = known.as_object().into_iter().flatten().filter(|(_, said)| !said.is_null());
            (name.clone(), known.map(|(word, said)| (word.clone(), said.clone())).collect::<Value>())
        };
        let properties = self.connection_schema()["properties"].as_object().into_iter().flatten().map(field);
        let fields =
            json!({ "x-secret": true, "properties": properties.collect::<Value>(), "additionalProperties": false });
        json!({
            "if": { "properties": { "connector": { "const": self.id() } }, "required": ["connector"] },
            "then": { "properties": { "fields": fields } }
        })
    }

    fn schema(&self) -> &Schema {
        self.connection_schema.get_or_init(|| Schema::new(self.kind.schema()))
    }

    /// Checks the fields and makes a connection of them. `id` is `name@version`.
    pub fn connect(&self, id: &str, mut fields: Value, egress: Egress) -> Result<BoundConnection> {
        let schema = self.schema();
        schema.fill_required_defaults(&mut fields);
        let violations = schema.check(&fields);
        if !violations.is_empty() {
            return Err(Error::invalid_connection(&format!("the connection {id}"), violations));
        }
        let secrets = self.secret_fields().filter_map(|name| fields.get(name)?.as_str().map(Secret::new)).collect();
        self.kind.bind(id, fields, egress, secrets)
    }

    /// Proves that a connection works, and says what it learned.
    pub async fn verify(&self, ctx: &Context, connection: &BoundConnection) -> Result<String> {
        let policy = Policy::of_connector(ctx.retries(), Effect::Read);
        let verify =
            retry::run(ctx, connection.client(), &policy, Effect::Read, |ctx| self.kind.verify(ctx, connection));
        let mut learned = verify.await?;
        connection.redactor().text(&mut learned);
        Ok(learned)
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Connector").field(&self.id).finish()
    }
}

impl<C: Connection> ConnectorBuilder<C> {
    /// Its page of documentation, in Markdown.
    pub fn docs(mut self, docs: &'static str) -> Self {
        self.connector.docs = docs;
        self
    }

    /// Adds an action.
    pub fn action(mut self, action: impl Action<Connection = C>) -> Self {
        self.connector.actions.push(ErasedAction::new(self.connector.id, action));
        self
    }

    /// Adds a list of options.
    pub fn options(mut self, options: impl Options<Connection = C>) -> Self {
        self.connector.options.push(ErasedOptions::new(self.connector.id, options));
        self
    }

    /// Adds calls that may be passed on to the provider as they are.
    pub fn endpoints(mut self, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        self.connector.endpoints.extend(endpoints);
        self
    }

    /// The connector, whole.
    pub fn build(self) -> Connector {
        self.connector
    }
}

#[async_trait]
trait DynConnection: Send + Sync {
    fn schema(&self) -> Value;
    fn bind(&self, id: &str, fields: Value, egress: Egress, secrets: Vec<Secret>) -> Result<BoundConnection>;
    async fn verify(&self, ctx: Context, connection: &BoundConnection) -> Result<String>;
}

struct Kind<C>(std::marker::PhantomData<fn() -> C>);

#[async_trait]
impl<C: Connection> DynConnection for Kind<C> {
    fn schema(&self) -> Value {
        SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<C>().to_value()
    }

    fn bind(&self, id: &str, fields: Value, egress: Egress, mut secrets: Vec<Secret>) -> Result<BoundConnection> {
        let typed: C = serde_json::from_value(fields).map_err(|_| {
            Error::new(ErrorKind::InvalidConnection, format!("the fields of the connection {id} cannot be read"))
        })?;
        let violations = typed.check();
        if !violations.is_empty() {
            return Err(Error::invalid_connection(&format!("the connection {id}"), violations));
        }
        secrets.extend(typed.auth().disguised());
        BoundConnection::new(id.to_owned(), typed, egress, Redactor::new(secrets))
    }

    async fn verify(&self, ctx: Context, connection: &BoundConnection) -> Result<String> {
        match connection.typed::<C>() {
            Some(typed) => typed.verify(&ctx).await,
            None => Err(Error::new(ErrorKind::InvalidConnection, "the connection belongs to another connector")),
        }
    }
}

/// The connectors that a program offers. It is a value, not a global: a host may offer fewer.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    connectors: Vec<Connector>,
}

impl Registry {
    /// These connectors.
    pub fn new(connectors: impl IntoIterator<Item = Connector>) -> Self {
        Self { connectors: connectors.into_iter().collect() }
    }

    /// All of them.
    pub fn connectors(&self) -> &[Connector] {
        &self.connectors
    }

    /// All actions of all connectors.
    pub fn actions(&self) -> impl Iterator<Item = &ErasedAction> {
        self.connectors.iter().flat_map(Connector::actions)
    }

    /// The connector with this id.
    pub fn connector(&self, id: &str) -> Result<&Connector> {
        let known = self.connectors.iter().map(Connector::id);
        self.connectors.iter().find(|connector| connector.id == id).ok_or_else(|| unknown("connector", id, known))
    }

    /// The action with this id, written `connector/action`.
    pub fn action(&self, id: &str) -> Result<&ErasedAction> {
        self.actions()
            .find(|action| action.id() == id)
            .ok_or_else(|| unknown("action", id, self.actions().map(ErasedAction::id)))
    }

    /// The list of options with this id, written `connector/options`.
    pub fn options(&self, id: &str) -> Result<&ErasedOptions> {
        let all = || self.connectors.iter().flat_map(Connector::options);
        all()
            .find(|options| options.id() == id)
            .ok_or_else(|| unknown("list of options", id, all().map(ErasedOptions::id)))
    }

    /// The connector that an action or a list of options belongs to.
    pub fn connector_of(&self, id: &str) -> Result<&Connector> {
        self.connector(id.split('/').next().unwrap_or(id))
    }
}

fn unknown<'a>(what: &str, id: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.collect();
    let fix = match suggest::nearest(id, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("known are {}", known.join(", ")),
    };
    Error::new(ErrorKind::InvalidInput, format!("there is no {what} {id:?}")).with_fix(fix)
}
