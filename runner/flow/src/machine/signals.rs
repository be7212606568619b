//! Signals: those that came before their wait, and the waits that came before their signal. First come, first served.

use std::collections::VecDeque;

use connector_sdk::limits;

use super::Machine;
use super::line::{End, LineId};
use super::op::{Op, Signal};
use super::output::Output;
use crate::time::Timestamp;

/// The signals of a run.
#[derive(Debug, Default)]
pub(super) struct Signals {
    kept: VecDeque<Signal>,
    listening: VecDeque<(String, LineId)>,
    /// The ids of the last ones, so that none counts twice.
    known: VecDeque<String>,
}

/// How many ids of signals are remembered.
const REMEMBERED: usize = 10 * limits::SIGNALS;

impl Signals {
    /// The first signal of this name that nobody has taken yet.
    pub(super) fn take(&mut self, name: &str) -> Option<Signal> {
        let index = self.kept.iter().position(|signal| signal.name == name)?;
        self.kept.remove(index)
    }

    pub(super) fn listen(&mut self, name: &str, line: LineId) {
        self.listening.push_back((name.to_owned(), line));
    }

    pub(super) fn unlisten(&mut self, line: LineId) {
        self.listening.retain(|(_, listener)| *listener != line);
    }

    /// Who gets this signal. Without a listener it is kept. A driver lets no more come than are kept here: it counts
    /// [`Machine::kept_signals`] before it acknowledges another.
    fn come(&mut self, signal: Signal) -> Option<(LineId, Signal)> {
        if self.known.contains(&signal.id) {
            return None;
        }
        let listener = self.listening.iter().position(|(name, _)| *name == signal.name);
        if listener.is_none() && self.kept.len() == limits::SIGNALS {
            return None;
        }
        if self.known.len() == REMEMBERED {
            self.known.pop_front();
        }
        self.known.push_back(signal.id.clone());
        match listener.and_then(|index| self.listening.remove(index)) {
            Some((_, line)) => Some((line, signal)),
            None => {
                self.kept.push_back(signal);
                None
            }
        }
    }
}

impl Machine {
    /// The ids of the signals that came and that no step has taken yet.
    pub fn kept_signals(&self) -> impl ExactSizeIterator<Item = &str> {
        self.signals.kept.iter().map(|signal| signal.id.as_str())
    }

    pub(super) fn signalled(&mut self, signal: Signal, at: Timestamp) {
        let Some((line, signal)) = self.signals.come(signal) else { return };
        let Some(step) = &self.lines[line].step else { return };
        let key = step.key.clone();
        self.it_is(at);
        self.awaited.remove(&key);
        self.ops.push(Op::Cancel { key });
        self.step_ended(line, End::Gave(Output::new(signal.data)));
    }
}
