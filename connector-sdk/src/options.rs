//! Options: the choices that an input offers, asked of the provider.

use async_trait::async_trait;
use serde::Serialize;

use crate::connection::Connection;
use crate::context::Context;
use crate::error::Result;

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What the input takes.
    pub value: String,
    /// What people see.
    pub label: String,
}

/// A list of choices. An input names it with `x-options`.
#[async_trait]
pub trait Options: Send + Sync + 'static {
    /// The kind of connection that it goes through.
    type Connection: Connection;

    /// `kebab-case`, unique in its connector.
    fn id(&self) -> &'static str;

    /// The name people see.
    fn label(&self) -> &'static str;

    /// What it lists, in a sentence.
    fn description(&self) -> &'static str;

    /// The choices now.
    async fn list(&self, ctx: &Context, connection: &Self::Connection) -> Result<Vec<Choice>>;
}
