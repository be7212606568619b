//! What a host asks and tells of runs that have been started.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use connector_sdk::{BlobStore, Error, ErrorKind, Origin, Result};
use runner_flow::{Signal, Status, Timestamp};
use runner_journal::{Message, Posted, Pruned, Query, Retention, RunRow};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::clock::wall_clock;
use crate::engine::Engine;
use crate::entry::{Outcome, message};
use crate::files::RunFiles;
use crate::handle::{Ended, Stage};
use crate::ledger::{of_journal, unkept};
use crate::mailroom;
use crate::report::RunResult;

/// How often a run that goes on elsewhere is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// What helps a run that nobody goes on with.
const RESUME: &str = "resume it: what it has done is not done again";
/// How long runs may take to notice that they are stopped.
const NOTICE: Duration = Duration::from_secs(5);

/// What is known of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunInfo {
    /// `run_…`.
    pub run: String,
    /// Whose it is.
    pub tenant: String,
    /// The flow that it runs.
    pub flow: String,
    /// Where it stands.
    pub status: RunStatus,
    /// Whether it is not over and nobody goes on with it: its process is gone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// What asked for it once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What it is found by.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The run that it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// It waits for its turn.
    Queued,
    /// It is under way, here or in another process, or will be once it is resumed.
    Running,
    /// It waits for a time or for a signal.
    Waiting,
    /// It is over.
    Over(Status),
}

impl RunStatus {
    /// The stable word, in `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Over(status) => status.code(),
        }
    }
}

impl Serialize for RunStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl Engine {
    /// Where a run stands.
    pub async fn status(&self, run: &str) -> Result<RunInfo> {
        self.info(self.row(run).await?).await
    }

    /// The runs that fit, newest first.
    pub async fn list(&self, query: Query) -> Result<Vec<RunInfo>> {
        let rows = self.shared.journal.list(query).await.map_err(of_journal)?;
        let mut runs = Vec::with_capacity(rows.len());
        for row in rows {
            runs.push(self.info(row).await?);
        }
        Ok(runs)
    }

    /// What a run came to, once it is over. An error means that it is not over, and that nobody goes on with it.
    pub async fn result(&self, run: &str) -> Result<Arc<RunResult>> {
        let mut seems_left = false;
        loop {
            if let Some(handle) = self.shared.runs.get(run) {
                match handle.ended().await {
                    Ended::Over(result) => return Ok(result),
                    Ended::Stopped(why) => {
                        return Err(Error::new(ErrorKind::Internal, &*why).with_origin(Origin::Host).with_fix(RESUME));
                    }
                }
            }
            if let Some(result) = self.result_of(&self.row(run).await?).await? {
                return Ok(Arc::new(result));
            }
            // Somebody may have taken it over, or ended it, between these looks: two in a row tell.
            let is_left = !self.shared.journal.is_held_elsewhere(run).await.map_err(of_journal)?;
            if std::mem::replace(&mut seems_left, is_left) && is_left {
                return Err(left(run));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// What a run came to, if it is over.
    pub(crate) async fn result_of(&self, row: &RunRow) -> Result<Option<RunResult>> {
        let Some(end) = &row.end else { return Ok(None) };
        let Outcome { status, output, error } = Outcome::decode(&row.id, end)?;
        let output = Arc::new(unkept(&*self.shared.journal, &row.id, output).await?);
        Ok(Some(RunResult { run: row.id.as_str().into(), status, output, error }))
    }

    /// Tells a run something that it waits for, or will. It is kept once by the signal's id, and has one if that is
    /// empty. False if it was told before.
    pub async fn signal(&self, run: &str, signal: Signal) -> Result<bool> {
        let Signal { id, name, data } = signal;
        let id = if id.is_empty() { Uuid::now_v7().to_string() } else { id };
        let message = Message { id, kind: message::SIGNAL, body: message::encode(name, data)?.into() };
        let posted = self.shared.journal.post(run, message).await.map_err(of_journal)?;
        let is_new = is_kept(run, posted)?;
        if let Some(handle) = self.shared.runs.get(run).filter(|_| is_new) {
            handle.mail();
        }
        Ok(is_new)
    }

    /// Cancels a run, wherever it is under way. What is in flight is told at once.
    pub async fn cancel(&self, run: &str) -> Result<()> {
        let message = Message { id: message::CANCEL_ID.to_owned(), kind: message::CANCEL, body: bytes::Bytes::new() };
        let posted = self.shared.journal.post(run, message).await.map_err(of_journal);
        let Some(handle) = self.shared.runs.get(run) else { return is_kept(run, posted?).map(drop) };
        // Even where there is no room for the message.
        handle.cancel();
        Ok(())
    }

    /// The files of a run.
    pub fn files(&self, run: &str) -> Arc<dyn BlobStore> {
        Arc::new(RunFiles::new(Arc::clone(&self.shared.journal), run.into()))
    }

    /// Forgets finished runs that need not be kept.
    pub async fn prune(&self, keep: Retention) -> Result<Pruned> {
        self.shared.journal.prune(keep, wall_clock().as_millis()).await.map_err(of_journal)
    }

    /// Starts nothing more, lets what is under way come to a point from which it can be resumed, and leaves what is not
    /// there in time. Runs that are kept nowhere are given that time to end.
    pub async fn shutdown(&self, grace: Duration) {
        self.shared.is_closed.store(true, Ordering::Release);
        self.shared.runs.each(|handle| handle.drain());
        if tokio::time::timeout(grace, self.shared.runs.gone()).await.is_err() {
            self.shared.runs.each(|handle| handle.stop());
            // A run whose caller does not look at it notices nothing.
            let _ = tokio::time::timeout(NOTICE, self.shared.runs.gone()).await;
        }
        mailroom::close(&self.shared).await;
    }

    pub(crate) async fn row(&self, run: &str) -> Result<RunRow> {
        self.shared.journal.row(run).await.map_err(of_journal)?.ok_or_else(|| no_such_run(run))
    }

    pub(crate) async fn info(&self, row: RunRow) -> Result<RunInfo> {
        let here = self.shared.runs.get(&row.id).map(|handle| handle.stage());
        let is_nowhere = status_of(&row.status).is_none() && here.is_none();
        let left = is_nowhere && !self.shared.journal.is_held_elsewhere(&row.id).await.map_err(of_journal)?;
        let status = match (status_of(&row.status), here) {
            (Some(status), _) => RunStatus::Over(status),
            (None, Some(Stage::Queued)) => RunStatus::Queued,
            (None, Some(Stage::Waiting)) => RunStatus::Waiting,
            (None, Some(Stage::Running) | None) => RunStatus::Running,
        };
        Ok(RunInfo {
            run: row.id,
            tenant: row.tenant,
            flow: row.flow,
            status,
            left,
            key: row.key,
            labels: row.labels,
            parent: row.parent,
            created: Timestamp::from_millis(row.created),
            finished: row.finished.map(Timestamp::from_millis),
        })
    }
}

fn left(run: &str) -> Error {
    let message = format!("the run {run} is not over, and nobody goes on with it");
    Error::new(ErrorKind::Internal, message).with_origin(Origin::Host).with_fix(RESUME)
}

/// How a run ended; none if it has not.
fn status_of(word: &str) -> Option<Status> {
    let all = [Status::Succeeded, Status::Failed, Status::Cancelled, Status::OutcomeUnknown];
    all.into_iter().find(|status| status.code() == word)
}

fn is_kept(run: &str, posted: Posted) -> Result<bool> {
    let refuse = |kind, message: String, fix: &'static str| {
        Err(Error::new(kind, message).with_origin(Origin::Host).with_fix(fix))
    };
    match posted {
        Posted::New => Ok(true),
        Posted::Known => Ok(false),
        Posted::NoSuchRun => Err(no_such_run(run)),
        Posted::RunIsOver => {
            refuse(ErrorKind::Rejected, format!("the run {run} is over"), "look at its result, or start it again")
        }
        Posted::TooMany => refuse(
            ErrorKind::LimitExceeded,
            format!("the run {run} has as many signals as it keeps, and has taken none of them"),
            "send it again once the run has waited for some of them",
        ),
    }
}

pub(crate) fn no_such_run(run: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no run {run:?}"))
        .with_origin(Origin::Host)
        .with_fix("check the id; it may have been pruned")
}
