//! What arrives at a run, and how its Machine is told.

use std::sync::Arc;

use connector_sdk::Result;
use runner_flow::{Failure, StepKey};
use runner_journal::Message;
use serde_json::Value;

use super::operations::{Held, InFlight};
use super::{Driver, cancelled};
use crate::attempt::{Found, Ready};
use crate::entry::{Happened, Intent, message};
use crate::ledger::of_journal;

/// Something that arrives at a run.
pub(super) enum Arrival {
    /// An attempt is over.
    Acted { key: StepKey, attempt: u32, outcome: Result<Value, Failure> },
    /// A step has waited for as long as it asked for.
    Slept { key: StepKey },
    /// An attempt can be sent, or is over without that.
    Found { key: StepKey, attempt: u32, found: Found },
    /// The inbox was looked into.
    Mail(Result<Vec<(u64, Message)>, runner_journal::Error>),
    /// Somebody cancels the run.
    Cancel,
}

/// Whether the inbox is looked into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fetching {
    #[default]
    No,
    Once,
    /// And once more after that.
    Again,
}

impl Driver {
    pub(super) fn arrive(&mut self, arrival: Arrival) -> Result<()> {
        match arrival {
            Arrival::Acted { key, attempt, outcome } => self.acted(key, attempt, outcome),
            Arrival::Slept { key } => {
                self.in_flight.remove(&key);
                self.tell(Happened::Slept { key })
            }
            Arrival::Found { key, attempt, found } => match found {
                Found::Ready(ready) => self.intend(key, attempt, ready),
                Found::Over(outcome) => self.acted(key, attempt, outcome),
            },
            Arrival::Mail(mail) => self.read(mail.map_err(of_journal)?),
            Arrival::Cancel => self.cancel(),
        }
    }

    fn acted(&mut self, key: StepKey, attempt: u32, outcome: Result<Value, Failure>) -> Result<()> {
        self.in_flight.remove(&key);
        self.tell(Happened::Acted { key, attempt, outcome })
    }

    /// Writes down what happened, tells the Machine, and begins what that asks for.
    pub(super) fn tell(&mut self, happened: Happened) -> Result<()> {
        let now = self.now();
        self.ledger.note(&happened, now)?;
        for op in happened.tell(&mut self.machine, now) {
            self.begin_op(op, now);
        }
        Ok(())
    }

    /// Writes down what is about to be sent.
    fn intend(&mut self, key: StepKey, attempt: u32, ready: Box<Ready>) -> Result<()> {
        // What is not begun yet is begun where the run is resumed.
        if self.handle().is_draining() {
            return Ok(());
        }
        let intent = Happened::Intent(Intent::of(&key, attempt, &ready));
        self.ledger.note(&intent, self.now())?;
        self.held.push(Held::Ready { key, attempt, ready });
        Ok(())
    }

    fn read(&mut self, mail: Vec<(u64, Message)>) -> Result<()> {
        let fetched = std::mem::take(&mut self.fetching);
        for (number, Message { id, kind, body }) in mail {
            self.inbox = number;
            match kind {
                message::SIGNAL => {
                    let Some(signal) = message::decode(id, &body) else { continue };
                    self.tell(Happened::Signalled(signal, number))?;
                }
                message::CANCEL => self.cancel()?,
                _ => {}
            }
        }
        if fetched == Fetching::Again {
            self.fetch_mail();
        }
        Ok(())
    }

    /// Told by this process and by a message, it is told once.
    fn cancel(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_cancelled, true) {
            return Ok(());
        }
        self.tell(Happened::Cancelled)
    }

    /// Looks into the inbox, once at a time.
    pub(super) fn fetch_mail(&mut self) {
        if self.fetching != Fetching::No {
            // What comes while it looks may be missed by this look.
            self.fetching = Fetching::Again;
            return;
        }
        self.fetching = Fetching::Once;
        let (journal, after) = (Arc::clone(&self.present.shared().journal), self.inbox);
        let run = Arc::clone(&self.handle().identity.run);
        self.work.push(Box::pin(async move { Arrival::Mail(journal.inbox(&run, after).await) }));
    }

    /// Stops the attempts that are under way, ahead of what the Machine says.
    pub(super) fn cancel_attempts(&self) {
        for in_flight in self.in_flight.values() {
            if let InFlight::Attempt(cancel) = in_flight {
                cancel.cancel();
            }
        }
    }
}

impl Intent {
    fn of(key: &StepKey, attempt: u32, ready: &Ready) -> Self {
        let checked = ready.checked();
        Self {
            step: key.clone(),
            attempt,
            action: checked.action().to_owned(),
            effect: checked.effect(),
            fingerprint: checked.fingerprint(),
            connection: ready.connection().to_owned(),
            idempotency_key: checked.idempotency_key().to_owned(),
        }
    }
}

/// What became of an attempt that was cancelled before it was made.
pub(super) fn never_made() -> Failure {
    Failure::lasting(cancelled("cancelled"))
}
