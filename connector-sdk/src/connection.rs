//! Connections: what a credential is for, how it is shown to the provider, and where it may go.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Answer, Base, Client, Egress, HeaderMap, Method, Request, explain_status, identify};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::violation::Violation;

/// What a person reads about a kind of connection.
#[derive(Clone, Debug)]
pub struct ConnectionAbout {
    /// The name people see.
    pub label: &'static str,
    /// What it connects to.
    pub description: &'static str,
    /// How to get a credential.
    pub help: &'static str,
    /// The environment variable that gives a field when nothing else does: `(field, variable)`.
    pub environment: &'static [(&'static str, &'static str)],
}

/// How a request shows who sends it.
#[non_exhaustive]
pub enum Auth<'a> {
    /// Not at all.
    None,
    /// `Authorization: Bearer …`.
    Bearer(&'a Secret),
    /// `Authorization: Basic …`.
    Basic { user: &'a str, password: &'a Secret },
    /// A header of its own.
    Header { name: &'a str, value: &'a Secret },
}

impl Auth<'_> {
    /// What the header shows of the secret, where that is not the secret itself.
    pub(crate) fn disguised(&self) -> Option<Secret> {
        match self {
            Self::Basic { user, password } => Some(password.paired_with(user)),
            Self::None | Self::Bearer(_) | Self::Header { .. } => None,
        }
    }
}

/// A kind of connection: its fields are what implements it.
#[async_trait]
pub trait Connection: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// What a person reads about it.
    fn about() -> ConnectionAbout;

    /// Origin and base path, such as `https://api.x.ai/v1`. Requests cannot leave it.
    fn base_url(&self) -> &str;

    /// How a request shows who sends it.
    fn auth(&self) -> Auth<'_>;

    /// Headers that go with every request beside the credential, such as the account that pays. No input can set them.
    fn headers(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }

    /// The header that carries the idempotency key, where the provider knows one.
    fn idempotency_header(&self) -> Option<&str> {
        None
    }

    /// What is wrong with the fields beyond what their schema can say.
    fn check(&self) -> Vec<Violation> {
        Vec::new()
    }

    /// Makes an error of an answer whose status is not 2xx.
    fn explain(&self, answer: &Answer) -> Error {
        explain_status(answer)
    }

    /// Proves with a cheap call that the connection works, and says what it learned.
    async fn verify(&self, ctx: &Context) -> Result<String>;
}

/// What a connection can do. It is not for implementing: the credential goes the one way that stands here.
pub trait ConnectionExt: Connection + Sized {
    /// A request to `target`, which is relative to the connection's base path and cannot leave it.
    fn request<'a>(&'a self, ctx: &'a Context, method: Method, target: &str) -> Result<Request<'a, Self>> {
        Request::new(self, ctx, method, target)
    }
}

impl<C: Connection> ConnectionExt for C {}

/// A connection whose fields have been checked, ready for calls.
#[derive(Clone)]
pub struct BoundConnection {
    inner: Arc<Inner>,
}

struct Inner {
    id: String,
    typed: Box<dyn Any + Send + Sync>,
    /// Puts the credential of `typed` into a request.
    identify: fn(&(dyn Any + Send + Sync), &mut HeaderMap) -> Result<()>,
    client: Client,
}

impl BoundConnection {
    pub(crate) fn new<C: Connection>(id: String, typed: C, egress: Egress, redactor: Redactor) -> Result<Self> {
        let client = Client::new(base_of(&id, &typed, egress)?, egress, redactor);
        let identify = identify_as::<C>;
        Ok(Self { inner: Arc::new(Inner { id, typed: Box::new(typed), identify, client }) })
    }

    /// One without a credential, for what the runtime itself tells somebody, such as its traces.
    pub fn anonymous(id: &str, base_url: &str, egress: Egress) -> Result<Self> {
        let base = Base::parse(base_url).map_err(|message| unfit(id, message))?;
        let client = Client::new(Some(base), egress, Redactor::default());
        Ok(Self { inner: Arc::new(Inner { id: id.to_owned(), typed: Box::new(()), identify: |_, _| Ok(()), client }) })
    }

    /// `name@version`, as records say it.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    pub(crate) fn typed<C: Connection>(&self) -> Option<&C> {
        self.inner.typed.downcast_ref()
    }

    /// The host that it leads to, and the port there. Nothing if it never dials.
    pub fn address(&self) -> Option<(&str, u16)> {
        self.inner.client.address()
    }

    /// Adds the credential, in place of whatever stands under its name.
    pub(crate) fn identify(&self, headers: &mut HeaderMap) -> Result<()> {
        (self.inner.identify)(&*self.inner.typed, headers)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    /// What came back, with the mask in place of any secret of this connection.
    pub fn masked(&self, bytes: Bytes) -> Bytes {
        self.redactor().mask(bytes)
    }

    pub(crate) fn redactor(&self) -> &Redactor {
        self.inner.client.redactor()
    }
}

impl std::fmt::Debug for BoundConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("BoundConnection").field(&self.inner.id).finish()
    }
}

fn identify_as<C: Connection>(typed: &(dyn Any + Send + Sync), headers: &mut HeaderMap) -> Result<()> {
    match typed.downcast_ref::<C>() {
        Some(typed) => identify(typed, headers),
        None => Err(Error::new(ErrorKind::Internal, "the connection belongs to another connector")),
    }
}

/// The base of a connection's requests. None for a connector that never dials.
fn base_of<C: Connection>(id: &str, connection: &C, egress: Egress) -> Result<Option<Base>> {
    let text = connection.base_url();
    if text.is_empty() {
        return Ok(None);
    }
    let base = Base::parse(text).map_err(|message| unfit(id, message))?;
    let anonymous = matches!(connection.auth(), Auth::None);
    if base.is_cleartext() && egress == Egress::Public && !anonymous {
        return Err(unfit(id, "must begin with https://, or the credential would travel in clear text"));
    }
    Ok(Some(base))
}

fn unfit(id: &str, message: impl Into<String>) -> Error {
    let violation = Violation::new("/base_url", "base_url", message);
    Error::invalid_connection(&format!("the connection {id}"), vec![violation])
}

/// The fields that a schema marks as secret.
pub(crate) fn secret_fields(schema: &Value) -> impl Iterator<Item = &str> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().filter(|(_, field)| is_secret(field)).map(|(name, _)| name.as_str())
}

fn is_secret(field: &Value) -> bool {
    let marked = |schema: &Value| schema.get("x-secret") == Some(&Value::Bool(true));
    let variants = field.get("anyOf").and_then(Value::as_array);
    marked(field) || variants.is_some_and(|variants| variants.iter().any(marked))
}
