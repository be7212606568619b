//! What happened in a run, as its journal tells it.

use std::sync::Arc;

use connector_sdk::Result;
use runner_flow::{Flow, Op, StepRecord, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::driver::{Outstanding, Retried};
use crate::engine::Engine;
use crate::entry::{Intent, Start};
use crate::report::RunResult;
use crate::watching::RunInfo;

/// What happened in a run.
#[derive(Clone, Debug, Serialize)]
pub struct RunHistory {
    /// The run.
    pub info: RunInfo,
    /// The flow, as it was stored with the run.
    #[serde(skip)]
    pub flow: Arc<Flow>,
    /// What it was started with.
    pub input: Value,
    /// What the customer had set for the flow.
    pub config: Value,
    /// The steps that are over, in the order in which they ended. Of many, only the last.
    pub steps: Vec<StepRecord>,
    /// How many steps are not among them.
    pub steps_left_out: u64,
    /// What was tried again.
    pub retries: Vec<RetryRecord>,
    /// What is under way, as far as the journal tells.
    pub under_way: Vec<UnderWay>,
    /// Requests that were begun, and whose end is not known.
    pub in_doubt: Vec<Intent>,
    /// What the run came to, if it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Arc<RunResult>>,
}

/// Something that a run does or waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnderWay {
    /// The step.
    pub step: String,
    /// Since when.
    pub since: Timestamp,
    /// The action that it calls, if it calls one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The signal that it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
    /// The moment that it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
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
        let Start { input, config, .. } = Start::decode(&row.id, &stored.start)?;
        let flow = self.shared.flows.read(&row.id, &stored.texts)?;
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
        let (mut under_way, mut in_doubt) = (Vec::new(), Vec::new());
        for outstanding in replay.outstanding() {
            in_doubt.extend(outstanding.intent.clone());
            under_way.extend(UnderWay::of(outstanding));
        }
        Ok(RunHistory {
            info: self.info(row).await?,
            flow,
            input,
            config,
            steps: steps.into(),
            steps_left_out: left_out,
            under_way,
            in_doubt,
            retries: replay.retries.into_iter().map(RetryRecord::from).collect(),
            result,
        })
    }
}

impl UnderWay {
    fn of(Outstanding { op, at, .. }: Outstanding) -> Option<Self> {
        let (key, action, signal, until) = match op {
            Op::Act(act) => (act.key, Some(act.action), None, None),
            Op::Sleep { key, until, .. } => (key, None, None, Some(until)),
            Op::Wait { key, signal, until } => (key, None, Some(signal), until),
            Op::Cancel { .. } => return None,
        };
        Some(Self { step: key.to_string(), since: at, action, signal, until })
    }
}

impl From<Retried> for RetryRecord {
    fn from(retried: Retried) -> Self {
        let Retried { key, at, until, reason } = retried;
        Self { step: key.to_string(), at, until, code: reason.code.into_owned(), reason: reason.message }
    }
}
