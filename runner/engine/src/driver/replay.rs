//! A run as its journal tells it: a new Machine is told the same at the same times.

use std::collections::{BTreeMap, HashMap};

use connector_sdk::Result;
use runner_flow::{Machine, Op, Reason, StepKey, StepRecord, Timestamp};
use runner_journal::Entry;

use crate::entry::{self, Happened, Intent};
use crate::groups::Bound;

/// A run as its journal tells it.
pub(crate) struct Replay {
    pub(crate) machine: Machine,
    /// The runs that it is counted with.
    pub(crate) bound: Option<Bound>,
    /// When it began, if it has.
    pub(crate) began: Option<Timestamp>,
    /// When the last of it happened.
    pub(crate) last: Timestamp,
    /// The number of the last message that it was told.
    pub(crate) inbox: u64,
    pub(crate) is_cancelled: bool,
    pub(crate) retries: Vec<Retried>,
    open: BTreeMap<StepKey, Outstanding>,
    intents: HashMap<(StepKey, u32), Intent>,
}

/// An operation that nobody has said the end of.
#[derive(Clone, Debug)]
pub(crate) struct Outstanding {
    pub(crate) op: Op,
    /// When the Machine asked for it.
    pub(crate) at: Timestamp,
    /// What was about to be sent, if that was written down.
    pub(crate) intent: Option<Intent>,
    /// Whether the Machine asked to stop it.
    pub(crate) is_cancelled: bool,
}

/// Something that was tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retried {
    pub(crate) key: StepKey,
    pub(crate) at: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) reason: Reason,
}

/// Retries that are told of a run.
const RETRIES: usize = 1_000;

impl Replay {
    pub(crate) fn new(machine: Machine, bound: Option<Bound>) -> Self {
        Self {
            machine,
            bound,
            began: None,
            last: Timestamp::default(),
            inbox: 0,
            is_cancelled: false,
            retries: Vec::new(),
            open: BTreeMap::new(),
            intents: HashMap::new(),
        }
    }

    /// Tells the Machine what an entry says, and gives the steps that are over with it.
    pub(crate) fn tell(&mut self, entry: &Entry) -> Result<Vec<StepRecord>> {
        let at = Timestamp::from_millis(entry.at);
        self.last = self.last.max(at);
        let happened = entry::decode(entry)?;
        self.note(&happened, at);
        let ops = happened.tell(&mut self.machine, at);
        ops.into_iter().for_each(|op| self.begin(op, at));
        Ok(self.machine.take_ended())
    }

    fn note(&mut self, happened: &Happened, at: Timestamp) {
        match happened {
            Happened::Started => self.began = Some(at),
            Happened::Intent(intent) => {
                self.intents.insert((intent.step.clone(), intent.attempt), intent.clone());
            }
            Happened::Acted { key, attempt, .. } => {
                self.open.remove(key);
                self.intents.remove(&(key.clone(), *attempt));
            }
            Happened::Slept { key } => drop(self.open.remove(key)),
            Happened::Signalled(_, number) => self.inbox = *number,
            Happened::Cancelled => self.is_cancelled = true,
        }
    }

    /// What is under way where the journal ends.
    pub(crate) fn outstanding(&mut self) -> Vec<Outstanding> {
        let mut intents = std::mem::take(&mut self.intents);
        let with_intent = |mut outstanding: Outstanding| {
            if let Op::Act(act) = &outstanding.op {
                outstanding.intent = intents.remove(&(act.key.clone(), act.attempt));
            }
            outstanding
        };
        std::mem::take(&mut self.open).into_values().map(with_intent).collect()
    }

    fn begin(&mut self, op: Op, at: Timestamp) {
        let key = match &op {
            Op::Act(act) => act.key.clone(),
            Op::Wait { key, .. } => key.clone(),
            Op::Sleep { key, until, reason } => {
                if let Some(reason) = reason.clone().filter(|_| self.retries.len() < RETRIES) {
                    self.retries.push(Retried { key: key.clone(), at, until: *until, reason });
                }
                key.clone()
            }
            Op::Cancel { key } => return self.cancel(key),
        };
        self.open.insert(key, Outstanding { op, at, intent: None, is_cancelled: false });
    }

    fn cancel(&mut self, key: &StepKey) {
        match self.open.get_mut(key) {
            Some(open) if matches!(open.op, Op::Act(_)) => open.is_cancelled = true,
            _ => drop(self.open.remove(key)),
        }
    }
}
