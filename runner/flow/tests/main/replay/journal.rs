//! What a run was told and when: all that a restart has.

use std::sync::Arc;

use runner_flow::{Done, Flow, Machine, MachineStart, Op, Outcome, StepRecord, Timestamp};
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

/// A restart costs as much as what came before it: of a longer run, only every so manyth point is one.
const RESTARTS: usize = 16;

impl Journal {
    /// Tells a Machine something, and keeps it.
    pub(crate) fn tell(&mut self, driver: &mut Driver, told: Told) {
        let at = driver.at;
        tell(driver, &told, at);
        let (ops, records) = (driver.ops.len(), driver.records.len());
        self.entries.push(Entry { told, at, ops, records });
    }

    /// What a restart after so many entries comes to: a new Machine that was told the same, as it was written down.
    pub(crate) fn restarted(&self, entries: usize) -> Driver {
        let mut driver = Driver::new(&self.flow, self.begin.clone());
        self.go_on(&mut driver, 0, entries);
        driver
    }

    /// Whatever stopped a run, and when: it goes on as if nothing had been.
    pub(crate) fn restart_at_every_point(&self, original: &Driver) {
        let count = self.entries.len();
        for point in (0..=count).step_by(count / RESTARTS + 1) {
            let mut driver = self.restarted_in_one_go(point);
            self.go_on(&mut driver, point, count);
            assert_eq!(&driver.ops, &original.ops);
            assert_eq!(&driver.records, &original.records);
            assert_eq!(&driver.machine.outcome(), &original.machine.outcome());
        }
        written_and_read::<Vec<Op>>(&original.ops);
        written_and_read::<Vec<StepRecord>>(&original.records);
        written_and_read::<Option<Outcome>>(&original.machine.outcome().cloned());
    }

    /// The same, where nobody looks at the Machine before it has been told everything.
    fn restarted_in_one_go(&self, entries: usize) -> Driver {
        let mut driver = self.restarted(entries);
        let mut machine = Machine::new(Arc::clone(&self.flow), self.begin.clone());
        let ops: Vec<Op> =
            self.entries[..entries].iter().flat_map(|entry| answer(&mut machine, &entry.told, entry.at)).collect();
        assert_eq!(&ops, &driver.ops);
        assert_eq!(&machine.take_ended(), &driver.records);
        driver.machine = machine;
        driver
    }

    fn go_on(&self, driver: &mut Driver, from: usize, to: usize) {
        for entry in &self.entries[from..to] {
            tell(driver, &entry.told, entry.at);
            assert_eq!((driver.ops.len(), driver.records.len()), (entry.ops, entry.records));
        }
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
        Told::Done(done) => machine.complete(written_and_read(done), at),
        Told::Cancel => machine.cancel(at),
    }
}

fn written_and_read<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> T {
    let text = serde_json::to_string(value).unwrap();
    let read = serde_json::from_str(&text).unwrap();
    assert_eq!(&read, value);
    read
}
