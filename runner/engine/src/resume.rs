//! Going on with runs that another process left.

use std::collections::BTreeMap;
use std::sync::Arc;

use connector_sdk::exchange::Exchanges;
use connector_sdk::{Error, ErrorKind, Origin, Result};
use runner_flow::{Flow, Machine, MachineStart, StepRecord};
use runner_journal::{Claim, StoredRun, limits};

use crate::admission::Place;
use crate::clock::RunClock;
use crate::driver::{Begin, Beginning, Driver, Present, Replay};
use crate::engine::Engine;
use crate::entry::Start;
use crate::events::{Listeners, NoRunEvents};
use crate::files::RunFiles;
use crate::groups::Bound;
use crate::handle::Handle;
use crate::identity::RunIdentity;
use crate::ledger::{Ledger, of_journal, unkept, whole};
use crate::limits::overloaded;
use crate::mailroom;
use crate::starting::shutting_down;

/// What became of the unfinished runs of a journal.
#[derive(Debug, Default)]
pub struct Resumed {
    /// Those that go on here.
    pub runs: Vec<String>,
    /// How many go on in another process, or here already.
    pub elsewhere: u64,
    /// Those that cannot go on, and why.
    pub refused: Vec<(String, Error)>,
    /// Whether there is no room here for more of them.
    pub is_full: bool,
}

/// What became of an unfinished run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resumption {
    /// It goes on here.
    Resumed,
    /// It is under way here already.
    UnderWay,
    /// A living process has it.
    HeldBy {
        /// That process' id.
        process: String,
    },
    /// It is over.
    Finished,
}

impl Engine {
    /// Takes over all runs that were left by processes which are no more. Those that have begun come first, so that
    /// they have their seats again before others wait for one.
    pub async fn resume(&self) -> Result<Resumed> {
        let mut resumed = Resumed::default();
        for begun in [true, false] {
            let mut after = None;
            loop {
                let rows =
                    self.shared.journal.unfinished(after.as_deref(), limits::LISTED).await.map_err(of_journal)?;
                let Some(last) = rows.last() else { break };
                after = Some(last.id.clone());
                for row in rows.into_iter().filter(|row| (row.entries > 0) == begun) {
                    self.resume_listed(row.id, &mut resumed).await;
                    if resumed.is_full {
                        return Ok(resumed);
                    }
                }
            }
        }
        Ok(resumed)
    }

    async fn resume_listed(&self, run: String, resumed: &mut Resumed) {
        match self.resume_run(&run).await {
            Ok(Resumption::Resumed) => resumed.runs.push(run),
            Ok(_) => resumed.elsewhere += 1,
            Err(error) if error.kind() == ErrorKind::LimitExceeded => resumed.is_full = true,
            Err(error) => resumed.refused.push((run, error)),
        }
    }

    /// Takes over one run.
    pub async fn resume_run(&self, run: &str) -> Result<Resumption> {
        if self.is_closed() {
            return Err(shutting_down());
        }
        if self.shared.runs.get(run).is_some() {
            return Ok(Resumption::UnderWay);
        }
        let row = self.row(run).await?;
        let identity = RunIdentity { run: run.into(), tenant: row.tenant.into(), labels: row.labels };
        let place = self.shared.admission.take_back(&identity.tenant);
        let place = place.ok_or_else(|| overloaded("the engine has no room for more runs".to_owned()))?;
        match self.shared.journal.claim(run).await.map_err(of_journal)? {
            Claim::Mine => {}
            Claim::HeldBy { process } => return Ok(Resumption::HeldBy { process }),
            Claim::Finished => return Ok(Resumption::Finished),
        }
        let Some(present) = Present::enter(&self.shared, Handle::new(Arc::new(identity))) else {
            return Ok(Resumption::UnderWay);
        };
        let resumed = self.resume_claimed(run, present, place).await;
        if resumed.is_err() {
            // Another process, such as one of another release, may be able to. The first error counts.
            let _ = self.shared.journal.release(run).await;
        }
        resumed
    }

    /// Takes over a run that nobody else writes now, neither here nor elsewhere.
    async fn resume_claimed(&self, run: &str, present: Present, place: Place) -> Result<Resumption> {
        let stored = self.load(run).await?;
        if stored.row.finished.is_some() {
            return Ok(Resumption::Finished);
        }
        tokio::spawn(self.resumed(present, place, stored).await?.run());
        Ok(Resumption::Resumed)
    }

    pub(crate) async fn load(&self, run: &str) -> Result<StoredRun> {
        let stored = self.shared.journal.load(run).await.map_err(of_journal)?;
        stored.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("there is no run {run:?} whose steps are kept"))
                .with_origin(Origin::Host)
                .with_fix("check the id; it may have been pruned, or kept in memory only")
        })
    }

    async fn resumed(&self, present: Present, place: Place, stored: StoredRun) -> Result<Box<Driver>> {
        mailroom::open(&self.shared);
        // It may have been told something while nobody had it.
        present.handle().mail();
        let (flow_name, written) = (stored.row.flow.clone(), stored.row.entries);
        let mut ended = Vec::new();
        let mut replay = self.replay(stored, &mut |record| ended.push(record)).await?;
        let seat = self.shared.groups.seat_again(replay.bound.take(), replay.began.is_some());
        let begin = if replay.began.is_some() { Begin::Resumed(replay.outstanding()) } else { Begin::Fresh };
        let (journal, run) = (Arc::clone(&self.shared.journal), Arc::clone(&present.handle().identity.run));
        let blobs = Arc::new(RunFiles::new(Arc::clone(&journal), Arc::clone(&run)));
        Ok(Box::new(Driver::new(Beginning {
            present,
            place,
            seat,
            flow_name,
            machine: replay.machine,
            begin,
            clock: RunClock::resume(replay.began, replay.last),
            ledger: Ledger::new(journal, run, written),
            inbox: replay.inbox,
            is_cancelled: replay.is_cancelled,
            around: self.surroundings(blobs, Exchanges::default()),
            listeners: Listeners::new(&self.shared.events, Arc::new(NoRunEvents), false),
            ended,
        })))
    }

    /// A run as its journal tells it. Each step that is over is shown, and not kept.
    pub(crate) async fn replay(&self, stored: StoredRun, ended: &mut (dyn FnMut(StepRecord) + Send)) -> Result<Replay> {
        let StoredRun { row, start, texts, entries } = stored;
        let journal = &*self.shared.journal;
        let start = Start::decode(&row.id, &start)?;
        let flow: Arc<Flow> = self.shared.flows.read(&row.id, &texts)?;
        let mut pins = BTreeMap::new();
        for (key, kept) in &start.pins {
            pins.insert(key.clone(), unkept(journal, &row.id, kept.clone()).await?);
        }
        let (timeout, tenant) = (start.timeout(), row.tenant.as_str().into());
        let machine = Machine::new(
            Arc::clone(&flow),
            MachineStart {
                run_id: row.id.clone(),
                input: start.input,
                config: start.config,
                tenant: row.tenant,
                labels: row.labels,
                pins,
                only: start.only,
                timeout,
            },
        );
        let bound = Bound::of(&flow, &machine, &tenant)?;
        let mut replay = Replay::new(machine, bound);
        for entry in entries {
            let entry = whole(journal, &row.id, entry).await?;
            replay.tell(&entry)?.into_iter().for_each(&mut *ended);
        }
        Ok(replay)
    }
}
