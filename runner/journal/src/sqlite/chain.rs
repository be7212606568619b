//! What proves that a run is what was stored: each sum covers all that came before it.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::run::{Entry, NewRun};

/// The sum over a run up to some place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Chain([u8; 8]);

impl Chain {
    /// The sum over what a run starts from; its texts are known by their hashes.
    pub(super) fn start(run: &NewRun, hashes: &[String]) -> Self {
        let mut sum = Sum::default();
        sum.text(&run.id);
        sum.text(&run.tenant);
        sum.text(&run.flow);
        sum.maybe(run.key.as_deref());
        sum.maybe(run.parent.as_deref());
        sum.number(run.created);
        sum.number(run.labels.len() as u64);
        for (name, value) in &run.labels {
            sum.text(name);
            sum.text(value);
        }
        sum.bytes(&run.start);
        for ((name, _), hash) in run.texts.iter().zip(hashes) {
            sum.text(name);
            sum.text(hash);
        }
        sum.done()
    }

    /// The sum with one more entry.
    pub(super) fn entry(self, place: u64, entry: &Entry) -> Self {
        let mut sum = Sum::after(self);
        sum.number(place);
        sum.number(entry.kind.into());
        sum.text(&entry.step);
        sum.number(entry.attempt.into());
        sum.number(entry.at);
        sum.bytes(&entry.body);
        sum.done()
    }

    /// The sum with the run's end.
    pub(super) fn end(self, status: &str, at: u64, outcome: &Bytes) -> Self {
        let mut sum = Sum::after(self);
        sum.text(status);
        sum.number(at);
        sum.bytes(outcome);
        sum.done()
    }

    /// As the database holds it.
    pub(super) fn stored(self) -> i64 {
        i64::from_be_bytes(self.0)
    }

    /// From what the database holds.
    pub(super) fn of_stored(sum: i64) -> Self {
        Self(sum.to_be_bytes())
    }
}

/// A sum in the making. Every part says how long it is, so parts cannot run into each other.
#[derive(Default)]
struct Sum(Sha256);

impl Sum {
    fn after(chain: Chain) -> Self {
        let mut sum = Self::default();
        sum.0.update(chain.0);
        sum
    }

    fn number(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        self.number(text.is_some().into());
        self.text(text.unwrap_or_default());
    }

    fn done(self) -> Chain {
        let digest = self.0.finalize();
        Chain(std::array::from_fn(|at| digest[at]))
    }
}
