//! What the hot path leaves behind for the store.

use std::sync::Arc;

use rusqlite::Connection;

use super::audit::{self, AuditLine, Refusals};
use super::call::{self, CallRecord};
use super::usage;
use crate::bounds;
use crate::control::keys::{self, Key};
use crate::control::limits::{self, Counter};

/// What is written together: calls, their sums and their counters are of the same commit.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    calls: Vec<CallRecord>,
    counters: Vec<Arc<Counter>>,
    uses: Vec<Arc<Key>>,
    refusals: Refusals,
    /// The bytes of what was said in the calls.
    content: usize,
    changes: Vec<AuditLine>,
    /// The version that the changes led to.
    version: String,
}

impl Ledger {
    /// Adds a call and the counters that it changed. False if there is no room for its record.
    pub(crate) fn add_call(&mut self, mut call: CallRecord, counters: Vec<Arc<Counter>>) -> bool {
        self.counters.extend(counters);
        if self.calls.len() >= bounds::WAITING_CALLS {
            return false;
        }
        let said = call.end.content.as_ref().map_or(0, |content| content.request.len() + content.answer.len());
        if self.content + said > bounds::WAITING_CONTENT {
            call.end.content = None;
        } else {
            self.content += said;
        }
        self.calls.push(call);
        true
    }

    pub(crate) fn add_use(&mut self, key: Arc<Key>) -> bool {
        self.uses.push(key);
        true
    }

    /// Adds a change of the file, and the version that it led to. False if there is no room for the line.
    pub(crate) fn add_change(&mut self, line: AuditLine, version: String) -> bool {
        self.version = version;
        let has_room = self.changes.len() < bounds::WAITING_CHANGES;
        if has_room {
            self.changes.push(line);
        }
        has_room
    }

    pub(crate) fn add_refusal(&mut self, line: AuditLine) -> bool {
        self.refusals.add(line);
        true
    }

    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        let left = self.counters.is_empty() && self.uses.is_empty() && self.refusals.is_empty();
        left && self.calls.is_empty() && self.changes.is_empty()
    }

    /// Whether it is worth a commit at once.
    pub(crate) fn is_large(&self) -> bool {
        self.calls.len() >= bounds::GROUP
    }

    /// Writes it, within a transaction.
    pub(crate) fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        call::write(db, &self.calls)?;
        usage::write(db, &self.calls)?;
        limits::table::write(db, &self.counters)?;
        keys::table::write_uses(db, &self.uses)?;
        self.refusals.write(db)?;
        audit::write(db, self.changes.iter().cloned())?;
        if self.version.is_empty() { Ok(()) } else { audit::write_file_version(db, &self.version) }
    }

    /// How many records it holds.
    pub(crate) fn records(&self) -> u64 {
        self.calls.len() as u64
    }

    /// How many bytes it writes, more or less.
    pub(crate) fn weight(&self) -> usize {
        self.content + self.calls.len() * bounds::RECORD
    }

    /// Takes back what could not be written, before what came meanwhile. Tells how many records there was no room for.
    pub(crate) fn put_back(&mut self, mut earlier: Self) -> u64 {
        std::mem::swap(self, &mut earlier);
        let Self { calls, counters, uses, refusals, content: _, changes, version } = earlier;
        let lost = calls.into_iter().map(|call| u64::from(!self.add_call(call, Vec::new()))).sum();
        // What changed again meanwhile is there twice.
        self.counters.extend(counters);
        self.counters.sort_unstable_by_key(Arc::as_ptr);
        self.counters.dedup_by(|one, other| Arc::ptr_eq(one, other));
        self.uses.extend(uses);
        self.uses.sort_unstable_by_key(Arc::as_ptr);
        self.uses.dedup_by(|one, other| Arc::ptr_eq(one, other));
        refusals.lines().for_each(|line| self.refusals.add(line));
        if !version.is_empty() {
            self.version = version;
        }
        self.changes.extend(changes);
        lost
    }
}
