//! What happened in a run, as its journal tells it.

use std::sync::Arc;

use connector_sdk::Result;
use runner_flow::{StepRecord, Timestamp};
use serde::Serialize;

use crate::driver::Retried;
use crate::engine::Engine;
use crate::entry::Intent;
use crate::report::RunResult;
use crate::watching::RunInfo;

/// What happened in a run.
#[derive(Clone, Debug, Serialize)]
pub struct RunHistory {
    /// The run.
    pub info: RunInfo,
    /// The steps that are over, in the order in which they ended. Of many, only the last.
    pub steps: Vec<StepRecord>,
    /// How many steps are not among them.
    pub steps_left_out: u64,
    /// What was tried again.
    pub retries: Vec<RetryRecord>,
    /// Requests that were begun, and whose end is not known.
    pub in_doubt: Vec<Intent>,
    /// What the run came to, if it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Arc<RunResult>>,
}

/// Something that was tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RetryRecord {
    /// The step.
    pub step: String,
    /// When it failed.
    pub at: Timestamp,
    /// When it was to be tried again.
    pub until: Timestamp,
    /// The stable code of the error.
    pub code: String,
    /// A sentence for people.
    pub reason: String,
}

/// Steps that are told of a run.
const STEPS: usize = 10_000;

impl Engine {
    /// What happened in a run, also in one that is under way. A journal that keeps no entries knows none of it.
    pub async fn history(&self, run: &str) -> Result<RunHistory> {
        let stored = self.load(run).await?;
        let row = stored.row.clone();
        let mut steps = std::collections::VecDeque::new();
        let mut left_out = 0;
        let mut replay = self
            .replay(stored, &mut |record| {
                steps.push_back(record);
                if steps.len() > STEPS {
                    steps.pop_front();
                    left_out += 1;
                }
            })
            .await?;
        let result = self.result_of(&row).await?.map(Arc::new);
        Ok(RunHistory {
            info: self.info(row),
            steps: steps.into(),
            steps_left_out: left_out,
            in_doubt: replay.outstanding().into_iter().filter_map(|outstanding| outstanding.intent).collect(),
            retries: replay.retries.into_iter().map(RetryRecord::from).collect(),
            result,
        })
    }
}

impl From<Retried> for RetryRecord {
    fn from(retried: Retried) -> Self {
        let Retried { key, at, until, reason } = retried;
        Self { step: key.to_string(), at, until, code: reason.code.into_owned(), reason: reason.message }
    }
}
