//! A model as a call sees it: where it leads, who may use it, and how much.

use std::collections::HashSet;
use std::sync::Arc;

use connector_sdk::{BoundConnection, Endpoint};

use super::limits::Limit;
use super::prices::Prices;

/// A model that members call.
#[derive(Debug)]
pub struct Model {
    /// What members call it.
    pub name: Arc<str>,
    /// Where it belongs.
    pub workspace: Arc<str>,
    /// What the provider calls it.
    pub provider_model: Arc<str>,
    /// The name of its connection.
    pub connection_name: Arc<str>,
    /// Its connection, ready for calls.
    pub connection: BoundConnection,
    /// The connector of that connection.
    pub connector: &'static str,
    /// The calls that may be passed on.
    pub endpoints: Arc<[Endpoint]>,
    /// Whether calls that leave something with the provider may be passed on too.
    pub stateful: bool,
    /// Whether prompts and answers are kept.
    pub record_content: bool,
    pub(crate) enabled: bool,
    /// The principals that may use it, if not all of the workspace.
    pub(crate) allow: Option<HashSet<Arc<str>>>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) prices: Option<Prices>,
}

impl Model {
    /// Whether a principal of its workspace may call it now.
    pub(crate) fn is_open_to(&self, principal: &str) -> bool {
        self.enabled && self.allow.as_ref().is_none_or(|allowed| allowed.contains(principal))
    }
}
