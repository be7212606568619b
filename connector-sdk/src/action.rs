//! Actions: what a connector can do.

use std::time::Duration;

use async_trait::async_trait;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::connection::Connection;
use crate::context::Context;
use crate::effect::Effect;
use crate::error::Result;
use crate::limits;
use crate::retry::Policy;
use crate::violation::Violation;

/// What a person and the runtime know about an action before it is called.
#[derive(Clone, Debug)]
pub struct About {
    /// `kebab-case`, unique in its connector.
    pub id: &'static str,
    /// The name people see.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub description: String,
    /// What it does outside.
    pub effect: Effect,
    /// An input that works.
    pub example: Value,
    /// How long one step may take, unless the flow says otherwise.
    pub timeout: Duration,
}

impl About {
    /// An action that reads.
    pub fn new(id: &'static str, label: &'static str, description: impl Into<String>) -> Self {
        Self {
            id,
            label,
            description: description.into(),
            effect: Effect::Read,
            example: Value::Object(serde_json::Map::new()),
            timeout: limits::ATTEMPT,
        }
    }

    /// Says what the action does outside. An action that generates is given more time.
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        if effect == Effect::Generate {
            self.timeout = limits::ATTEMPT_GENERATE;
        }
        self
    }

    /// Shows an input that works.
    pub fn example(mut self, example: Value) -> Self {
        self.example = example;
        self
    }
}

/// What an author writes: typed, and without plumbing. The input is right when `perform` sees it.
#[async_trait]
pub trait Action: Send + Sync + 'static {
    /// The kind of connection that it goes through.
    type Connection: Connection;
    /// What it takes. Doc comments become descriptions, titles become labels.
    type Input: DeserializeOwned + JsonSchema + Send + Sync;
    /// What it gives.
    type Output: Serialize + JsonSchema + Send;

    /// What is known before it is called.
    fn about(&self) -> About;

    /// What this very input does outside, where it depends on the input.
    fn effect(&self, _input: &Self::Input) -> Effect {
        self.about().effect
    }

    /// What is wrong with an input beyond what its schema can say.
    fn check(&self, _input: &Self::Input) -> Vec<Violation> {
        Vec::new()
    }

    /// What is doubtful about an input that is nevertheless right, such as a model that was retired.
    fn warn(&self, _input: &Self::Input) -> Vec<Violation> {
        Vec::new()
    }

    /// How often this very input asks to be tried, where an action's own inputs say so.
    fn retries(&self, _input: &Self::Input) -> Option<Policy> {
        None
    }

    /// How long this very input may take, retries of its own included, unless the flow says otherwise.
    fn timeout(&self, _input: &Self::Input) -> Duration {
        self.about().timeout
    }

    /// Changes the schema that was made from the input's type.
    fn amend_schema(&self, _schema: &mut Schema) {}

    /// Does it, once. Repeating is not its business.
    async fn perform(&self, ctx: &Context, connection: &Self::Connection, input: Self::Input) -> Result<Self::Output>;
}
