//! What is known once everything is over: what the provider saw, and what the journal tells.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use runner_engine::{RunHistory, RunStatus, Status};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::provider::Request;

/// What is known once everything is over.
pub(crate) struct Evidence<'e> {
    /// In the order of the processes that sent them.
    pub(crate) requests: Vec<&'e Request>,
    by_key: HashMap<&'e str, Vec<usize>>,
    /// By what only their answers hold.
    pub(crate) by_token: HashMap<&'e str, &'e Request>,
    pub(crate) histories: &'e [RunHistory],
}

/// A call of an action that a history tells of.
pub(crate) struct Call<'e> {
    pub(crate) key: String,
    pub(crate) status: Status,
    /// Of its error.
    pub(crate) code: &'e str,
    /// Of the call itself, not of a handler in its place.
    pub(crate) output: &'e Value,
}

impl<'e> Evidence<'e> {
    pub(crate) fn new(requests: &'e [Request], histories: &'e [RunHistory]) -> Self {
        let mut requests: Vec<_> = requests.iter().collect();
        // What a killed process had sent may be read after the next one's first request.
        requests.sort_by_key(|request| request.generation);
        let mut by_key = HashMap::<_, Vec<_>>::new();
        for (at, request) in requests.iter().enumerate() {
            by_key.entry(request.key.as_str()).or_default().push(at);
        }
        let by_token = requests.iter().map(|request| (request.token.as_str(), *request)).collect();
        Self { requests, by_key, by_token, histories }
    }

    /// The key under which the provider knows a step of a run.
    pub(crate) fn key(run: &str, step: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{run}\0{step}\0http/raw-request")))
    }

    /// The requests of one step, by its key.
    pub(crate) fn of_step(&self, key: &str) -> Vec<&'e Request> {
        self.by_key.get(key).map_or_else(Vec::new, |all| self.at(all))
    }

    /// The requests of each step that has any.
    pub(crate) fn of_each_step(&self) -> impl Iterator<Item = Vec<&'e Request>> {
        self.by_key.values().map(|all| self.at(all))
    }

    fn at(&self, places: &[usize]) -> Vec<&'e Request> {
        places.iter().map(|at| self.requests[*at]).collect()
    }

    /// The calls of actions that histories tell of.
    pub(crate) fn calls(&self) -> impl Iterator<Item = Call<'e>> {
        let steps = self.histories.iter().flat_map(|history| history.steps.iter().map(move |step| (history, step)));
        steps.filter(|(_, step)| step.kind == "action").map(|(history, step)| Call {
            key: Self::key(&history.info.run, step.key.as_str()),
            status: step.status,
            code: step.error.as_ref().map_or("", |error| &*error.code),
            output: if step.status == Status::Succeeded { &step.output } else { &Value::Null },
        })
    }

    /// How many requests of a method came, and how many of them again although they had not been refused.
    pub(crate) fn count(&self, method: &str) -> (u64, u64) {
        let (mut came, mut again) = (0, 0);
        for all in self.of_each_step().filter(|all| all[0].method == method) {
            came += all.len() as u64;
            again += (all.iter().filter(|request| !request.refused).count() as u64).saturating_sub(1);
        }
        (came, again)
    }

    /// How many runs ended with a write in doubt.
    pub(crate) fn in_doubt(&self) -> u64 {
        let unknown = RunStatus::Over(Status::OutcomeUnknown);
        self.histories.iter().filter(|history| history.info.status == unknown).count() as u64
    }
}
