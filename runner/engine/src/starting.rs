//! Starting runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use connector_sdk::exchange::Exchanges;
use connector_sdk::{BlobStore, Error, ErrorKind, Origin, Result, Retries};
use runner_flow::{Flow, Machine, MachineStart, Pins};
use runner_journal::{Created, Health, NewRun, Query};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::admission::Place;
use crate::attempt::Surroundings;
use crate::clock::{RunClock, wall_clock};
use crate::driver::{Begin, Beginning, Driver, Present};
use crate::engine::Engine;
use crate::entry::{Kept, Start};
use crate::events::Listeners;
use crate::files::RunFiles;
use crate::flows::texts_of;
use crate::groups::{Bound, Seat};
use crate::handle::Handle;
use crate::identity::RunIdentity;
use crate::ledger::{Ledger, of_journal};
use crate::report::{RunReport, RunResult, millis};
use crate::request::RunRequest;
use crate::{ids, mailroom, pins};

/// A run that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// `run_…`.
    pub run: Arc<str>,
    /// Whether this request made it. Otherwise an earlier one with the same key did.
    pub is_new: bool,
}

/// Which steps are run, and with what.
#[derive(Default)]
struct Part {
    only: Option<String>,
    pins: Pins,
}

enum Admitted {
    New(Box<Driver>),
    Existing(Arc<str>),
}

impl Engine {
    /// Starts a run, which goes on by itself. It is durable, as far as the journal is, once this returns.
    pub async fn start(&self, flow: Arc<Flow>, request: RunRequest) -> Result<Started> {
        let cancel = request.cancel.clone();
        match self.admit(flow, request, Part::default()).await? {
            Admitted::New(driver) => {
                let run = driver.run_id();
                tokio::spawn(driver.run_until(cancel));
                Ok(Started { run, is_new: true })
            }
            Admitted::Existing(run) => Ok(Started { run, is_new: false }),
        }
    }

    /// Runs a flow to its end, and nothing of it when the caller goes away. An error means that it did not begin, or
    /// that it is not over.
    pub async fn run(&self, flow: Arc<Flow>, request: RunRequest) -> Result<RunReport> {
        self.run_part(flow, request, Part::default()).await
    }

    /// Runs one step of a flow. What it refers to of earlier steps is given in `pins`, as `{"STEP": OUTPUT}`,
    /// `{"steps": {"STEP": {"output": OUTPUT}}}` or a report of an earlier run.
    pub async fn run_step(&self, flow: Arc<Flow>, step: &str, pins: Value, request: RunRequest) -> Result<RunReport> {
        let mut pins = pins::read(pins, &flow)?;
        // A report of the whole run pins the step itself too, which is to run nevertheless.
        pins.remove(step);
        self.run_part(flow, request, Part { only: Some(step.to_owned()), pins }).await
    }

    async fn run_part(&self, flow: Arc<Flow>, request: RunRequest, part: Part) -> Result<RunReport> {
        let (cancel, timeout) = (request.cancel.clone(), request.timeout);
        match self.admit(flow, request, part).await? {
            Admitted::New(driver) => driver.run_until(cancel).await,
            Admitted::Existing(run) => {
                let result = self.result_until(&run, cancel, timeout).await?;
                Ok(report_of_earlier(&result))
            }
        }
    }

    /// What a run came to that another request has made, which is not ended by this one.
    async fn result_until(
        &self,
        run: &str,
        cancel: CancellationToken,
        timeout: Option<Duration>,
    ) -> Result<Arc<RunResult>> {
        let given_up = |kind, why: &str| {
            let message = format!("{why}, and the run {run}, which has this key, is not over");
            refusal(kind, &message, "ask for its result later, or cancel it by its id")
        };
        tokio::select! {
            biased;
            result = self.result(run) => result,
            () = cancel.cancelled() => Err(given_up(ErrorKind::Cancelled, "the request was cancelled")),
            () = tokio::time::sleep(timeout.unwrap_or_default()), if timeout.is_some() => {
                Err(given_up(ErrorKind::Timeout, "the time of the request is over"))
            }
        }
    }

    /// Takes a run on, finds the one that was made with its key, or refuses it.
    async fn admit(&self, flow: Arc<Flow>, request: RunRequest, part: Part) -> Result<Admitted> {
        let (tenant, key) = (request.tenant.clone(), request.key.clone());
        match (self.take_on(flow, request, part).await, key) {
            // Whoever asks again learns of the run even where there is no room for another.
            (Err(refusal), Some(key)) => match self.made_with(tenant, key).await? {
                Some(run) => Ok(Admitted::Existing(run)),
                None => Err(refusal),
            },
            (taken, _) => taken,
        }
    }

    async fn made_with(&self, tenant: String, key: String) -> Result<Option<Arc<str>>> {
        let query = Query { tenant: Some(tenant), key: Some(key), limit: 1, ..Query::default() };
        let rows = self.shared.journal.list(query).await.map_err(of_journal)?;
        Ok(rows.into_iter().next().map(|row| row.id.into()))
    }

    async fn take_on(&self, flow: Arc<Flow>, mut request: RunRequest, mut part: Part) -> Result<Admitted> {
        self.refuse_if_it_takes_nothing()?;
        let tenant: Arc<str> = request.tenant.as_str().into();
        let place = self.shared.admission.queue(&tenant)?;
        let reused = match &request.reuse {
            Some(reuse) => Some(self.reused(&flow, reuse, &request.tenant).await?),
            None => None,
        };
        part.pins.extend(reused.iter().flat_map(|reused| reused.pins.clone()));
        let labels = std::mem::take(&mut request.labels);
        let identity = Arc::new(RunIdentity { run: ids::new_run(), tenant, labels });
        let machine = machine(&flow, &identity, &request, &part);
        let seat = self.shared.groups.seat(Bound::of(&flow, &machine, &identity.tenant)?)?;
        let handle = Handle::new(Arc::clone(&identity));
        let present = Present::enter(&self.shared, handle).ok_or_else(|| taken(&identity.run))?;
        mailroom::open(&self.shared);
        let parent = request.reuse.as_ref().map(|reuse| reuse.run.clone());
        let pins = self.kept_pins(parent.as_deref(), &part.pins).await?;
        let mut new = self.new_run(&flow, &identity, &request, &part, &pins)?;
        if let Some(reused) = &reused {
            new.taken_over = reused.contents(&pins)?;
        }
        match self.shared.journal.create(new).await.map_err(of_journal)? {
            Created::Existing(row) => return Ok(Admitted::Existing(row.id.into())),
            Created::New => {}
        }
        Ok(Admitted::New(Box::new(self.driver(present, place, seat, machine, &flow, request))))
    }

    fn driver(
        &self,
        present: Present,
        place: Place,
        seat: Seat,
        machine: Machine,
        flow: &Flow,
        request: RunRequest,
    ) -> Driver {
        let run = Arc::clone(&present.handle().identity.run);
        let journal = Arc::clone(&self.shared.journal);
        let blobs = request.blobs.unwrap_or_else(|| Arc::new(RunFiles::new(Arc::clone(&journal), Arc::clone(&run))));
        Driver::new(Beginning {
            present,
            place,
            seat,
            flow_name: flow.name().to_owned(),
            machine,
            begin: Begin::Fresh,
            clock: RunClock::start(),
            ledger: Ledger::new(journal, run, 0),
            inbox: 0,
            is_cancelled: false,
            around: self.surroundings(blobs, request.exchanges),
            listeners: Listeners::new(&self.shared.events, request.events, request.wants_requests),
            ended: Vec::new(),
        })
    }

    pub(crate) fn surroundings(&self, blobs: Arc<dyn BlobStore>, exchanges: Exchanges) -> Arc<Surroundings> {
        Arc::new(Surroundings {
            registry: Arc::clone(&self.shared.registry),
            connections: Arc::clone(&self.shared.connections),
            hooks: self.shared.hooks.clone(),
            blobs,
            exchanges,
            retries: Retries::Caller,
        })
    }

    /// What the journal is told of a new run. A journal that drops it is told little.
    fn new_run(
        &self,
        flow: &Flow,
        identity: &RunIdentity,
        request: &RunRequest,
        part: &Part,
        pins: &BTreeMap<String, Kept>,
    ) -> Result<NewRun> {
        let (start, texts) = match self.shared.journal.keeps_entries() {
            true => (start_of(request, part, pins.clone()).encode()?, texts_of(flow)),
            false => (bytes::Bytes::new(), Vec::new()),
        };
        Ok(NewRun {
            id: identity.run.to_string(),
            tenant: identity.tenant.to_string(),
            flow: flow.name().to_owned(),
            key: request.key.clone(),
            labels: identity.labels.clone(),
            created: wall_clock().as_millis(),
            start,
            texts,
            parent: request.reuse.as_ref().map(|reuse| reuse.run.clone()),
            taken_over: Vec::new(),
        })
    }

    fn refuse_if_it_takes_nothing(&self) -> Result<()> {
        if self.is_closed() {
            return Err(shutting_down());
        }
        match self.shared.journal.health() {
            Health::Ok => Ok(()),
            Health::Full => Err(refusal(
                ErrorKind::LimitExceeded,
                "there is no room in the journal for another run",
                "free space, or prune finished runs",
            )),
            Health::Poisoned => Err(refusal(
                ErrorKind::Internal,
                "a write to the journal failed, so it takes nothing more",
                "check the disk, then restart; runs go on from what is stored",
            )),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.shared.is_closed.load(Ordering::Acquire)
    }
}

pub(crate) fn shutting_down() -> Error {
    refusal(ErrorKind::Unavailable, "the engine is shutting down", "try again when it is up again")
}

fn refusal(kind: ErrorKind, message: &str, fix: &str) -> Error {
    Error::new(kind, message).with_origin(Origin::Host).with_fix(fix)
}

fn machine(flow: &Arc<Flow>, identity: &RunIdentity, request: &RunRequest, part: &Part) -> Machine {
    let start = MachineStart {
        run_id: identity.run.to_string(),
        input: request.input.clone(),
        config: request.config.clone(),
        tenant: identity.tenant.to_string(),
        labels: identity.labels.clone(),
        pins: part.pins.clone(),
        only: part.only.clone(),
        timeout: request.timeout,
    };
    Machine::new(Arc::clone(flow), start)
}

fn start_of(request: &RunRequest, part: &Part, pins: BTreeMap<String, Kept>) -> Start {
    Start {
        machine: Machine::VERSION,
        input: request.input.clone(),
        config: request.config.clone(),
        pins,
        only: part.only.clone(),
        timeout_ms: request.timeout.map(millis),
    }
}

fn taken(run: &str) -> Error {
    let message = format!("the run {run} is under way already");
    refusal(ErrorKind::Internal, &message, "start it again: the next run has another id")
}

/// What is known of a run that another request has made.
fn report_of_earlier(result: &RunResult) -> RunReport {
    let RunResult { run, status, output, error } = result.clone();
    let (steps, steps_left_out, duration) = (Vec::new(), 0, Duration::ZERO);
    RunReport { run, status, output, steps, steps_left_out, error, duration }
}
