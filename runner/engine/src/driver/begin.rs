//! How a run begins here: for the first time, or with what it had done elsewhere.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use connector_sdk::Result;
use futures_util::stream::FuturesUnordered;
use runner_flow::{Machine, StepRecord};

use super::Driver;
use super::arrival::Fetching;
use super::present::Present;
use super::replay::Outstanding;
use crate::admission::Place;
use crate::alarms::Alarms;
use crate::attempt::Surroundings;
use crate::clock::RunClock;
use crate::entry::Happened;
use crate::events::{Listeners, RunEvent};
use crate::groups::Seat;
use crate::ledger::Ledger;
use crate::steps::Steps;

/// How a run begins here.
pub(crate) enum Begin {
    /// For the first time.
    Fresh,
    /// With what was under way when it was left.
    Resumed(Vec<Outstanding>),
}

/// What a driver starts from.
pub(crate) struct Beginning {
    pub(crate) present: Present,
    pub(crate) place: Place,
    pub(crate) seat: Seat,
    pub(crate) flow_name: String,
    pub(crate) machine: Machine,
    pub(crate) begin: Begin,
    pub(crate) clock: RunClock,
    pub(crate) ledger: Ledger,
    pub(crate) inbox: u64,
    pub(crate) is_cancelled: bool,
    pub(crate) around: Arc<Surroundings>,
    pub(crate) listeners: Listeners,
    /// Steps that were over before.
    pub(crate) ended: Vec<StepRecord>,
}

impl Driver {
    pub(crate) fn new(beginning: Beginning) -> Self {
        let Beginning {
            present,
            place,
            seat,
            flow_name,
            machine,
            begin,
            clock,
            ledger,
            inbox,
            is_cancelled,
            around,
            listeners,
            ended,
        } = beginning;
        let mut steps = Steps::new(&present.handle().identity, &listeners);
        ended.into_iter().for_each(|record| steps.ended(record, false));
        Self {
            present,
            place,
            seat,
            flow_name,
            machine: Box::new(machine),
            begin: Some(begin),
            clock,
            ledger,
            around,
            listeners,
            steps,
            work: FuturesUnordered::new(),
            fetching: Fetching::No,
            inbox,
            settled: (0, 0),
            is_cancelled,
            alarms: Alarms::default(),
            in_flight: HashMap::new(),
            arrived: VecDeque::new(),
            held: Vec::new(),
        }
    }

    pub(super) fn start(&mut self) -> Result<()> {
        match self.begin.take() {
            Some(Begin::Fresh) => self.start_machine(),
            Some(Begin::Resumed(outstanding)) => {
                self.log("the run is resumed");
                outstanding.into_iter().for_each(|outstanding| self.go_on_with(outstanding));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn start_machine(&mut self) -> Result<()> {
        let identity = &self.present.handle().identity;
        self.listeners.tell(|| RunEvent::RunStarted {
            run: Arc::clone(&identity.run),
            tenant: Arc::clone(&identity.tenant),
            flow: Some(std::mem::take(&mut self.flow_name)),
            labels: identity.labels.clone(),
        });
        self.tell(Happened::Started)
    }
}
