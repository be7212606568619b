//! The handle that everything else holds.

use std::sync::Arc;

use runner_flow::Timestamp;

use super::call::{CallEnd, CallId, Wanted};
use super::caller::Caller;
use super::model::Model;
use super::refusal::Refusal;

/// Who may call what, and what came of it. Clones are the same gateway.
#[derive(Clone)]
pub struct Gateway {}

/// A call that was let through. If it is dropped unfinished, it is recorded as given up.
pub struct Call {
    id: CallId,
}

impl Gateway {
    /// Who presents a key. Whatever does not open anything now gets the same answer.
    pub fn caller(&self, _presented: &str, _now: Timestamp) -> Result<Caller, Refusal> {
        Err(Refusal::unauthenticated())
    }

    /// The model with this name, if the caller may use it now.
    pub fn model(&self, _caller: &Caller, _workspace: Option<&str>, name: &str) -> Result<Arc<Model>, Refusal> {
        Err(Refusal::no_model(name))
    }

    /// The models that the caller may use now, by name.
    pub fn models(&self, _caller: &Caller) -> Vec<Arc<Model>> {
        Vec::new()
    }

    /// Lets a call through, unless a limit is reached.
    pub fn begin(
        &self,
        _caller: &Caller,
        model: &Arc<Model>,
        _wanted: Wanted,
        _now: Timestamp,
    ) -> Result<Call, Refusal> {
        Err(Refusal::no_model(&model.name))
    }
}

impl Call {
    /// Its id.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// Counts what was used, and leaves a record.
    pub fn finish(self, _end: CallEnd) {}
}
