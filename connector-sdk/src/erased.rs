//! The erased twin of [`Action`] and [`Options`], and the one adapter between them:
//! it checks the input, decodes it, calls, and encodes the output.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use crate::action::{About, Action};
use crate::connection::{BoundConnection, Connection};
use crate::context::Context;
use crate::effect::Effect;
use crate::error::{Error, ErrorKind, Result};
use crate::options::{Choice, Options};
use crate::retry::{self, OwnRetries, Policy};
use crate::schema::Schema;
use crate::violation::{Violation, pointer_is_within};

/// An action as the runtime sees it.
#[derive(Clone)]
pub struct ErasedAction {
    id: Arc<str>,
    about: Arc<About>,
    schemas: Arc<Schemas>,
    twin: Arc<dyn DynAction>,
}

#[derive(Default)]
struct Schemas {
    input: OnceLock<Schema>,
    output: OnceLock<Value>,
}

impl ErasedAction {
    pub(crate) fn new<A: Action>(connector: &str, action: A) -> Self {
        let about = action.about();
        Self {
            id: format!("{connector}/{}", about.id).into(),
            about: Arc::new(about),
            schemas: Arc::default(),
            twin: Arc::new(Typed(action)),
        }
    }

    /// `connector/action`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is known before it is called.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The JSON Schema of its input.
    pub fn input_schema(&self) -> &Value {
        self.schema().json()
    }

    /// The JSON Schema of its output.
    pub fn output_schema(&self) -> &Value {
        self.schemas.output.get_or_init(|| self.twin.output_schema())
    }

    fn schema(&self) -> &Schema {
        self.schemas.input.get_or_init(|| Schema::new(self.twin.input_schema()))
    }

    /// The input as the action will see it: checked whole, with required fields filled in from their defaults.
    pub fn prepare(&self, mut input: Value) -> Result<Prepared> {
        let schema = self.schema();
        schema.fill_required_defaults(&mut input);
        let refuse = |violations| Error::invalid_input(&format!("the input of {}", self.id), violations);
        let violations = schema.check(&input);
        if !violations.is_empty() {
            return Err(refuse(violations));
        }
        self.twin.prepare(input).map_err(refuse)
    }

    /// What is wrong with an input, and what is merely doubtful. Fields in `open` have no value yet and are not looked at.
    pub fn review(&self, mut input: Value, open: &[String]) -> Review {
        let schema = self.schema();
        schema.fill_required_defaults(&mut input);
        let under_open = |pointer: &str| open.iter().any(|path| pointer_is_within(pointer, path));
        let mut errors = schema.check(&input);
        // A field that is not known is not, whatever its value will be.
        errors.retain(|violation| violation.rule == "unknown_field" || !under_open(&violation.pointer));
        if !errors.is_empty() || !open.is_empty() {
            return Review { errors, warnings: self.twin.warn_loosely(input) };
        }
        match self.twin.prepare(input) {
            Ok(prepared) => Review { errors, warnings: prepared.warnings },
            Err(errors) => Review { errors, warnings: Vec::new() },
        }
    }

    /// Does it, and repeats it as its effect, the context and the input's own wishes allow.
    pub async fn call(&self, ctx: &Context, connection: &BoundConnection, input: Prepared) -> Result<Value> {
        let policy = match &input.policy {
            Some(own) => own,
            None => &Policy::of_connector(ctx.retries(), input.effect),
        };
        let result = retry::run(ctx, connection.client(), policy, input.effect, |ctx| {
            self.twin.perform(ctx, connection, &input)
        });
        let mut output = result.await?;
        connection.redactor().value(&mut output);
        Ok(output)
    }
}

impl std::fmt::Debug for ErasedAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ErasedAction").field(&self.id).finish()
    }
}

/// What a check of an input found.
#[derive(Debug)]
pub struct Review {
    /// What is wrong.
    pub errors: Vec<Violation>,
    /// What is doubtful.
    pub warnings: Vec<Violation>,
}

/// An input that has been checked, and what it means for the one who calls.
#[derive(Debug)]
pub struct Prepared {
    input: Value,
    effect: Effect,
    policy: Option<Policy>,
    timeout: Duration,
    warnings: Vec<Violation>,
}

impl Prepared {
    /// The input as the action will see it.
    pub fn input(&self) -> &Value {
        &self.input
    }

    /// How long it may take, unless somebody says otherwise.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// What this very input does outside.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// What the input itself says about how often it is tried.
    pub fn own_retries(&self) -> OwnRetries {
        match &self.policy {
            None => OwnRetries::Unsaid,
            Some(policy) if policy.max_attempts == 1 => OwnRetries::Once,
            Some(_) => OwnRetries::Counted,
        }
    }

    /// What is doubtful about it.
    pub fn warnings(&self) -> &[Violation] {
        &self.warnings
    }
}

#[async_trait]
trait DynAction: Send + Sync {
    fn input_schema(&self) -> Value;
    fn output_schema(&self) -> Value;
    fn prepare(&self, input: Value) -> Result<Prepared, Vec<Violation>>;
    fn warn_loosely(&self, input: Value) -> Vec<Violation>;
    async fn perform(&self, ctx: Context, connection: &BoundConnection, input: &Prepared) -> Result<Value>;
}

struct Typed<A>(A);

#[async_trait]
impl<A: Action> DynAction for Typed<A> {
    fn input_schema(&self) -> Value {
        let mut schema =
            SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<A::Input>();
        self.0.amend_schema(&mut schema);
        schema.to_value()
    }

    fn output_schema(&self) -> Value {
        schema_of_output::<A::Output>()
    }

    fn prepare(&self, input: Value) -> Result<Prepared, Vec<Violation>> {
        let typed = decode::<A::Input>(&input).map_err(|violation| vec![violation])?;
        let violations = self.0.check(&typed);
        if !violations.is_empty() {
            return Err(violations);
        }
        Ok(Prepared {
            effect: Action::effect(&self.0, &typed),
            policy: self.0.retries(&typed),
            timeout: self.0.timeout(&typed),
            warnings: self.0.warn(&typed),
            input,
        })
    }

    fn warn_loosely(&self, input: Value) -> Vec<Violation> {
        decode::<A::Input>(&input).map(|typed| self.0.warn(&typed)).unwrap_or_default()
    }

    async fn perform(&self, ctx: Context, connection: &BoundConnection, input: &Prepared) -> Result<Value> {
        let connection = typed_connection::<A::Connection>(connection)?;
        let input = decode(&input.input).map_err(|violation| Error::invalid_input("the input", vec![violation]))?;
        let output = self.0.perform(&ctx, connection, input).await?;
        serde_json::to_value(output)
            .map_err(|error| Error::new(ErrorKind::Internal, "the action's output is not JSON").with_source(error))
    }
}

fn decode<T: serde::de::DeserializeOwned>(input: &Value) -> Result<T, Violation> {
    T::deserialize(input).map_err(|error| Violation::new("", "type", error.to_string()))
}

fn schema_of_output<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().to_value()
}

fn typed_connection<C: Connection>(connection: &BoundConnection) -> Result<&C> {
    connection.typed().ok_or_else(|| {
        let message = format!("the connection {} is not of the kind that this action needs", connection.id());
        Error::new(ErrorKind::InvalidConnection, message)
    })
}

/// A list of options as the runtime sees it.
#[derive(Clone)]
pub struct ErasedOptions {
    id: Arc<str>,
    label: &'static str,
    description: &'static str,
    twin: Arc<dyn DynOptions>,
}

impl ErasedOptions {
    pub(crate) fn new<O: Options>(connector: &str, options: O) -> Self {
        Self {
            id: format!("{connector}/{}", options.id()).into(),
            label: options.label(),
            description: options.description(),
            twin: Arc::new(TypedOptions(options)),
        }
    }

    /// `connector/options`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name people see.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// What it lists, in a sentence.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// The choices now.
    pub async fn list(&self, ctx: &Context, connection: &BoundConnection) -> Result<Vec<Choice>> {
        let policy = Policy::of_connector(ctx.retries(), Effect::Read);
        let list = retry::run(ctx, connection.client(), &policy, Effect::Read, |ctx| self.twin.list(ctx, connection));
        let mut choices = list.await?;
        for choice in &mut choices {
            connection.redactor().text(&mut choice.value);
            connection.redactor().text(&mut choice.label);
        }
        Ok(choices)
    }
}

impl std::fmt::Debug for ErasedOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ErasedOptions").field(&self.id).finish()
    }
}

#[async_trait]
trait DynOptions: Send + Sync {
    async fn list(&self, ctx: Context, connection: &BoundConnection) -> Result<Vec<Choice>>;
}

struct TypedOptions<O>(O);

#[async_trait]
impl<O: Options> DynOptions for TypedOptions<O> {
    async fn list(&self, ctx: Context, connection: &BoundConnection) -> Result<Vec<Choice>> {
        self.0.list(&ctx, typed_connection(connection)?).await
    }
}
