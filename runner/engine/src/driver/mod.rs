//! One run: does what its Machine asks for, and tells it what became of that.
//!
//! Whatever the Machine is told is written down before anything is done because of it. What arrives while something is
//! being written is written together, next.

mod arrival;
mod begin;
mod line;
mod operations;
mod present;
mod replay;

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::Arc;

use connector_sdk::{Error, ErrorKind, Origin, Result};
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use runner_flow::{ErrorReport, Failure, Machine, Outcome, Status, StepKey, Timestamp};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use self::arrival::{Arrival, Fetching};
pub(crate) use self::begin::{Begin, Beginning};
use self::line::Line;
use self::operations::{Held, InFlight};
pub(crate) use self::present::Present;
pub(crate) use self::replay::{Outstanding, Replay, Retried};
use crate::admission::Place;
use crate::alarms::Alarms;
use crate::attempt::Surroundings;
use crate::clock::RunClock;
use crate::events::{Listeners, RunEvent};
use crate::groups::Seat;
use crate::handle::{Call, Ended, Handle, Stage};
use crate::ledger::Ledger;
use crate::report::{RunReport, RunResult, millis};
use crate::steps::Steps;

/// What is fed to the Machine before it is written down.
const FED_TOGETHER: usize = 128;

/// One run.
pub(crate) struct Driver {
    present: Present,
    place: Place,
    seat: Seat,
    flow_name: String,
    machine: Box<Machine>,
    begin: Option<Begin>,
    clock: RunClock,
    ledger: Ledger,
    around: Arc<Surroundings>,
    listeners: Listeners,
    steps: Steps,
    /// What is under way: attempts, and a look into the inbox.
    work: FuturesUnordered<BoxFuture<'static, Arrival>>,
    fetching: Fetching,
    /// The number of the last message that the Machine was told.
    inbox: u64,
    /// Up to which message the journal knows that the Machine was told, and how many signals it kept then.
    settled: (u64, usize),
    /// Whether the Machine was told to cancel.
    is_cancelled: bool,
    alarms: Alarms,
    in_flight: HashMap<StepKey, InFlight>,
    arrived: VecDeque<Arrival>,
    held: Vec<Held>,
}

impl Driver {
    /// Runs it to its end. An error means that it is not over, and goes on when it is resumed.
    pub(crate) async fn run(mut self: Box<Self>) -> Result<RunReport> {
        let ended = self.drive().await;
        if let Err(error) = &ended {
            self.log(error.message());
        }
        self.handle().end(match &ended {
            Ok(report) => Ended::Over(Arc::new(RunResult::of(report))),
            Err(error) => Ended::Stopped(error.message().into()),
        });
        ended
    }

    /// Runs it to its end, and cancels it when `cancel` says so.
    pub(crate) async fn run_until(self: Box<Self>, cancel: CancellationToken) -> Result<RunReport> {
        let handle = Arc::clone(self.handle());
        let mut run = pin!(self.run());
        tokio::select! {
            biased;
            () = cancel.cancelled() => handle.cancel(),
            ended = &mut run => return ended,
        }
        run.await
    }

    pub(crate) fn run_id(&self) -> Arc<str> {
        Arc::clone(&self.handle().identity.run)
    }

    fn handle(&self) -> &Arc<Handle> {
        self.present.handle()
    }

    async fn drive(&mut self) -> Result<RunReport> {
        self.sit_down().await?;
        self.act().await?;
        self.start()?;
        loop {
            self.take_calls()?;
            self.feed()?;
            if let Some(outcome) = self.machine.outcome().cloned() {
                return self.finish(outcome).await;
            }
            if self.ledger.is_behind() {
                let commit = self.ledger.commit();
                self.written(commit).await?;
            }
            self.settle_mail().await?;
            self.report_ended();
            self.steps.tell_news();
            self.perform_held();
            if self.is_drained() {
                return Err(stopped("the engine is shutting down"));
            }
            if self.is_stalled() {
                return self.finish(stalled()).await;
            }
            if self.arrived.is_empty() && !self.handle().is_called() {
                self.wait().await?;
            }
            // A run whose steps are over at once lets others have their turn.
            tokio::task::consume_budget().await;
        }
    }

    /// Hears what was asked of the run meanwhile.
    fn take_calls(&mut self) -> Result<()> {
        while let Some(call) = self.handle().take_call() {
            match call {
                Call::Stop => return Err(stopped("the engine was stopped")),
                Call::Cancel => self.arrived.push_front(Arrival::Cancel),
                Call::Mail => self.fetch_mail(),
            }
        }
        Ok(())
    }

    /// Hears what has arrived, and what arrives at once because of that, so that it is written together: what a step
    /// gave, with what the next one is about to send.
    fn feed(&mut self) -> Result<()> {
        for _ in 0..FED_TOGETHER {
            let Some(arrival) = self.next_arrival() else { return Ok(()) };
            self.arrive(arrival)?;
        }
        Ok(())
    }

    /// What has arrived, or can at once. Where nothing is written, there is nothing to be written together.
    fn next_arrival(&mut self) -> Option<Arrival> {
        let arrived = self.arrived.pop_front();
        arrived.or_else(|| if self.ledger.keeps() { self.work.next().now_or_never().flatten() } else { None })
    }

    /// Waits until something arrives. A run that does nothing meanwhile gives its slot up.
    async fn wait(&mut self) -> Result<()> {
        if !self.is_acting() {
            self.place.rest();
            self.handle().enter(Stage::Waiting);
            // It may rest for days.
            self.arrived.shrink_to_fit();
        }
        let handle = Arc::clone(self.present.handle());
        let arrival = tokio::select! {
            biased;
            () = handle.rung() => None,
            Some(arrival) = self.work.next(), if !self.work.is_empty() => Some(arrival),
            key = self.alarms.next(self.clock), if !self.alarms.is_empty() => Some(Arrival::Slept { key }),
        };
        self.arrived.extend(arrival);
        self.act().await
    }

    /// Waits for a slot. Whoever is cancelled needs none to end.
    async fn act(&mut self) -> Result<()> {
        if !self.is_cancelled && !self.place.is_acting() {
            let line = self.line();
            line.wait(self.place.act()).await?;
        }
        self.handle().enter(Stage::Running);
        Ok(())
    }

    /// What the Machine was told, and keeps for no step to come, makes room in the inbox.
    async fn settle_mail(&mut self) -> Result<()> {
        let settled = (self.inbox, self.machine.kept_signals().len());
        if std::mem::replace(&mut self.settled, settled) == settled {
            return Ok(());
        }
        let kept = self.machine.kept_signals().map(str::to_owned).collect();
        let settling = self.ledger.settle(self.inbox, kept);
        self.written(settling).await
    }

    /// Waits for its seat among the runs of its flow.
    async fn sit_down(&mut self) -> Result<()> {
        let line = self.line();
        line.wait(self.seat.taken()).await
    }

    fn line(&self) -> Line {
        let (handle, journal) = (Arc::clone(self.handle()), Arc::clone(&self.present.shared().journal));
        Line { handle, journal, inbox: self.inbox }
    }

    /// Waits until something is written. What arrives meanwhile comes after it.
    async fn written(&mut self, mut writing: BoxFuture<'static, Result<()>>) -> Result<()> {
        if !self.ledger.has_room() {
            self.log("there is no room in the journal; the run waits for it");
        }
        let handle = Arc::clone(self.present.handle());
        loop {
            tokio::select! {
                biased;
                written = &mut writing => return written,
                () = handle.rung() => {
                    handle.may_be_left()?;
                    if handle.is_cancelled() {
                        self.cancel_attempts();
                    }
                }
                Some(arrival) = self.work.next(), if !self.work.is_empty() => self.arrived.push_back(arrival),
            }
        }
    }

    async fn finish(&mut self, outcome: Outcome) -> Result<RunReport> {
        let now = self.clock.now();
        let (status, output, error) = ended_with(outcome);
        let run = Arc::clone(&self.handle().identity.run);
        let result = Arc::new(RunResult { run: Arc::clone(&run), status, output, error });
        let writing = self.ledger.finish(Arc::clone(&result), now);
        self.written(writing).await?;
        self.report_ended();
        let (steps, steps_left_out) = (std::mem::take(&mut self.steps.reports), self.steps.left_out);
        let RunResult { output, error, .. } = &*result;
        let duration = self.clock.elapsed();
        let report = RunReport {
            run,
            status,
            output: Arc::clone(output),
            steps,
            steps_left_out,
            error: error.clone(),
            duration,
        };
        self.tell_finished(&report);
        Ok(report)
    }

    /// Tells of the steps that are over since the last time.
    fn report_ended(&mut self) {
        for record in self.machine.take_ended() {
            self.steps.ended(record, true);
        }
    }

    fn tell_finished(&self, report: &RunReport) {
        self.listeners.tell(|| RunEvent::RunFinished {
            run: Arc::clone(&report.run),
            tenant: Arc::clone(&self.handle().identity.tenant),
            status: report.status,
            duration_ms: millis(report.duration),
            output: (report.status == Status::Succeeded).then(|| Arc::clone(&report.output)),
            error: report.error.clone(),
        });
    }

    fn log(&self, message: &str) {
        let identity = &self.handle().identity;
        self.listeners.tell(|| RunEvent::Log {
            run: Arc::clone(&identity.run),
            tenant: Arc::clone(&identity.tenant),
            step: None,
            message: message.to_owned(),
        });
    }

    /// Whether an attempt is under way.
    fn is_acting(&self) -> bool {
        self.work.len() > usize::from(self.fetching != Fetching::No)
    }

    /// Whether it is to stop here, and may.
    fn is_drained(&self) -> bool {
        let may_stop = self.ledger.keeps() && self.arrived.is_empty() && !self.is_acting();
        may_stop && self.handle().is_draining()
    }

    /// A Machine that neither waits nor has ended is wrong; better an error than a run that never ends.
    fn is_stalled(&self) -> bool {
        self.in_flight.is_empty() && self.arrived.is_empty()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl RunResult {
    fn of(report: &RunReport) -> Self {
        let RunReport { run, status, output, error, .. } = report;
        Self { run: Arc::clone(run), status: *status, output: Arc::clone(output), error: error.clone() }
    }
}

fn ended_with(outcome: Outcome) -> (Status, Arc<Value>, Option<ErrorReport>) {
    match outcome {
        Outcome::Succeeded { output } => (Status::Succeeded, output, None),
        Outcome::Cancelled => (Status::Cancelled, Arc::default(), Some(cancelled("the run was cancelled"))),
        Outcome::Failed { step, failure } => (Status::Failed, Arc::default(), Some(error_of(step, failure))),
        Outcome::OutcomeUnknown { step, failure } => {
            (Status::OutcomeUnknown, Arc::default(), Some(error_of(Some(step), failure)))
        }
    }
}

fn error_of(step: Option<StepKey>, failure: Failure) -> ErrorReport {
    let ErrorReport { step: known, .. } = &*failure.error;
    let step = known.clone().or_else(|| step.map(|step| step.to_string()));
    ErrorReport { step, ..*failure.error }
}

fn cancelled(message: &str) -> ErrorReport {
    ErrorReport::from(&Error::new(ErrorKind::Cancelled, message).with_fix("start it again if that was not meant"))
}

fn stalled() -> Outcome {
    let error = Error::new(ErrorKind::Internal, "the run stands still: this is a defect of the runtime")
        .with_fix("report it with the flow, and start the run again");
    Outcome::Failed { step: None, failure: Failure::lasting(&error) }
}

/// Why a run that is not over does not go on here.
fn stopped(why: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("{why}; the run is not over, and goes on when it is resumed"))
        .with_origin(Origin::Host)
        .with_fix("resume the runs of the journal, or start the program again")
}
