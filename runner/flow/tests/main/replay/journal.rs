//! What a run was told and when: all that a restart has.

use std::fmt::Debug;
use std::sync::Arc;

use runner_flow::{Done, Flow, Machine, MachineStart, Op, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::machine::driver::Driver;

/// Something that was told to a Machine.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    Start,
    Done(Done),
    Cancel,
}

/// What a Machine was told and when, and how much it had answered after that.
pub(crate) struct Entry {
    pub(crate) told: Told,
    pub(crate) at: Timestamp,
    pub(crate) ops: usize,
    pub(crate) records: usize,
}

/// A run as it is kept.
pub(crate) struct Journal {
    pub(crate) flow: Arc<Flow>,
    pub(crate) begin: MachineStart,
    pub(crate) entries: Vec<Entry>,
}

/// A restart costs as much as the whole run: one with more points than this restarts at every so manyth.
const RESTARTS: usize = 4;

impl Journal {
    /// Tells a Machine something, and keeps that as it reads when it was written down.
    pub(crate) fn tell(&mut self, driver: &mut Driver, told: Told) {
        let told = match told {
            Told::Done(done) => Told::Done(written_and_read(&done)),
            Told::Start | Told::Cancel => told,
        };
        let at = driver.at;
        tell(driver, &told, at);
        let (ops, records) = (driver.ops.len(), driver.records.len());
        self.entries.push(Entry { told, at, ops, records });
    }

    /// A new Machine that was told the same, and what is outstanding of its operations.
    pub(crate) fn restarted(&self) -> Driver {
        let mut driver = Driver::new(&self.flow, self.begin.clone());
        self.entries.iter().for_each(|entry| tell(&mut driver, &entry.told, entry.at));
        driver
    }

    /// Whatever stopped a run, and when: it goes on as if nothing had been. Which points of a long run it is stopped at
    /// depends on the seed, so that all runs together are stopped all along the way.
    pub(crate) fn restart_all_along(&self, original: &Driver, seed: u64) {
        let count = self.entries.len();
        let step = count / RESTARTS + 1;
        for point in (seed as usize % step..count).step_by(step) {
            self.restart_at(point, original);
        }
        original.ops.iter().for_each(|op| drop(written_and_read(op)));
        original.records.iter().for_each(|record| drop(written_and_read(record)));
        written_and_read(&original.machine.outcome().cloned());
    }

    /// Tells a new Machine all up to this point without a look at it, then the rest.
    fn restart_at(&self, point: usize, original: &Driver) {
        let mut machine = Machine::new(Arc::clone(&self.flow), self.begin.clone());
        let (before, after) = self.entries.split_at(point);
        let known: Vec<Op> = before.iter().flat_map(|entry| answer(&mut machine, &entry.told, entry.at)).collect();
        let (mut ops, mut records) = before.last().map_or((0, 0), |entry| (entry.ops, entry.records));
        assert_eq!(known, original.ops[..ops]);
        assert_eq!(machine.take_ended(), original.records[..records]);
        for entry in after {
            assert_eq!(answer(&mut machine, &entry.told, entry.at), original.ops[ops..entry.ops]);
            assert_eq!(machine.take_ended(), original.records[records..entry.records]);
            (ops, records) = (entry.ops, entry.records);
        }
        assert_eq!(machine.outcome(), original.machine.outcome());
    }
}

fn tell(driver: &mut Driver, told: &Told, at: Timestamp) {
    driver.at = at;
    if let Told::Done(Done::Acted { key, .. } | Done::Slept { key }) = told {
        driver.open.remove(key.as_str());
    }
    let ops = answer(&mut driver.machine, told, at);
    driver.take(ops);
}

fn answer(machine: &mut Machine, told: &Told, at: Timestamp) -> Vec<Op> {
    match told {
        Told::Start => machine.start(at),
        Told::Done(done) => machine.complete(done.clone(), at),
        Told::Cancel => machine.cancel(at),
    }
}

fn written_and_read<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> T {
    let read = serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap();
    assert_eq!(&read, value);
    read
}
